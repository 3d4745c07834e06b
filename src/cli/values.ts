/** Reads what is typed on the command line. Each throws commander's error, which names the option. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { type Currency, currency } from '../core/currency.ts';
import { parseId } from '../core/ids.ts';
import { type Minor, parseAmount, parseDecimal } from '../core/money.ts';
import { readAllowList } from '../identity/allow-list.ts';
import { parseScopes, SCOPES, type Scope } from '../identity/scopes.ts';
import { codeOf } from '../platform/postgres.ts';
import { CommandFault } from './fault.ts';

/** A limit of one's own, or `default` to have none. */
export type OwnLimit = number | 'default';

export function ownLimitArgument(text: string): OwnLimit {
  return text === 'default' ? text : numberArgument(text);
}

/** Networks with commas between, or `any`. */
export function networksArgument(text: string): readonly string[] | 'any' {
  if (text === 'any') return text;
  const networks = text.split(',').map((one) => one.trim());
  if (networks.length > NETWORKS_MAX || !readAllowList(networks)) {
    throw new InvalidArgumentError(
      `Networks are such as 10.0.0.0/8 or 2001:db8::/32, at most ${NETWORKS_MAX}.`,
    );
  }
  return networks;
}
const NETWORKS_MAX = 100;

/** `acc_1001` or `1001`. */
export function accountArgument(text: string): bigint {
  const id = parseId('account', /^\d+$/.test(text) ? `acc_${text}` : text);
  if (id === undefined) throw new InvalidArgumentError('An account is acc_<number>.');
  return id;
}

export function nameArgument(text: string): string {
  if (text.trim() === '' || text.length > NAME_CHARS_MAX) {
    throw new InvalidArgumentError(`It has 1 to ${NAME_CHARS_MAX} characters.`);
  }
  return text;
}
const NAME_CHARS_MAX = 200;

export function currencyArgument(text: string): Currency {
  const found = currency(text.toUpperCase());
  if (!found) throw new InvalidArgumentError('It is no ISO 4217 code.');
  return found;
}

/** `YYYY-MM`, as its first day. */
export function monthArgument(text: string): string {
  if (!/^20\d\d-(0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('A month is YYYY-MM.');
  return `${text}-01`;
}

/** Operator and product ids. */
export function numberArgument(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a positive whole number.');
  return Number(text);
}

/** What price lists tell apart: the type of a mobile product, the class of any other. */
export function typeArgument(text: string): string {
  if (!TYPES.includes(text)) throw new InvalidArgumentError(`It is one of ${TYPES.join(', ')}.`);
  return text;
}
const OTHER_CLASSES = ['dth', 'postpaid', 'electricity', 'fastag', 'gift_card', 'gaming'];
const TYPES: readonly string[] = ['airtime', 'data', 'bundle', 'combo', 'pin', ...OTHER_CLASSES];

/** Classes of products with commas between, as plans name what they sell. */
export function classesArgument(text: string): readonly string[] {
  const classes = text.split(',').map((one) => one.trim());
  const unknown = classes.find((one) => !CLASSES.includes(one));
  if (unknown !== undefined) throw new InvalidArgumentError(`Classes are ${CLASSES.join(', ')}.`);
  return classes;
}
const CLASSES: readonly string[] = ['mobile', ...OTHER_CLASSES];

/** RFC 3339, with its offset: milliseconds since 1970. */
export function instantArgument(text: string): number {
  const ms = /^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError('It is a time such as 2026-12-01T00:00:00Z.');
  return ms;
}

/** UTC. */
export function dayArgument(text: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
  if (!isDay) throw new InvalidArgumentError('It is a day such as 2026-11-30.');
  return text;
}

export function priorityArgument(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 0.');
  return Number(text);
}

/** Columns of percentages have four digits after the point: more would be rounded silently. */
const PERCENT_DIGITS = 4;

export function percentArgument(maximum: number): (text: string) => string {
  const message = `It is a number from 0 to ${maximum} with at most ${PERCENT_DIGITS} digits after the point.`;
  return (text) => {
    const value = parseDecimal(text);
    const isFine =
      value &&
      value.units >= 0n &&
      value.scale <= PERCENT_DIGITS &&
      value.units <= BigInt(maximum) * 10n ** BigInt(value.scale);
    if (!isFine) throw new InvalidArgumentError(message);
    return text;
  };
}

export function rateArgument(text: string): string {
  const value = parseDecimal(text);
  if (!value || value.units <= 0n) throw new InvalidArgumentError('It is a positive decimal number.');
  return text;
}

/** Positive, and exactly what the currency can express. */
export function amountIn({ code, exponent }: Currency, text: string): Minor {
  const amount = parseAmount(text, exponent);
  if (amount === undefined || amount <= 0n || amount > AMOUNT_MAX) {
    throw new CommandFault(
      `"${text}" is not a positive amount of ${code} (${exponent} digits after the point)`,
    );
  }
  return amount;
}

/** The same with a sign before it, for money that may go either way. */
export function signedAmountIn(unit: Currency, text: string): Minor {
  const sign = /^[+-]/.exec(text)?.[0];
  const amount = amountIn(unit, sign ? text.slice(1) : text);
  return sign === '-' ? -amount : amount;
}

/** A credit limit: zero ends it. */
export function limitIn(unit: Currency, text: string): Minor {
  return parseAmount(text, unit.exponent) === 0n ? 0n : amountIn(unit, text);
}

/** Leaves a wallet, a bigint in the database, room for thousands of them. */
const AMOUNT_MAX = 10n ** 15n;

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `30m`, `24h`, `7d`, or `0`. */
export function durationArgument(text: string): number {
  if (text === '0') return 0;
  const match = /^(\d{1,5})([smhd])$/.exec(text);
  const unit = UNIT_SECONDS[match?.[2] ?? ''];
  if (!match || unit === undefined)
    throw new InvalidArgumentError('It is a duration such as 30m, 24h or 7d, or 0.');
  return Number(match[1]) * unit;
}

/** Scopes with spaces or commas between. */
export function scopesArgument(text: string): readonly Scope[] {
  const scopes = parseScopes(text.replaceAll(',', ' '));
  if (!scopes || scopes.length === 0) {
    throw new InvalidArgumentError(`Scopes are: ${Object.keys(SCOPES).join(' ')}.`);
  }
  return scopes;
}

/** JSON, or `@file` that holds it. */
export function jsonArgument(text: string): unknown {
  const isFile = text.startsWith('@');
  try {
    return JSON.parse(isFile ? readFileSync(text.slice(1), 'utf8') : text);
  } catch (error) {
    const why =
      error instanceof SyntaxError ? 'holds no JSON' : `cannot be read (${codeOf(error) ?? 'unknown error'})`;
    throw new InvalidArgumentError(isFile ? `The file ${why}.` : 'It is no JSON. For a file: @path.');
  }
}
