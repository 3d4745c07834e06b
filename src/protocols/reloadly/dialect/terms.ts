/** On which terms a caller buys: what turns an operator of the catalogue into the one that is shown. */
import type { Operator } from '../../../catalogue/catalogue.ts';
import type { Language } from '../../../catalogue/plan-text.ts';
import type { Buyer, Market } from '../../../orders/market.ts';
import { rateFor } from '../../../orders/market.ts';
import type { Call } from './call.ts';
import { payingCurrency } from './paying-wallet.ts';

export interface Terms {
  readonly market: Market;
  readonly buyer: Buyer;
  /** Of the wallet that pays. */
  readonly currency: string;
  /** Logos stand there. */
  readonly baseUrl: string;
  /** Of promotions. */
  readonly language: Language;
}

export async function termsOf(call: Call): Promise<Terms> {
  return {
    market: call.market,
    buyer: call.caller,
    currency: await payingCurrency(call),
    baseUrl: call.baseUrl,
    language: call.language,
  };
}

/** ISO 4217's own code for "no currency": surely not the operator's. */
const FOREIGN = 'XXX';

/** The caller's percentages for an operator: out of a wallet in a foreign currency, and in the operator's own. */
export function percentagesOf(
  { market, buyer }: Pick<Terms, 'market' | 'buyer'>,
  operator: Operator,
): { readonly international: number; readonly local: number } {
  const percent = (walletCurrency: string) =>
    Number(rateFor(market, buyer, operator, { mode: 'discount', walletCurrency }).percent);
  return { international: percent(FOREIGN), local: percent(operator.currency) };
}
