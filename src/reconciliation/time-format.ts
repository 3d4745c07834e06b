/**
 * Times as providers write them: `rfc3339`, `unix` and `unix_ms`, or a pattern such as `DD/MM/YYYY hh:mm:ss A` with the
 * offset that it is meant in. Pure.
 */

/** Milliseconds since 1970; undefined when the text is no such time. */
export type ReadTime = (text: string) => number | undefined;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Longer ones stand before those that they begin with. */
const TOKENS = {
  YYYY: '(?<year>\\d{4})',
  MMM: `(?<name>${MONTHS.join('|')})`,
  MM: '(?<month>\\d{2})',
  DD: '(?<day>\\d{2})',
  HH: '(?<hour>\\d{2})',
  hh: '(?<hour>\\d{2})',
  mm: '(?<minute>\\d{2})',
  SSS: '(?<milli>\\d{3})',
  ss: '(?<second>\\d{2})',
  A: '(?<half>am|pm)',
} as const;
const TOKEN = new RegExp(Object.keys(TOKENS).join('|'), 'g');
const RFC3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;
const OFFSET = /^([+-])(\d\d):([0-5]\d)$/;
const MINUTE_MS = 60_000;

/** Undefined when there is no such format, or it needs an offset and has none. */
export function timeFormat(format: string, offset: string | undefined): ReadTime | undefined {
  if (format === 'rfc3339') return (text) => (RFC3339.test(text) ? known(Date.parse(text)) : undefined);
  if (format === 'unix') return (text) => (/^\d{1,11}$/.test(text) ? Number(text) * 1000 : undefined);
  if (format === 'unix_ms') return (text) => (/^\d{1,14}$/.test(text) ? Number(text) : undefined);
  const offsetMs = offset === undefined ? undefined : readOffset(offset);
  const pattern = offsetMs === undefined ? undefined : patternOf(format);
  if (offsetMs === undefined || !pattern) return undefined;
  return (text) => {
    const local = readLocal(pattern.exec(text)?.groups);
    return local === undefined ? undefined : local - offsetMs;
  };
}

/** A day at least, each part once, and twelve hours only with their half of the day. */
function patternOf(format: string): RegExp | undefined {
  const tokens: string[] = format.match(TOKEN) ?? [];
  const has = (...some: readonly string[]) => some.some((token) => tokens.includes(token));
  const isWhole = has('YYYY') && has('MM', 'MMM') && has('DD') && has('hh') === has('A');
  if (
    !isWhole ||
    new Set(tokens).size !== tokens.length ||
    (has('MM') && has('MMM')) ||
    (has('HH') && has('hh'))
  )
    return undefined;
  const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  const parts = format.split(TOKEN);
  const source = parts.map(
    (part, at) => literal(part) + (tokens[at] === undefined ? '' : sourceOf(tokens[at])),
  );
  return new RegExp(`^${source.join('')}$`, 'i');
}

function sourceOf(token: string): string {
  return TOKENS[token as keyof typeof TOKENS]; // found by the pattern of their names
}

function readLocal(groups: Readonly<Record<string, string | undefined>> | undefined): number | undefined {
  if (!groups) return undefined;
  const part = (name: string) => Number(groups[name] ?? 0);
  const name = groups['name']?.toLowerCase();
  const month = name === undefined ? part('month') : MONTHS.indexOf(name) + 1;
  const hour = groups['half'] === undefined ? part('hour') : fullHour(part('hour'), groups['half']);
  if (hour === undefined || hour > 23 || part('minute') > 59 || part('second') > 59) return undefined;
  const day = part('day');
  const ms = Date.UTC(part('year'), month - 1, day, hour, part('minute'), part('second'), part('milli'));
  const date = new Date(ms);
  // 31 April would be 1 May.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms : undefined;
}

function fullHour(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

function readOffset(text: string): number | undefined {
  const match = OFFSET.exec(text);
  if (!match) return undefined;
  const [, sign, hours, minutes] = match;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

function known(ms: number): number | undefined {
  return Number.isNaN(ms) ? undefined : ms;
}
