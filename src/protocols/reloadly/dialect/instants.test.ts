import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatInstant, parseStretch } from './instants.ts';

test('an instant is written in UTC, to the second', () => {
  assert.equal(formatInstant(Date.UTC(2022, 0, 6, 3, 4, 5, 999)), '2022-01-06 03:04:05');
});

const AT = Date.UTC(2022, 0, 6, 3, 4, 5);
const DAY = Date.UTC(2022, 0, 6);

const READABLE: [text: string, startMs: number, lengthMs: number][] = [
  ['2022-01-06 03:04:05', AT, 1_000],
  ['2022-1-6 3:4:5', AT, 1_000],
  ['2022-01-06T03:04:05', AT, 1_000],
  ['2022-01-06T03:04:05Z', AT, 1_000],
  ['2022-01-06', DAY, 86_400_000],
  ['2024-02-29', Date.UTC(2024, 1, 29), 86_400_000],
];
for (const [text, startMs, lengthMs] of READABLE) {
  test(`"${text}" names a stretch of time`, () => {
    assert.deepEqual(parseStretch(text), { startMs, endMs: startMs + lengthMs });
  });
}

for (const text of [
  '',
  'yesterday',
  '2022-02-29',
  '2022-13-01',
  '2022-00-10',
  '2022-01-06 24:00:00',
  '2022-01-06 03:04',
  '2022-01-06 03:04:05+02:00',
  '0022-01-06',
  '20220106',
  ' 2022-01-06',
]) {
  test(`"${text}" is no date`, () => assert.equal(parseStretch(text), undefined));
}
