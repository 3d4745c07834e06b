import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCatalogueData } from '../data.ts';
import { type Json, textOf } from './cells.ts';
import { danglingReferences, difference } from './difference.ts';
import { readCsv, readJson, writeCsv, writeJson } from './files.ts';
import { PART_NAMES, PARTS, type PartName } from './parts.ts';

const data = readCatalogueData();
const exported = JSON.parse(writeJson(data, PART_NAMES)) as Record<string, Record<string, Json>[]>;

/** The exported row of a key with other cells, read back. */
function read(part: PartName, id: number | string, changes: Readonly<Record<string, Json>> = {}) {
  const row = exported[part]?.find((one) => one[PARTS[part].key] === id) ?? assert.fail(`${part} ${id}`);
  return readJson(JSON.stringify({ [part]: [{ ...row, ...changes }] }));
}

test('both formats hold the whole of every part', () => {
  for (const part of PART_NAMES) {
    const csv = readCsv(writeCsv(data, part), part);
    const json = readJson(writeJson(data, [part]));
    for (const reading of [csv, json]) {
      assert.deepEqual(reading.faults, [], part);
      assert.equal(reading.rows[part]?.length, PARTS[part].rowsOf(data).length);
      assert.deepEqual(difference(data, reading, 'withdraw'), [], part);
      assert.deepEqual(danglingReferences(data, reading), [], part);
    }
  }
});

test('amounts are decimals of their currency', () => {
  const row = exported['products']?.find(({ id }) => id === 4219);
  assert.deepEqual([row?.['minimum'], row?.['maximum']], ['10.00', '10000.00']);
  const yen = exported['products']?.find(({ currency, minimum }) => currency === 'JPY' && minimum !== null);
  assert.match(textOf(yen?.['minimum']), /^\d+$/);
});

const REFUSED: [part: PartName, id: number | string, changes: Record<string, Json>, fault: string][] = [
  [
    'products',
    4219,
    { minimum: '10.001' },
    'minimum: must be an amount above zero with at most 2 digits after the point',
  ],
  [
    'products',
    4219,
    { minimum: 10 },
    'minimum: must be an amount above zero with at most 2 digits after the point',
  ],
  ['products', 4219, { maximum: '1.00' }, 'maximum: must not be below the minimum'],
  ['products', 4219, { maximum: null }, 'maximum: belongs to a minimum'],
  ['products', 4219, { fixed_amounts: ['1.00'] }, 'fixed_amounts: must stand instead of a range'],
  ['products', 500_001, { fixed_amounts: ['2.00', '1.00'] }, 'fixed_amounts: must rise, and be at least one'],
  [
    'products',
    500_001,
    { fixed_amounts: ['1.00', '0'] },
    'fixed_amounts: must be an amount above zero with at most 2 digits after the point (item 2)',
  ],
  ['products', 4219, { type: 'bill' }, 'class: must be one of dth, postpaid, electricity, fastag for a bill'],
  ['products', 4219, { type: 'gaming' }, 'class: must be gaming for type gaming, and only there'],
  [
    'products',
    4219,
    { circle: 'XX' },
    'circle: must be one of AP, AS, BR, DL, GJ, HR, HP, JK, KA, KL, KO, MP, MH, MU, NE, OR, PB, RJ, TN, UE, UW, WB',
  ],
  [
    'products',
    4219,
    { names: { english: 'x' } },
    'names: must be texts by the two letters of their language',
  ],
  ['products', 4219, { tax_included: 'yes' }, 'tax_included: must be true or false'],
  ['products', 4219, { name: 'a\u0000' }, 'name: must not hold control characters'],
  ['products', 4219, { extra: 1 }, 'extra: is no column here'],
  ['operators', 173, { servers: ['Asia'] }, 'servers: is none of recipient phone'],
  ['operators', 173, { input_label: 'ID' }, 'input_label: is none of recipient phone'],
  [
    'operators',
    173,
    { recipient_kind: 'account', input_label: 'ID', input_pattern: '(' },
    'input_pattern: must be a regular expression',
  ],
  ['operators', 173, { id: 0 }, 'id: must be a whole number from 1'],
  ['promotions', 9001, { texts: { es: { title: 'x' } } }, 'texts: must be text (title2) (es)'],
  [
    'promotions',
    9001,
    { texts: { es: { subtitle: 'x' } } },
    'texts: must have title, title2, description, denominations, local_denominations and nothing else (es)',
  ],
  ['promotions', 9001, { texts: [] }, 'texts: must be texts by the two letters of their language'],
  ['promotions', 9001, { ends_at: '2026-01-01T00:00:00Z' }, 'ends_at: must be after starts_at'],
  [
    'promotions',
    9001,
    { ends_at: '2026-13-01T00:00:00Z' },
    'ends_at: must be a time as 2026-11-30T23:59:00Z',
  ],
  ['rates', 'HTG', { rate: '0' }, 'rate: must be a number above zero'],
];
for (const [part, id, changes, fault] of REFUSED) {
  test(`${part} ${id} with ${JSON.stringify(changes)}: ${fault}`, () => {
    const { faults } = read(part, id, changes);
    assert.deepEqual(
      faults.map(({ line, column, issue }) => [line, `${column}: ${issue}`]),
      [[1, fault]],
    );
  });
}

test('a product in another currency than its operator, or of nobody, is refused', () => {
  const reading = read('products', 500_001, { currency: 'USD', operator_id: 173 });
  assert.deepEqual(
    danglingReferences(data, reading).map(({ column }) => column),
    ['currency'],
  );
  const orphan = read('products', 500_001, { operator_id: 88_888_888 });
  assert.deepEqual(
    danglingReferences(data, orphan).map(({ column }) => column),
    ['operator_id'],
  );
});

test('the difference is field by field, as the files show it', () => {
  const [change, ...rest] = difference(
    data,
    read('products', 4219, { minimum: '20', tax_percent: '18.50' }),
    'keep',
  );
  assert.deepEqual(rest, []);
  assert.deepEqual(
    [change?.kind, change?.id, change?.fields],
    ['changed', '4219', { minimum: { from: '10.00', to: '20.00' }, tax_percent: { from: '18', to: '18.5' } }],
  );
});

test('what is not listed is withdrawn only where that is asked for; what is withdrawn already, never', () => {
  const one = read('products', 4219);
  assert.deepEqual(difference(data, one, 'keep'), []);
  const gone = difference(data, one, 'withdraw');
  assert.equal(gone.length, data.products.length - 1);
  const off = {
    ...data,
    products: data.products.map((row) => ({ ...row, status: 'out_of_service' as const })),
  };
  assert.ok(difference(off, one, 'withdraw').every(({ id }) => id === '4219'));
});

for (const text of ['', '[]', '{"countries": []}', '{"rates": {}}', '{"rates": [1]}']) {
  test(`${JSON.stringify(text)} is no catalogue`, () => {
    assert.equal(readJson(text).faults.length, 1);
  });
}
