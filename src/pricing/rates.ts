/**
 * Exchange rates between any two currencies, from rates of one base. A cross rate is computed once per pair, from
 * the two exact rates, to ten significant digits half-even; every order of a version sees the same one.
 */
import { formatDecimal } from '../core/money.ts';
import { divide, ONE, type Ratio, ratioOf, significant } from './ratio.ts';

/** One unit of the base is `rate` units of `quote`. */
export interface BaseRate {
  readonly quote: string;
  readonly rate: string;
  readonly version: string;
  /** When it was of the market; undefined where nobody says. */
  readonly atMs?: number;
}

export interface MidRate {
  /** Units of `to` for one unit of `from`, as decimal text. */
  readonly rate: string;
  /** Of both rates that it was made from. */
  readonly version: string;
  /** Of the older one of them; undefined for a rate that does not age. */
  readonly atMs?: number;
}

export const RATE_DIGITS = 10;

export class RateTable {
  readonly #base: string;
  readonly #rates: ReadonlyMap<string, BaseRate>;
  readonly #crossed = new Map<string, MidRate | undefined>();

  constructor(rates: readonly BaseRate[], base = 'USD') {
    this.#base = base;
    this.#rates = new Map(rates.map((rate) => [rate.quote, rate]));
  }

  /** Undefined when one of the two has no rate. Equal currencies need none: their rate is 1. */
  rate(from: string, to: string): MidRate | undefined {
    if (from === to) return { rate: '1', version: SAME_CURRENCY };
    const key = `${from}${to}`;
    if (!this.#crossed.has(key)) this.#crossed.set(key, this.#cross(from, to));
    return this.#crossed.get(key);
  }

  #cross(from: string, to: string): MidRate | undefined {
    const [left, right] = [this.#ratio(from), this.#ratio(to)];
    if (!left || !right) return undefined;
    const versions = new Set([left.version, right.version].filter((version) => version !== undefined));
    const rate = formatDecimal(significant(divide(right.ratio, left.ratio), RATE_DIGITS));
    const ages = [left.atMs, right.atMs].filter((atMs) => atMs !== undefined);
    return {
      rate,
      version: [...versions].join('/'),
      ...(ages.length === 0 ? {} : { atMs: Math.min(...ages) }),
    };
  }

  #ratio(code: string): { ratio: Ratio; version: string | undefined; atMs: number | undefined } | undefined {
    const known = this.#rates.get(code);
    if (code === this.#base) return { ratio: ONE, version: undefined, atMs: undefined };
    return known && { ratio: ratioOf(known.rate), version: known.version, atMs: known.atMs };
  }
}

/** The version of the rate 1 between a currency and itself. */
export const SAME_CURRENCY = 'same';
