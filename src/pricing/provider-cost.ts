/** What a provider charges for a delivery, in its currency and, at the order's frozen mid rate, in the wallet's. */
import type { Minor } from '../core/money.ts';
import { type Conversion, minorRate } from './conversion.ts';
import { divide, multiply, percentOf, round } from './ratio.ts';

export function providerCostOf(
  conversion: Conversion,
  terms: { readonly receiveAmount: Minor; readonly percent: string; readonly mid: string },
): { readonly providerCost: Minor; readonly providerCostWallet: Minor } {
  const share = multiply({ over: terms.receiveAmount, under: 1n }, percentOf(terms.percent));
  const providerCost = round(share).value;
  const atMid = divide({ over: providerCost, under: 1n }, minorRate(conversion, terms.mid));
  return { providerCost, providerCostWallet: round(atMid).value };
}
