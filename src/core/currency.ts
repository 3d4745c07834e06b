/** ISO 4217: code, numeric code, minor units, name and symbol. `Intl` is wrong for many, so the table is ours. */
import { assert } from './assert.ts';
import { CURRENCY_TABLE } from './currencies.generated.ts';

export interface Currency {
  readonly code: string;
  /** Three digits, as text: leading zeros count. */
  readonly numeric: string;
  /** Digits after the point: 0, 2, 3 or 4. */
  readonly exponent: number;
  readonly name: string;
  readonly symbol: string;
}

export const CURRENCIES: readonly Currency[] = CURRENCY_TABLE;

const byCode = new Map(CURRENCIES.map((entry) => [entry.code, entry]));

export function currency(code: string): Currency | undefined {
  return byCode.get(code);
}

/** `currency` for codes that our own data or columns guarantee. */
export function currencyOf(code: string): Currency {
  const found = byCode.get(code);
  assert(found, `not a currency: ${code}`);
  return found;
}
