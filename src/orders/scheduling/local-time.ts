/**
 * Wall-clock times in the zones of the IANA database, which Node carries. Pure.
 *
 * A time that the clocks skip is moved forward by what they skip (02:30 becomes 03:30); a time that they show twice is
 * the first of the two.
 */
import { assert } from '../../core/assert.ts';

/** `2027-01-31T09:00:00`: no instant until a zone is named. */
export interface LocalTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const PATTERN = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?$/;
const DAY_MS = 86_400_000;

/** Undefined for what is no day of the calendar or no time of the clock. */
export function parseLocalTime(text: string): LocalTime | undefined {
  const [year, month, day, hour, minute, second = 0] = (PATTERN.exec(text) ?? [])
    .slice(1)
    .map((digits: string | undefined) => Number(digits ?? 0));
  if (!year || !month || !day || hour === undefined || minute === undefined) return undefined;
  const local = { year, month, day, hour, minute, second };
  return formatLocalTime(local) === new Date(asUtc(local)).toISOString().slice(0, 19) ? local : undefined;
}

export function formatLocalTime({ year, month, day, hour, minute, second }: LocalTime): string {
  const [yyyy, ...rest] = [`${year}`.padStart(4, '0'), month, day, hour, minute, second];
  const [mm, dd, hh, mi, ss] = rest.map((number) => `${number}`.padStart(2, '0'));
  return `${yyyy}-${mm}-${dd}T${hh}:${mi}:${ss}`;
}

/** Days and months later on the calendar, at the same time of the day; a day that the month lacks is its last. */
export function later(local: LocalTime, by: { readonly days: number; readonly months: number }): LocalTime {
  const month = local.year * 12 + (local.month - 1) + by.months;
  const [year, monthOfYear] = [Math.floor(month / 12), (month % 12) + 1];
  const lastDay = new Date(Date.UTC(year, monthOfYear, 0)).getUTCDate();
  const day = Math.min(local.day, lastDay);
  const at = new Date(Date.UTC(year, monthOfYear - 1, day) + by.days * DAY_MS);
  return { ...local, year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}

export function isTimeZone(name: string): boolean {
  // Offsets are no zones: their clocks never change, and `+01:00` says nothing of where it is.
  return /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name) && formatOf(name) !== undefined;
}

/** Milliseconds since 1970 UTC. */
export function instantOf(local: LocalTime, timeZone: string): number {
  const utcMs = asUtc(local);
  // Whatever the clocks do around this time, they have done it a day later and not yet a day earlier.
  const before = utcMs - offsetMs(utcMs - DAY_MS, timeZone);
  const after = utcMs - offsetMs(utcMs + DAY_MS, timeZone);
  const isShown = (ms: number) => ms + offsetMs(ms, timeZone) === utcMs;
  return !isShown(before) && isShown(after) ? after : before;
}

/** How far the clocks of a zone are ahead of UTC at an instant. */
function offsetMs(ms: number, timeZone: string): number {
  const format = formatOf(timeZone);
  assert(format, `not a time zone: ${timeZone}`);
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const shown = asUtc({
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  });
  return shown - Math.floor(ms / 1000) * 1000;
}

function asUtc({ year, month, day, hour, minute, second }: LocalTime): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Made once a zone: making one costs a hundred times what using it does. Names are few, in lower case. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  // Clients spell a zone in any case; were each spelling kept, they would fill the memory.
  const name = timeZone.toLowerCase();
  const known = formats.get(name);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(name, format);
    return format;
  } catch {
    return undefined; // a RangeError: no such zone
  }
}
