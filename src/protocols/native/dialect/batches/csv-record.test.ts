import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Refusal } from '../../../../core/errors.ts';
import { writeCsvRows } from '../../../../platform/csv.ts';
import { readCells, readHeader, rowOf } from './csv-record.ts';

const RECORDS: readonly (readonly [record: string, cells: readonly string[] | undefined])[] = [
  ['a,b,c', ['a', 'b', 'c']],
  ['', ['']],
  [',', ['', '']],
  ['"a,b","c ""d"""', ['a,b', 'c "d"']],
  ['"two\r\nlines",x', ['two\r\nlines', 'x']],
  ["'=1+1,'+50936377111,''", ['=1+1', '+50936377111', "'"]],
  ['a"b', undefined],
  ['"a"b,c', undefined],
  ['"never closed', undefined],
];

for (const [record, cells] of RECORDS) {
  test(`cells of ${JSON.stringify(record)}`, () => assert.deepEqual(readCells(record), cells));
}

test('what our own files say is read back as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), (cells) => {
      const columns = Object.fromEntries(
        cells.map((_, at) => [`c${at}`, (row: readonly string[]) => row[at]]),
      );
      const record = writeCsvRows(columns, [cells]).replace(/\r\n$/, '');
      assert.deepEqual(readCells(record), cells);
    }),
  );
});

test('a row has the members that its cells give', () => {
  const columns = readHeader([
    'currency',
    'amount',
    'recipient',
    ' reference ',
    'operator',
    'deadline_seconds',
    'minimum_delivered',
    'minimum_delivered_currency',
  ]);
  assert.deepEqual(rowOf(columns, ['USD', '1.50', '+50936377111', 'a', '173', '', '100', 'HTG']), {
    reference: 'a',
    operator: 173,
    recipient: { phone: '+50936377111' },
    amount: { value: '1.50', currency: 'USD' },
    minimum_delivered: { value: '100', currency: 'HTG' },
  });
  assert.deepEqual(rowOf(columns, ['', '1', 'a@b.example', '', '0x1', '60', '', '']), {
    operator: '0x1',
    recipient: { email: 'a@b.example' },
    amount: { value: '1', currency: undefined },
    deadline_seconds: 60,
  });
});

test('players and account numbers have columns of their own', () => {
  const columns = readHeader([
    'reference',
    'product',
    'player_id',
    'server',
    'account_number',
    'amount',
    'currency',
  ]);
  const row = (cells: string) => rowOf(columns, cells.split(','));
  const rest = { reference: 'a', product: 11352, amount: { value: '1', currency: 'USD' } };
  assert.deepEqual(row('a,11352,812345678,Asia,,1,USD'), {
    ...rest,
    recipient: { player_id: '812345678', server: 'Asia' },
  });
  assert.deepEqual(row('a,11352,,,1234567890,1,USD'), {
    ...rest,
    recipient: { account_number: '1234567890' },
  });
});

test('a header names what is wrong with it', () => {
  assert.throws(
    () => readHeader(['reference', 'recipient', 'recipient', 'colour']),
    (error) =>
      error instanceof Refusal &&
      assert.deepEqual(
        error.issues.map(({ field }) => field),
        ['colour', 'recipient', 'amount', 'currency', 'product'],
      ) === undefined,
  );
});
