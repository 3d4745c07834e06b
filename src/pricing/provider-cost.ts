/** What a provider charges for a delivery, in its currency and, at the order's frozen mid rate, in the wallet's. */
import type { Minor } from '../core/money.ts';
import { type Conversion, minorRate } from './conversion.ts';
import { divide, multiply, percentOf, round } from './ratio.ts';

/** Both figures with what rounding left out of each; the second follows from the first as it was rounded. */
export function providerCostOf(
  conversion: Conversion,
  terms: { readonly receiveAmount: Minor; readonly percent: string; readonly mid: string },
) {
  const cost = round(multiply({ over: terms.receiveAmount, under: 1n }, percentOf(terms.percent)));
  const inWallet = round(divide({ over: cost.value, under: 1n }, minorRate(conversion, terms.mid)));
  return { cost, inWallet };
}
