/**
 * A price promised until a time. The quote keeps the whole price with every input of it; an order that names it gets
 * exactly that or is refused. Only the route is chosen when the order comes: what a provider costs is our risk.
 */
import type { AccountId } from '../core/ids.ts';
import type { Minor } from '../core/money.ts';
import type { Price } from '../pricing/price.ts';
import {
  type Market,
  type Offer,
  type OfferRequest,
  priceAtRoute,
  refusalOfSale,
  routable,
} from './market.ts';

export interface Quote {
  readonly id: bigint;
  readonly accountId: AccountId;
  readonly productId: number;
  readonly walletCurrency: string;
  readonly amountMode: 'send' | 'receive';
  readonly price: Price;
  readonly minimumReceive: Minor | undefined;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** The order that has used it. */
  readonly orderId: bigint | undefined;
}

/** The quoted price, with the cost of the route that is taken now. */
export function offerQuoted(market: Market, quote: Quote, request: OfferRequest): Offer {
  const refused = refusalOfSale(market, request);
  if (refused) return { kind: 'rejected', code: refused };
  const { minimumReceive, product, buyer } = request;
  if (minimumReceive !== undefined && quote.price.receiveAmount < minimumReceive) {
    return { kind: 'rejected', code: 'delivered_below_minimum' };
  }
  const route = market.routing.choose(routable(buyer.environment, product), []);
  if (!route) return { kind: 'rejected', code: 'no_route' };
  return { kind: 'offered', price: priceAtRoute(quote.price, route), route };
}

/** The price as text of JSON and back: amounts as decimal digits. */
export function writePrice(price: Price): string {
  return JSON.stringify(price, (_key, value: unknown) =>
    typeof value === 'bigint' ? { minor: `${value}` } : value,
  );
}

/** Only of text that `writePrice` has made. */
export function readPrice(text: string): Price {
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'minor' in value && typeof value.minor === 'string'
      ? BigInt(value.minor)
      : value,
  ) as Price;
}
