/**
 * What a cell of an exchanged file may hold. Files show what people write (amounts as decimals of the row's
 * currency); rows hold what the tables hold (minor units). Pure.
 */
import { formatAmount, formatDecimal, parseAmount, parseDecimal } from '../../core/money.ts';

export type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** What amounts of a row are counted in; undefined where its currency is not known. */
export interface Money {
  readonly exponent: number | undefined;
}

export type Read = { readonly value: Json } | { readonly issue: string };

export interface Kind {
  /** How text of a CSV becomes a value. */
  readonly form: 'text' | 'number' | 'flag' | 'list' | 'map';
  readonly isNullable: boolean;
  /** From a file's value to the row's. */
  readonly read: (given: Json, money: Money) => Read;
  /** From the row's value to the file's. */
  readonly show: (stored: Json, money: Money) => Json;
}

const PERCENT_SCALE_MAX = 4;
const LIST_ITEMS_MAX = 200;
const LANGUAGES_MAX = 50;

const value = (held: Json): Read => ({ value: held });
const issue = (said: string): Read => ({ issue: said });
const asIs = (stored: Json) => stored;
const ofText = (read: (given: string, money: Money) => Read): Kind => ({
  form: 'text',
  isNullable: false,
  read: (given, money) => (typeof given === 'string' ? read(given, money) : issue('must be text')),
  show: asIs,
});

export function text({ min = 0, max }: { readonly min?: number; readonly max: number }): Kind {
  return ofText((given) => {
    if (given.length < min || given.length > max) return issue(`must have ${min} to ${max} characters`);
    return /\p{Cc}/u.test(given) ? issue('must not hold control characters') : value(given);
  });
}

export function matching(pattern: RegExp, what: string): Kind {
  return ofText((given) => (pattern.test(given) ? value(given) : issue(`must be ${what}`)));
}

export function oneOf(words: readonly string[]): Kind {
  return ofText((given) =>
    words.includes(given) ? value(given) : issue(`must be one of ${words.join(', ')}`),
  );
}

export function whole(min: number): Kind {
  const max = 2 ** 31 - 1; // a column of type integer
  return {
    form: 'number',
    isNullable: false,
    read: (given) =>
      Number.isInteger(given) && Number(given) >= min && Number(given) <= max
        ? value(given)
        : issue(`must be a whole number from ${min}`),
    show: asIs,
  };
}

export const flag: Kind = {
  form: 'flag',
  isNullable: false,
  read: (given) => (typeof given === 'boolean' ? value(given) : issue('must be true or false')),
  show: asIs,
};

/** From 0 to 100, without zeros at the end. */
export const percent: Kind = ofText((given) => {
  const number = parseDecimal(given);
  const isFine =
    number &&
    number.units >= 0n &&
    number.units <= 100n * 10n ** BigInt(number.scale) &&
    number.scale <= PERCENT_SCALE_MAX;
  return isFine
    ? value(plain(formatDecimal(number)))
    : issue(`must be a number from 0 to 100 with at most ${PERCENT_SCALE_MAX} digits after the point`);
});

/** Above zero, without zeros at the end. */
export const rate: Kind = ofText((given) => {
  const number = parseDecimal(given);
  return number && number.units > 0n
    ? value(plain(formatDecimal(number)))
    : issue('must be a number above zero');
});

/** In the file a decimal of the row's currency, in the row minor units. */
export const amount: Kind = {
  form: 'text',
  isNullable: false,
  read: (given, { exponent }) => {
    if (exponent === undefined) return issue('is an amount of a currency that is not known');
    const minor = typeof given === 'string' ? parseAmount(given, exponent) : undefined;
    return minor !== undefined && minor > 0n && minor <= BigInt(Number.MAX_SAFE_INTEGER)
      ? value(Number(minor))
      : issue(`must be an amount above zero with at most ${exponent} digits after the point`);
  },
  // Rows come from our own tables, where the column is an integer.
  show: (stored, { exponent = 0 }) => formatAmount(BigInt(stored as number), exponent),
};

/** RFC 3339, UTC, to the second. */
export const instant: Kind = ofText((given) => {
  const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(given) && isDate(given);
  return isInstant ? value(given) : issue('must be a time as 2026-11-30T23:59:00Z');
});

export const day: Kind = ofText((given) =>
  /^\d{4}-\d\d-\d\d$/.test(given) && isDate(given) ? value(given) : issue('must be a day as 2026-11-30'),
);

export function list(item: Kind): Kind {
  return {
    form: 'list',
    isNullable: false,
    read: (given, money) => {
      if (!Array.isArray(given) || given.length > LIST_ITEMS_MAX)
        return issue(`must be a list of at most ${LIST_ITEMS_MAX}`);
      const values: Json[] = [];
      for (const [at, one] of (given as readonly Json[]).entries()) {
        const read = item.read(one, money);
        if ('issue' in read) return issue(`${read.issue} (item ${at + 1})`);
        values.push(read.value);
      }
      return value(values);
    },
    show: (stored, money) => (stored as readonly Json[]).map((one) => item.show(one, money)), // of a list column
  };
}

/** By the code of a language, in the order of the codes. */
export function byLanguage(item: Kind): Kind {
  const inOrder = (given: object) =>
    Object.entries(given as Record<string, Json>).sort(([a], [b]) => (a < b ? -1 : 1)); // of JSON
  return {
    form: 'map',
    isNullable: false,
    read: (given, money) => {
      const entries = isMap(given) ? inOrder(given) : undefined;
      if (!entries || entries.length > LANGUAGES_MAX || entries.some(([code]) => !/^[a-z]{2}$/.test(code)))
        return issue('must be texts by the two letters of their language');
      return readMembers(entries.map(([code, one]) => [code, item.read(one, money)]));
    },
    // Of a column that holds nothing else.
    show: (stored, money) =>
      Object.fromEntries(inOrder(stored as object).map(([code, one]) => [code, item.show(one, money)])),
  };
}

/** An object with these members and no others, in this order. */
export function record(members: Readonly<Record<string, Kind>>): Kind {
  const kinds = Object.entries(members);
  return {
    form: 'map',
    isNullable: false,
    read: (given, money) => {
      if (!isMap(given) || Object.keys(given).some((name) => members[name] === undefined))
        return issue(`must have ${kinds.map(([name]) => name).join(', ')} and nothing else`);
      return readMembers(kinds.map(([name, kind]) => [name, kind.read(given[name] ?? null, money)]));
    },
    show: (stored, money) => {
      const held = stored as Record<string, Json>; // of a column that holds nothing else
      return Object.fromEntries(kinds.map(([name, kind]) => [name, kind.show(held[name] ?? null, money)]));
    },
  };
}

/** All of them, or the first that is wrong. */
function readMembers(members: readonly (readonly [name: string, read: Read])[]): Read {
  const values: Record<string, Json> = {};
  for (const [name, read] of members) {
    if ('issue' in read) return issue(`${read.issue} (${name})`);
    values[name] = read.value;
  }
  return value(values);
}

function isMap(given: Json): given is { readonly [key: string]: Json } {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

export function nullable(kind: Kind): Kind {
  return {
    ...kind,
    isNullable: true,
    read: (given, money) => (given === null ? value(null) : kind.read(given, money)),
    show: (stored, money) => (stored === null ? null : kind.show(stored, money)),
  };
}

export const LIST_SEPARATOR = '|';

/** A value as a CSV has it, and as it is told. */
export function textOf(held: Json | undefined): string {
  if (held === null || held === undefined) return '';
  if (Array.isArray(held)) return held.map(textOf).join(LIST_SEPARATOR);
  return typeof held === 'object' ? JSON.stringify(held) : String(held);
}

function isDate(given: string): boolean {
  const date = new Date(given);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(given.slice(0, 10));
}

function plain(number: string): string {
  return number.includes('.') ? number.replace(/\.?0+$/, '') : number;
}
