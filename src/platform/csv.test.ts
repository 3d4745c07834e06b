import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeCsv } from './csv.ts';

const CELLS: readonly (readonly [value: string | number | null | undefined, cell: string])[] = [
  ['plain', 'plain'],
  ['', ''],
  [null, ''],
  [undefined, ''],
  [173, '173'],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['a\r\nb', '"a\r\nb"'],
  [' spaces ', ' spaces '],
  ['Zażółć', 'Zażółć'],
  // Numbers and phone numbers stay what they are.
  ['-13.20', '-13.20'],
  ['+13', '+13'],
  ['+50936377111', '+50936377111'],
  ['0.00', '0.00'],
  // All else that a spreadsheet could run is text.
  ['=1+1', "'=1+1"],
  ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
  ['+1+cmd', "'+1+cmd"],
  ['-2+3', "'-2+3"],
  ['-', "'-"],
  ['+1.2.3', "'+1.2.3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', '"\'\r=1"'],
  ['\n=1', '"\'\n=1"'],
  ['-1\n', '"\'-1\n"'],
  ["'=1", "''=1"],
  // Inside a cell they mean nothing.
  ['a=1', 'a=1'],
  ['it’s', 'it’s'],
];

for (const [value, cell] of CELLS) {
  test(`${JSON.stringify(value)} is written ${JSON.stringify(cell)}`, () =>
    assert.equal(
      writeCsv({ a: (row: { readonly value: typeof value }) => row.value }, [{ value }]),
      `a\r\n${cell}\r\n`,
    ));
}

test('a list without rows is its header line', () =>
  assert.equal(writeCsv({ a: () => '', b: () => '' }, []), 'a,b\r\n'));
