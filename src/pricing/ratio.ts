/** Exact fractions, and the two ways in which they leave: rounded to a whole number, or to significant digits. */
import { assert } from '../core/assert.ts';
import { type Decimal, decimal, divideHalfEven } from '../core/money.ts';
import { remember } from '../core/remember.ts';

/** `over / under`; `under` is positive. */
export interface Ratio {
  readonly over: bigint;
  readonly under: bigint;
}

export const ONE: Ratio = { over: 1n, under: 1n };

/** Rates and percentages of a market: the same ones price each order. */
const KNOWN_MAX = 10_000;

/** A number whose parts are what is asked for: rates that are read once a catalogue have at most 36 digits. */
export const ratioOf: (text: string) => Ratio = remember((text) => {
  const { units, scale } = decimal(text);
  return { over: units, under: 10n ** BigInt(scale) };
}, KNOWN_MAX);

/** `6` per cent is 6/100. */
export const percentOf: (text: string) => Ratio = remember(
  (text) => divide(ratioOf(text), { over: 100n, under: 1n }),
  KNOWN_MAX,
);

export function multiply(a: Ratio, b: Ratio): Ratio {
  return { over: a.over * b.over, under: a.under * b.under };
}

export function divide(a: Ratio, b: Ratio): Ratio {
  assert(b.over > 0n, 'divisor must be positive');
  return { over: a.over * b.under, under: a.under * b.over };
}

export function subtract(a: Ratio, b: Ratio): Ratio {
  return { over: a.over * b.under - b.over * a.under, under: a.under * b.under };
}

/** `ratio * 10^exponent`. */
export function shift(ratio: Ratio, exponent: number): Ratio {
  const power = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0
    ? { over: ratio.over, under: ratio.under * power }
    : { over: ratio.over * power, under: ratio.under };
}

/** Rounds half to even. `remainder` is exact minus rounded as `n/d` in lowest terms; absent when nothing was left. */
export function round({ over, under }: Ratio): { value: bigint; remainder: string | undefined } {
  if (over === 0n) return { value: 0n, remainder: undefined };
  const { quotient, remainder } = divideHalfEven(over, under);
  if (remainder === 0n) return { value: quotient, remainder: undefined };
  const common = greatestCommonDivisor(remainder < 0n ? -remainder : remainder, under);
  return { value: quotient, remainder: `${remainder / common}/${under / common}` };
}

/** Rounds a positive ratio half to even to so many significant digits. */
export function significant({ over, under }: Ratio, digits: number): Decimal {
  assert(over > 0n && under > 0n, 'only a positive number has significant digits');
  const limit = 10n ** BigInt(digits);
  // The quotient has as many digits before the point as the lengths differ, or one more.
  let scale = digits - (over.toString().length - under.toString().length);
  let shifted = shift({ over, under }, scale);
  if (shifted.over >= limit * shifted.under) {
    scale -= 1;
    shifted = shift({ over, under }, scale);
  }
  const units = divideHalfEven(shifted.over, shifted.under).quotient;
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [left, right] = [a, b];
  while (right > 0n) [left, right] = [right, left % right];
  return left;
}
