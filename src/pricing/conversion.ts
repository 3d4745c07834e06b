/**
 * From the sender's currency to the operator's and back. What is listed and what is accepted come from the same
 * functions, so they agree by construction: `receiveFor` never falls when the amount sent rises, hence the sent
 * amounts that a range accepts are exactly those from `listRange(...).min` to `.max`.
 */
import { assert } from '../core/assert.ts';
import { formatDecimal, MINOR_MAX, type Minor } from '../core/money.ts';
import { remember } from '../core/remember.ts';
import { RATE_DIGITS } from './rates.ts';
import {
  divide,
  multiply,
  ONE,
  percentOf,
  type Ratio,
  ratioOf,
  round,
  shift,
  significant,
  subtract,
} from './ratio.ts';

/** A currency as an amount is counted in it. */
export interface Unit {
  readonly currency: string;
  readonly exponent: number;
}

export interface ExchangeTerms {
  /** Units of the operator's currency for one of the wallet's, without margin; decimal text. */
  readonly mid: string;
  readonly version: string;
  /** Taken off the rate: 2 per cent makes 100 units 98. Decimal text, from 0 to below 100. */
  readonly marginPercent: string;
}

export interface Conversion {
  readonly wallet: Unit;
  readonly operator: Unit;
  /** May be left out only where both currencies are the same: then the rate is 1, without margin. */
  readonly exchange: ExchangeTerms | undefined;
}

/** An amount in both currencies, minor units. */
export interface Pair {
  readonly send: Minor;
  readonly receive: Minor;
}

/** Rates less margins that are remembered. */
const KNOWN_MAX = 10_000;
/** Suggestions in a list: enough for a screen. */
const SUGGESTIONS_MAX = 20;

/** Units of the operator's currency for one of the wallet's, margin included: ten significant digits, half-even. */
export function effectiveRate(conversion: Conversion): string | undefined {
  const { wallet, operator, exchange } = conversion;
  if (wallet.currency === operator.currency) return '1';
  if (!exchange) return undefined;
  return lessMargin(`${exchange.mid} ${exchange.marginPercent}`);
}

/** Of a rate and the per cent that are taken off it, a space between them. */
const lessMargin = remember((rateAndMargin) => {
  const [mid = '', margin = ''] = rateAndMargin.split(' ');
  const kept = subtract(ONE, percentOf(margin));
  assert(kept.over > 0n && kept.over <= kept.under, `margin out of range: ${margin}`);
  return formatDecimal(significant(multiply(ratioOf(mid), kept), RATE_DIGITS));
}, KNOWN_MAX);

/** Operator's minor units for one of the wallet's, exactly. */
export function minorRate(conversion: Conversion, rate: string): Ratio {
  return shift(ratioOf(rate), conversion.operator.exponent - conversion.wallet.exponent);
}

export function receiveFor(send: Minor, minor: Ratio) {
  return round(multiply({ over: send, under: 1n }, minor));
}

export function sendFor(receive: Minor, minor: Ratio) {
  return round(divide({ over: receive, under: 1n }, minor));
}

/** What an amount converts to, whether or not a product is sold for it. */
export function toReceive(conversion: Conversion, send: Minor): Minor | undefined {
  const rate = effectiveRate(conversion);
  return rate === undefined ? undefined : receiveFor(send, minorRate(conversion, rate)).value;
}

/** The least and the most that can be sent for a range. Undefined where no sent amount falls into it. */
export function listRange(conversion: Conversion, range: { min: Minor; max: Minor }) {
  const rate = effectiveRate(conversion);
  if (rate === undefined) return undefined;
  const minor = minorRate(conversion, rate);
  // The last amount that rounds below `min` is at most (min - 1/2) / rate, the first above `max` at least
  // (max + 1/2) / rate; at the half itself the even neighbour decides, so one step settles it.
  const half = (bound: Minor, by: bigint): Ratio => divide({ over: 2n * bound + by, under: 2n }, minor);
  const { over, under } = half(range.min, -1n);
  let min = (over + under - 1n) / under;
  if (min < 1n) min = 1n;
  if (receiveFor(min, minor).value < range.min) min += 1n;
  const top = half(range.max, 1n);
  let max = top.over / top.under;
  if (receiveFor(max, minor).value > range.max) max -= 1n;
  if (max > MINOR_MAX) max = MINOR_MAX;
  return min <= max ? { min, max } : undefined;
}

/**
 * The sent amounts for fixed ones. Where two of them would cost the same, the smaller one has it; one that would
 * cost nothing is left out.
 */
export function listFixed(conversion: Conversion, amounts: readonly Minor[]): readonly Pair[] {
  const rate = effectiveRate(conversion);
  if (rate === undefined) return [];
  const minor = minorRate(conversion, rate);
  const pairs = new Map<Minor, Pair>();
  for (const receive of amounts) {
    const send = sendFor(receive, minor).value;
    if (send > 0n && send <= MINOR_MAX && !pairs.has(send)) pairs.set(send, { send, receive });
  }
  return [...pairs.values()];
}

/** Suggested amounts of the operator in the sender's currency; only those that are accepted when sent. */
export function listSuggested(
  conversion: Conversion,
  range: { min: Minor; max: Minor },
  suggested: readonly Minor[],
): readonly Pair[] {
  const bounds = listRange(conversion, range);
  if (!bounds) return [];
  return listFixed(conversion, suggested)
    .filter(({ send }) => send >= bounds.min && send <= bounds.max)
    .map(({ send }) => ({ send, receive: toReceive(conversion, send) as Minor })); // the rate is known here
}

/** Round amounts of the sender's own currency within a range: 1, 5, 10, 15 ... of a step that fits. */
export function listRoundAmounts(conversion: Conversion, range: { min: Minor; max: Minor }): readonly Pair[] {
  const bounds = listRange(conversion, range);
  if (!bounds) return [];
  const unit = 10n ** BigInt(conversion.wallet.exponent);
  let step = 5n * unit;
  while (bounds.max / step > BigInt(SUGGESTIONS_MAX)) step *= step.toString().startsWith('5') ? 2n : 5n;
  const candidates = [step / 5n];
  for (let send = step; send <= bounds.max && candidates.length < SUGGESTIONS_MAX; send += step)
    candidates.push(send);
  return candidates
    .filter((send) => send >= bounds.min && send <= bounds.max)
    .map((send) => ({ send, receive: toReceive(conversion, send) as Minor })); // the rate is known here
}
