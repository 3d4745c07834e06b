import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeFormat } from './time-format.ts';

const ROWS: readonly (readonly [
  format: string,
  offset: string | undefined,
  text: string,
  time: string | undefined,
])[] = [
  ['rfc3339', undefined, '2026-11-22T10:00:00Z', '2026-11-22T10:00:00.000Z'],
  ['rfc3339', undefined, '2026-11-22 15:30:00.25+05:30', '2026-11-22T10:00:00.250Z'],
  ['rfc3339', undefined, '2026-11-22', undefined],
  ['rfc3339', undefined, '2026-13-22T10:00:00Z', undefined],
  ['unix', undefined, '1795255200', '2026-11-21T10:00:00.000Z'],
  ['unix_ms', undefined, '1795255200250', '2026-11-21T10:00:00.250Z'],
  ['unix', undefined, '12.5', undefined],
  ['DD/MM/YYYY HH:mm:ss', '+05:30', '22/11/2026 15:30:00', '2026-11-22T10:00:00.000Z'],
  ['DD/MM/YYYY HH:mm:ss', '-04:00', '22/11/2026 06:00:00', '2026-11-22T10:00:00.000Z'],
  ['DD-MMM-YYYY hh:mm A', '+00:00', '22-Nov-2026 12:05 AM', '2026-11-22T00:05:00.000Z'],
  ['DD-MMM-YYYY hh:mm A', '+00:00', '22-nov-2026 12:05 pm', '2026-11-22T12:05:00.000Z'],
  ['DD-MMM-YYYY hh:mm A', '+00:00', '22-Nov-2026 13:05 PM', undefined],
  ['YYYYMMDDHHmmssSSS', '+00:00', '20261122100000250', '2026-11-22T10:00:00.250Z'],
  ['YYYY-MM-DD', '+00:00', '2026-02-29', undefined],
  ['YYYY-MM-DD', '+00:00', '2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['YYYY-MM-DD HH:mm', '+00:00', '2026-11-22 24:00', undefined],
  ['YYYY-MM-DD', '+00:00', '2026-11-22 ', undefined],
  ['YYYY.MM.DD', '+00:00', '2026x11x22', undefined],
];
for (const [format, offset, text, time] of ROWS) {
  test(`${format} ${offset ?? ''}: ${text}`, () => {
    const ms = timeFormat(format, offset)?.(text);
    assert.equal(ms === undefined ? undefined : new Date(ms).toISOString(), time);
  });
}

test('a format is a day at least, with its offset and each part once', () => {
  for (const [format, offset] of [
    ['HH:mm', '+00:00'],
    ['YYYY-MM', '+00:00'],
    ['YYYY-MM-DD', undefined],
    ['YYYY-MM-DD', '5:30'],
    ['YYYY-MM-DD YYYY', '+00:00'],
    ['YYYY-MM-MMM-DD', '+00:00'],
    ['YYYY-MM-DD hh:mm', '+00:00'],
    ['YYYY-MM-DD HH:mm A', '+00:00'],
    ['', '+00:00'],
  ] as const) {
    assert.equal(timeFormat(format, offset), undefined, format);
  }
});
