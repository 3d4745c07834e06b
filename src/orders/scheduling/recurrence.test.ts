import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLocalTime } from './local-time.ts';
import { dueAtMs, dueNow, type Recurrence, type Repeat } from './recurrence.ts';

function recurrence(startsOn: string, timeZone: string, repeat?: Repeat): Recurrence {
  const local = parseLocalTime(startsOn);
  assert(local);
  return { startsOn: local, timeZone, repeat };
}

function dues(of: Recurrence, count: number): (string | undefined)[] {
  return Array.from({ length: count }, (_, at) => {
    const ms = dueAtMs(of, at + 1);
    return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16);
  });
}

const ROWS: readonly (readonly [name: string, of: Recurrence, dues: readonly (string | undefined)[]])[] = [
  ['once', recurrence('2027-01-15T09:00', 'UTC'), ['2027-01-15T09:00', undefined]],
  [
    'the 31st of each month, at the same time of the day through summer time',
    recurrence('2027-01-31T09:00', 'America/New_York', { every: 'month', interval: 1 }),
    ['2027-01-31T14:00', '2027-02-28T14:00', '2027-03-31T13:00', '2027-04-30T13:00', '2027-05-31T13:00'],
  ],
  [
    'every second week, twice',
    recurrence('2027-03-01T08:00', 'Europe/Berlin', { every: 'week', interval: 2, count: 2 }),
    ['2027-03-01T07:00', '2027-03-15T07:00', undefined],
  ],
  [
    'each day through a skipped hour, until a day of the zone',
    recurrence('2027-03-13T02:30', 'America/New_York', { every: 'day', interval: 1, until: '2027-03-15' }),
    ['2027-03-13T07:30', '2027-03-14T07:30', '2027-03-15T06:30', undefined],
  ],
];

for (const [name, of, expected] of ROWS) {
  test(name, () => assert.deepEqual(dues(of, expected.length), expected));
}

const DAILY = recurrence('2027-01-01T09:00', 'UTC', { every: 'day', interval: 1, count: 10 });
const at = (text: string) => Date.parse(text);

const MOMENTS: readonly (readonly [
  name: string,
  now: string,
  resumed: string | undefined,
  skipped: number[],
  place: number | undefined,
  next: number | undefined,
])[] = [
  ['before the first', '2027-01-01T08:59:59Z', undefined, [], undefined, 1],
  ['the first, on time', '2027-01-01T09:00:00Z', undefined, [], 1, 2],
  ['an hour late', '2027-01-01T10:00:00Z', undefined, [], 1, 2],
  ['after an outage of three days', '2027-01-04T08:00:00Z', undefined, [1, 2], 3, 4],
  [
    'after the last, a day late',
    '2027-01-11T09:00:00Z',
    undefined,
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
    10,
    undefined,
  ],
  [
    'after the last, too late',
    '2027-01-11T09:00:01Z',
    undefined,
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    undefined,
    undefined,
  ],
  ['resumed after it was due', '2027-01-03T10:00:00Z', '2027-01-03T10:00:00Z', [1, 2, 3], undefined, 4],
  ['resumed before it was due', '2027-01-03T10:00:00Z', '2027-01-03T08:00:00Z', [1, 2], 3, 4],
];

for (const [name, now, resumed, skipped, place, next] of MOMENTS) {
  test(`due now: ${name}`, () => {
    const found = dueNow(DAILY, {
      from: 1,
      nowMs: at(now),
      resumedAtMs: resumed === undefined ? undefined : at(resumed),
    });
    assert.deepEqual(
      [found.skipped.map(({ number }) => number), found.place?.number, found.next?.number],
      [skipped, place, next],
    );
  });
}

test('years of missed occurrences are skipped in turns', () => {
  const endless = recurrence('2027-01-01T09:00', 'UTC', { every: 'day', interval: 1 });
  let from = 1;
  let skipped = 0;
  let place: number | undefined;
  for (let turn = 0; turn < 10 && place === undefined; turn++) {
    const found = dueNow(endless, { from, nowMs: at('2030-01-01T10:00:00Z'), resumedAtMs: undefined });
    skipped += found.skipped.length;
    place = found.place?.number;
    from = found.next?.number ?? Number.NaN;
  }
  assert.deepEqual([skipped, place, from], [1096, 1097, 1098]);
});
