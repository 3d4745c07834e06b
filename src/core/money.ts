/**
 * Money is a whole number of minor units (`bigint`) of a currency; rates and percentages are decimal strings.
 * Nothing here knows a currency: callers pass the exponent (digits after the point, ISO 4217: 0, 2, 3 or 4).
 */
import { assert } from './assert.ts';

/** A whole number of minor units (cents, paise, yen) of a currency that stands beside it. */
export type Minor = bigint;

/** What a column of the database holds: 2^63 - 1. No wallet has it, so nothing that costs more is ever sold. */
export const MINOR_MAX: Minor = 2n ** 63n - 1n;

/** A decimal number as an exact fraction: `units / 10^scale`. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** Digits that a rate, percentage or amount may have: far above any price, low enough to bound the work. */
const DIGITS_MAX = 36;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Reads `12`, `0.50`, `-3.1`; undefined for anything else (exponents, signs in front, spaces, too many digits). */
export function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text);
  if (!match || text.length > DIGITS_MAX) return undefined;
  const fraction = match[3] ?? '';
  const units = BigInt(`${match[2]}${fraction}`);
  return { units: match[1] === '-' ? -units : units, scale: fraction.length };
}

/** `parseDecimal` for values that our own data or columns guarantee. */
export function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  assert(value, `not a decimal: ${text}`);
  return value;
}

/**
 * Reads an amount of a currency with `exponent` digits. Undefined when it is not a plain decimal or has more
 * digits than the currency (trailing zeros do not count): an amount is never rounded on its way in.
 */
export function parseAmount(text: string, exponent: number): Minor | undefined {
  const value = parseDecimal(text);
  if (!value) return undefined;
  if (value.scale <= exponent) return value.units * 10n ** BigInt(exponent - value.scale);
  const excess = 10n ** BigInt(value.scale - exponent);
  return value.units % excess === 0n ? value.units / excess : undefined;
}

/** `-123` with exponent 2 is `"-1.23"`; with exponent 0, `"-123"`. Always all digits of the currency. */
export function formatAmount(minor: Minor, exponent: number): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0');
  const sign = minor < 0n ? '-' : '';
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** The exact decimal text of a fraction, without trailing zeros: for rates. */
export function formatDecimal({ units, scale }: Decimal): string {
  const text = formatAmount(units, scale);
  return scale === 0 ? text : text.replace(/\.?0+$/, '');
}

/**
 * Divides and rounds half to even, the one rounding of the house. `remainder` is what was left out:
 * `dividend = quotient * divisor + remainder`, with `|remainder| <= divisor / 2`.
 */
export function divideHalfEven(dividend: bigint, divisor: bigint): { quotient: bigint; remainder: bigint } {
  assert(divisor > 0n, 'divisor must be positive');
  let quotient = dividend / divisor;
  let remainder = dividend % divisor;
  if (remainder < 0n) {
    quotient -= 1n;
    remainder += divisor;
  }
  const twice = 2n * remainder;
  if (twice > divisor || (twice === divisor && quotient % 2n !== 0n)) {
    quotient += 1n;
    remainder -= divisor;
  }
  return { quotient, remainder };
}
