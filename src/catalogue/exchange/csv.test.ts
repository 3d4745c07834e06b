import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCsv, writeCsvLine } from './csv.ts';

const READ: [text: string, rows: [line: number, ...cells: string[]][]][] = [
  ['', []],
  ['a', [[1, 'a']]],
  [
    'a,b\r\nc,d\r\n',
    [
      [1, 'a', 'b'],
      [2, 'c', 'd'],
    ],
  ],
  [
    'a,b\nc,\n',
    [
      [1, 'a', 'b'],
      [2, 'c', ''],
    ],
  ],
  [
    '\ufeffa\n\n\r\nb',
    [
      [1, 'a'],
      [4, 'b'],
    ],
  ],
  ['"a,""b""",c\n', [[1, 'a,"b"', 'c']]],
  [
    '"a\nb"\nc\n',
    [
      [1, 'a\nb'],
      [3, 'c'],
    ],
  ],
  ['"",""\n', [[1, '', '']]],
];
for (const [text, rows] of READ) {
  test(`${JSON.stringify(text)} is read`, () => {
    const read = parseCsv(text);
    assert.equal(read.kind, 'read');
    assert.deepEqual(
      read.lines.map(({ line, cells }) => [line, ...cells]),
      rows,
    );
  });
}

const BROKEN: [text: string, line: number][] = [
  ['a\n"b', 2],
  ['"a"b\n', 1],
  ['a\rb\n', 1],
];
for (const [text, line] of BROKEN) {
  test(`${JSON.stringify(text)} is broken in line ${line}`, () => {
    const read = parseCsv(text);
    assert.deepEqual([read.kind, read.kind === 'broken' && read.line], ['broken', line]);
  });
}

test('what is written is read again', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '|') });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }), (rows) => {
      const read = parseCsv(rows.map(writeCsvLine).join(''));
      assert.equal(read.kind, 'read');
      assert.deepEqual(
        read.lines.map(({ cells }) => cells),
        rows,
      );
    }),
  );
});
