import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { writeCsvRows } from './csv.ts';
import { readCells } from './csv-cells.ts';

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

test('cells between other delimiters', () => {
  for (const delimiter of [';', '\t', '|'] as const) {
    assert.deepEqual(readCells(['a,b', '"c', 'd"', ''].join(delimiter), delimiter), [
      'a,b',
      `c${delimiter}d`,
      '',
    ]);
  }
});

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
