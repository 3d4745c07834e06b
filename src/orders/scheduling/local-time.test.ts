import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatLocalTime, instantOf, isTimeZone, later, parseLocalTime } from './local-time.ts';

function local(text: string) {
  const parsed = parseLocalTime(text);
  assert(parsed, text);
  return parsed;
}

/** Instants by hand, from the published rules of each zone. */
const INSTANTS: readonly (readonly [why: string, local: string, zone: string, utc: string])[] = [
  ['plain', '2027-01-15T09:00', 'America/New_York', '2027-01-15T14:00:00Z'],
  ['summer', '2027-07-15T09:00', 'America/New_York', '2027-07-15T13:00:00Z'],
  [
    'the last minute before the clocks go forward',
    '2027-03-14T01:59:59',
    'America/New_York',
    '2027-03-14T06:59:59Z',
  ],
  ['skipped: an hour later', '2027-03-14T02:30', 'America/New_York', '2027-03-14T07:30:00Z'],
  ['the first minute after', '2027-03-14T03:00', 'America/New_York', '2027-03-14T07:00:00Z'],
  ['shown twice: the first', '2027-11-07T01:30', 'America/New_York', '2027-11-07T05:30:00Z'],
  ['after the second', '2027-11-07T02:00', 'America/New_York', '2027-11-07T07:00:00Z'],
  ['half an hour of summer time: skipped', '2027-10-03T02:15', 'Australia/Lord_Howe', '2027-10-02T15:45:00Z'],
  ['half an hour: shown twice', '2027-04-04T01:45', 'Australia/Lord_Howe', '2027-04-03T14:45:00Z'],
  ['no full hour', '2027-01-15T09:00', 'Asia/Kolkata', '2027-01-15T03:30:00Z'],
  ['quarters', '2027-01-15T09:00', 'Asia/Kathmandu', '2027-01-15T03:15:00Z'],
  ['midnight that is skipped', '2018-11-04T00:30', 'America/Sao_Paulo', '2018-11-04T03:30:00Z'],
  ['a day that was skipped', '2011-12-30T12:00', 'Pacific/Apia', '2011-12-30T22:00:00Z'],
  ['far ahead', '2027-01-15T00:00', 'Pacific/Kiritimati', '2027-01-14T10:00:00Z'],
  ['UTC', '2028-02-29T23:59:59', 'UTC', '2028-02-29T23:59:59Z'],
];

for (const [why, text, zone, utc] of INSTANTS) {
  test(`${text} in ${zone} (${why})`, () => {
    assert.equal(new Date(instantOf(local(text), zone)).toISOString().replace('.000', ''), utc);
  });
}

test('what a zone shows at an instant is that instant, or the one before where it is shown twice', () => {
  const zones = fc.constantFrom(
    'America/New_York',
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'America/Sao_Paulo',
  );
  const seconds = fc.integer({ min: Date.UTC(2015) / 1000, max: Date.UTC(2035) / 1000 });
  fc.assert(
    fc.property(zones, seconds, (zone, second) => {
      const shown = new Date(second * 1000).toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T');
      const back = instantOf(local(shown), zone);
      assert.ok(
        back === second * 1000 || [1_800_000, 3_600_000].includes(second * 1000 - back),
        `${shown} ${zone}`,
      );
      const again = new Date(back).toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T');
      assert.equal(again, shown);
    }),
  );
});

const LATER: readonly (readonly [from: string, days: number, months: number, to: string])[] = [
  ['2027-01-31T09:00:00', 0, 1, '2027-02-28T09:00:00'],
  ['2027-01-31T09:00:00', 0, 2, '2027-03-31T09:00:00'],
  ['2027-01-31T09:00:00', 0, 13, '2028-02-29T09:00:00'],
  ['2027-11-30T00:00:00', 0, 3, '2028-02-29T00:00:00'],
  ['2027-12-31T23:59:59', 1, 0, '2028-01-01T23:59:59'],
  ['2027-02-27T12:00:00', 14, 0, '2027-03-13T12:00:00'],
];

for (const [from, days, months, to] of LATER) {
  test(`${from} and ${days} days, ${months} months`, () => {
    assert.equal(formatLocalTime(later(local(from), { days, months })), to);
  });
}

test('what is no day or no time is refused', () => {
  for (const text of [
    '2027-02-29T09:00',
    '2027-13-01T09:00',
    '2027-00-01T09:00',
    '2027-01-01T24:00',
    '2027-01-01T09:60',
    '2027-01-01',
    '2027-01-01T09:00Z',
    '',
  ])
    assert.equal(parseLocalTime(text), undefined, text);
  assert.deepEqual(local('2028-02-29T00:00'), {
    year: 2028,
    month: 2,
    day: 29,
    hour: 0,
    minute: 0,
    second: 0,
  });
});

test('zones are names of the IANA database', () => {
  for (const name of ['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])
    assert.ok(isTimeZone(name), name);
  for (const name of ['+01:00', 'Europe/Atlantis', '', '../etc/passwd', 'Europe/Berlin\n'])
    assert.ok(!isTimeZone(name), name);
});

test('regression: a zone is kept once, however its name is spelt', (context) => {
  const made = context.mock.method(Intl, 'DateTimeFormat').mock;
  for (const name of ['Indian/Cocos', 'indian/cocos', 'INDIAN/COCOS', 'iNdIaN/cOcOs'])
    assert.ok(isTimeZone(name), name);
  assert.equal(made.callCount(), 1);
});
