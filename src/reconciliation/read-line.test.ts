import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatementLine } from './line.ts';
import { type Field, type Mapping, ownMapping, readMapping } from './mapping.ts';
import { createLineReader, type LineRead } from './read-line.ts';

const OWN = ownMapping('json');
const CELLS: Partial<Record<Field, string>> = {
  our_reference: '1-244273542381569-2',
  their_reference: 'SIM-7',
  verdict: 'delivered',
  amount: '1963.86',
  currency: 'HTG',
  cost: '1806.75',
  at: '2026-11-22T10:00:00Z',
};
const read = (cells: Partial<Record<Field, string>>, mapping: Partial<Mapping> = {}): LineRead =>
  createLineReader({ ...OWN, ...mapping })((field) => ({ ...CELLS, ...cells })[field]);
const line = (cells: Partial<Record<Field, string>>, mapping: Partial<Mapping> = {}): StatementLine => {
  const got = read(cells, mapping);
  assert.ok(got.kind === 'line', got.kind === 'malformed' ? got.issue : got.kind);
  return got.line;
};

test('a line in our own words', () => {
  assert.deepEqual(line({}), {
    named: { epoch: 1, orderId: 244_273_542_381_569n, attempt: 2 },
    theirReference: 'SIM-7',
    recipient: undefined,
    verdict: 'delivered',
    code: undefined,
    amount: 196_386n,
    currency: 'HTG',
    cost: { amount: 180_675n, currency: 'HTG' },
    atMs: Date.UTC(2026, 10, 22, 10),
  });
});

test('what is not of our form is no reference of ours', () => {
  for (const text of ['INV-77', '1-2', '1-244273542381569-2-3', ''])
    assert.equal(line({ our_reference: text }).named, undefined, text);
});

const AMOUNTS: readonly (readonly [
  text: string,
  currency: string,
  amounts: Mapping['amounts'],
  amount: bigint,
])[] = [
  ['1963.860', 'HTG', { unit: 'decimal' }, 196_386n],
  ['1,963.86', 'HTG', { unit: 'decimal', grouping: ',' }, 196_386n],
  ['1.963,86', 'HTG', { unit: 'decimal', grouping: '.', point: ',' }, 196_386n],
  ['1 963,86', 'HTG', { unit: 'decimal', grouping: ' ', point: ',' }, 196_386n],
  ['500', 'JPY', { unit: 'decimal' }, 500n],
  ['196386', 'HTG', { unit: 'minor' }, 196_386n],
  ['1234', 'KWD', { unit: 'minor' }, 1_234n],
  // A provider that counts yen in hundredths, and dinars too.
  ['50000', 'JPY', { unit: 'minor', exponents: { JPY: 2 } }, 500n],
  ['123', 'KWD', { unit: 'minor', exponents: { KWD: 2 } }, 1_230n],
];
for (const [text, currency, amounts, amount] of AMOUNTS) {
  test(`${text} ${currency} in ${JSON.stringify(amounts)}`, () => {
    assert.equal(line({ amount: text, currency, cost: '' }, { amounts }).amount, amount);
  });
}

const MALFORMED: readonly (readonly [
  cells: Partial<Record<Field, string>>,
  issue: string,
  mapping?: Partial<Mapping>,
])[] = [
  [{ amount: 'n/a' }, 'amount is no amount of HTG'],
  [{ amount: '1.001' }, 'amount is no amount of HTG'],
  [{ amount: '-1.00' }, 'amount is no amount of HTG'],
  [{ amount: '1963,86' }, 'amount is no amount of HTG'],
  [{ amount: '1e3' }, 'amount is no amount of HTG'],
  [{ amount: '92233720368547758.08' }, 'amount is no amount of HTG'],
  [{ amount: '1.963.86' }, 'amount is no amount of HTG', { amounts: { unit: 'decimal', point: ',' } }],
  [
    { amount: '50001', currency: 'JPY' },
    'amount is no amount of JPY',
    { amounts: { unit: 'minor', exponents: { JPY: 2 } } },
  ],
  [{ amount: '19.63' }, 'amount is no amount of HTG', { amounts: { unit: 'minor' } }],
  [{ amount: '' }, 'amount is missing'],
  [{ amount: '0' }, 'amount is missing'],
  [{ currency: 'XX' }, 'currency is no currency'],
  [{ currency: '' }, 'currency is no currency'],
  [{ cost: 'free' }, 'cost is no amount of HTG'],
  [{ cost_currency: '??' }, 'cost_currency is no currency'],
  [{ at: '22/11/2026' }, 'at is not a time of the format'],
  [{ at: '' }, 'at is not a time of the format'],
  [{ verdict: 'DONE' }, 'verdict is not a word of the mapping'],
  [{ verdict: '' }, 'verdict is not a word of the mapping'],
  [{ their_reference: 'x'.repeat(201) }, 'their_reference is too long'],
  [{ recipient: 'x'.repeat(201) }, 'recipient is too long'],
  [{ code: 'x'.repeat(101) }, 'code is too long'],
];
for (const [cells, issue, mapping] of MALFORMED) {
  test(`${JSON.stringify(cells).slice(0, 60)}: ${issue}`, () => {
    assert.deepEqual(read(cells, mapping), { kind: 'malformed', issue });
  });
}

test('a refusal needs no amount, and what is left out nothing at all', () => {
  assert.equal(line({ verdict: 'refused', amount: '', cost: '' }).amount, undefined);
  assert.deepEqual(read({ verdict: ' Pending', amount: 'n/a', at: '' }), { kind: 'left_out' });
});

test('recipients are written as we write them', () => {
  for (const [text, prefix, written] of [
    ['+509 36-37 71-11', undefined, '+50936377111'],
    ['50936377111', '+', '+50936377111'],
    ['9876543210', '+91', '+919876543210'],
    ['50936377111', undefined, '50936377111'],
    ['anyone@nauta.com.cu', '+', 'anyone@nauta.com.cu'],
  ] as const) {
    const mapping = prefix === undefined ? {} : { recipient_prefix: prefix };
    assert.equal(line({ recipient: text }, mapping).recipient, written);
  }
});

test('a mapping tells everything that is wrong with it', () => {
  const { currency: _, ...columns } = OWN.columns;
  const wrong = [
    [{ ...OWN, format: 'xml' }, /format/],
    [{ ...OWN, columns: { ...OWN.columns, phone: 'x' } }, /phone|additional/i],
    [{ ...OWN, columns }, /currency/],
    [{ ...OWN, currency: 'HTG' }, /currency/],
    [{ ...OWN, columns: { verdict: 'v', amount: 'a', at: 't', currency: 'c' } }, /our_reference/],
    [{ ...OWN, time: { format: 'DD/MM/YYYY' } }, /time/],
    [{ ...OWN, amounts: { unit: 'decimal', grouping: '.' } }, /grouping/],
    [{ ...OWN, verdicts: { OK: 'delivered', 'ok ': 'refused' } }, /twice/],
    [{ ...OWN, verdicts: { OK: 'fine' } }, /verdicts/],
    ['csv', /object/],
  ] as const;
  for (const [value, issue] of wrong) {
    const got = readMapping(value);
    assert.ok('issues' in got, JSON.stringify(value));
    assert.match(got.issues.join('\n'), issue);
  }
  assert.ok('mapping' in readMapping(ownMapping('csv')));
});
