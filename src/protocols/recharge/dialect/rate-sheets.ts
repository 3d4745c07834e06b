/**
 * Bundles with the caller's prices. A sheet is made once per market, account and currency (some 400 prices, 10 to
 * 20 ms) and kept as the bytes that are sent; a new market drops the sheets of the old one.
 */
import { currencyOf } from '../../../core/currency.ts';
import { formatAmount, type Minor } from '../../../core/money.ts';
import { type Buyer, type Market, offerFor } from '../../../orders/market.ts';
import { sha256 } from '../../../platform/crypto.ts';
import type * as wire from '../wire.ts';
import { allBundles, type Bundle } from './bundles.ts';
import { type Representation, write } from './representation.ts';

/** One representation: its bytes and their name. */
export interface Sheet {
  readonly text: string;
  readonly etag: string;
}

/** Sheets have some 130 kB; beyond this many, all are made anew when they are asked for. */
const SHEETS_MAX = 100;
const TAG_CHARACTERS = 22;

export class RateSheets {
  readonly #byMarket = new WeakMap<Market, Map<string, Sheet>>();

  sheet(market: Market, asked: { buyer: Buyer; currency: string; representation: Representation }): Sheet {
    const { buyer, currency, representation } = asked;
    const known = this.#byMarket.get(market) ?? new Map<string, Sheet>();
    this.#byMarket.set(market, known);
    const key = [buyer.accountId, buyer.environment, buyer.plan, currency, representation].join(' ');
    let sheet = known.get(key);
    if (!sheet) {
      if (known.size >= SHEETS_MAX) known.clear();
      const text = write(ratesOf(market, buyer, currency), representation);
      sheet = { text, etag: `"${sha256(text).toString('base64url').slice(0, TAG_CHARACTERS)}"` };
      known.set(key, sheet);
    }
    return sheet;
  }
}

/** What would be accepted at this moment; a bundle that nobody delivers or prices is not listed. */
export function ratesOf(market: Market, buyer: Buyer, currency: string): wire.Rates {
  const bundles = allBundles(market.catalogue).flatMap((bundle) => {
    const offer = offerFor(market, {
      buyer,
      operator: bundle.operator,
      product: bundle.product,
      walletCurrency: currency,
      amount: { mode: 'receive', minor: bundle.amount },
      rateMode: 'discount',
      minimumReceive: undefined,
    });
    return offer.kind === 'offered' ? [render(bundle, money(offer.price.cost, currency))] : [];
  });
  return { currency, bundles };
}

function render({ id, product, operator, amount }: Bundle, price: wire.Money): wire.Bundle {
  const { dataMegabytes, voiceMinutes, messages } = product.benefits;
  return {
    bundle_id: id,
    name: product.name,
    type: product.type === 'data' ? 'data' : 'bundle',
    country: operator.country,
    operator: { id: operator.id, name: operator.name },
    validity_days: product.validityDays ?? null,
    data_megabytes: dataMegabytes ?? null,
    voice_minutes: voiceMinutes ?? null,
    messages: messages ?? null,
    value: money(amount, product.currency),
    price,
  };
}

function money(minor: Minor, currency: string): wire.Money {
  return { amount: formatAmount(minor, currencyOf(currency).exponent), currency };
}
