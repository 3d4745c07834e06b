import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutRecords, textOf } from './records.ts';

async function* chunksOf(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (let turn = 0; from < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

async function cut(text: string, quotes: 'bind' | 'ignored', sizes = [text.length + 1], bytesMax = 20) {
  const records: [line: number, text: string | undefined][] = [];
  for await (const { line, bytes } of cutRecords(chunksOf(Buffer.from(text), sizes), { bytesMax, quotes }))
    records.push([line, bytes && textOf(bytes)]);
  return records;
}

const CASES: readonly (readonly [
  name: string,
  text: string,
  quotes: 'bind' | 'ignored',
  records: unknown,
])[] = [
  [
    'lines, the last one with and without its end',
    'a\r\nb\n\nc',
    'ignored',
    [
      [1, 'a'],
      [2, 'b'],
      [3, ''],
      [4, 'c'],
    ],
  ],
  ['nothing', '', 'ignored', []],
  ['a byte order mark', '\ufeffa\n', 'ignored', [[1, 'a']]],
  [
    'quotes are text in JSON lines',
    '"a\nb"\n',
    'ignored',
    [
      [1, '"a'],
      [2, 'b"'],
    ],
  ],
  [
    'quotes bind lines in CSV',
    'x,"a\nb ""\nc"\ny\n',
    'bind',
    [
      [1, 'x,"a\nb ""\nc"'],
      [4, 'y'],
    ],
  ],
  [
    'too long',
    `${'x'.repeat(21)}\nshort\n`,
    'ignored',
    [
      [1, undefined],
      [2, 'short'],
    ],
  ],
  [
    'a quote that never closes ends at the limit',
    `"${'x\n'.repeat(12)}y,1\nz,2\n`,
    'bind',
    [
      [1, `"${Array(10).fill('x').join('\n')}`],
      [11, 'x'],
      [12, 'x'],
      [13, 'y,1'],
      [14, 'z,2'],
    ],
  ],
];

for (const [name, text, quotes, records] of CASES) {
  test(`records: ${name}`, async () => {
    assert.deepEqual(await cut(text, quotes), records);
  });
}

test('the records are the same however the bytes come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', '"', '\n', '\r\n', ',', 'é', '😀'), { maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom('bind' as const, 'ignored' as const),
      async (parts, sizes, quotes) => {
        const text = parts.join('');
        assert.deepEqual(await cut(text, quotes, sizes), await cut(text, quotes));
      },
    ),
  );
});

test('what is not UTF-8 has no text', () => {
  assert.equal(textOf(Buffer.from([0x61, 0xff])), undefined);
});
