import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutJsonRecords } from './json-records.ts';

async function* chunksOf(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function cut(text: string, size = 1_000, bytesMax = 100) {
  const records: [line: number, text: string | undefined][] = [];
  for await (const { line, bytes } of cutJsonRecords(chunksOf(text, size), { bytesMax }))
    records.push([line, bytes?.toString().trim()]);
  return records;
}

const ROWS: readonly (readonly [name: string, text: string, records: unknown])[] = [
  ['nothing', '', []],
  ['an empty list', ' [ ]\n', []],
  [
    'lines',
    '{"a":1}\n{"a":2}',
    [
      [1, '{"a":1}'],
      [2, '{"a":2}'],
    ],
  ],
  [
    'a list over lines, with lists and braces inside',
    '\ufeff[\n {"a":[1,{"b":2}]},\n\n {"c":"]},{\\"\\\\"}\n]\n',
    [
      [2, '{"a":[1,{"b":2}]}'],
      [4, '{"c":"]},{\\"\\\\"}'],
    ],
  ],
  [
    'scalars, and what is none',
    '[1, "x,]", }]',
    [
      [1, '1'],
      [1, '"x,]"'],
      [1, '}'],
    ],
  ],
  [
    'a list that breaks off inside an element',
    '[{"a":1},{"a":',
    [
      [1, '{"a":1}'],
      [1, '{"a":'],
    ],
  ],
  [
    'a list that breaks off between elements',
    '[{"a":1},',
    [
      [1, '{"a":1}'],
      [1, ''],
    ],
  ],
  [
    'something after the list',
    '[{"a":1}]\n{"a":2}',
    [
      [1, '{"a":1}'],
      [2, ''],
    ],
  ],
  [
    'an element that is too long',
    `["${'x'.repeat(120)}",{"a":1}]`,
    [
      [1, undefined],
      [1, '{"a":1}'],
    ],
  ],
];

for (const [name, text, records] of ROWS) {
  test(`JSON records: ${name}`, async () => {
    for (const size of [1, 2, 7, 1_000]) assert.deepEqual(await cut(text, size), records);
  });
}

test('the elements of any list are cut as they stand in it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 3 })),
      fc.integer({ min: 1, max: 20 }),
      async (values, size) => {
        const records = await cut(JSON.stringify(values, undefined, 1), size, 1_000_000);
        assert.deepEqual(
          records.map(([, text]) => JSON.parse(text ?? '') as unknown),
          JSON.parse(JSON.stringify(values)),
        );
      },
    ),
  );
});
