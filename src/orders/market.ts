/**
 * What is sold, for how much and by whom: the catalogue, rates, price list and routes of one moment, in memory and
 * versioned. An order is priced from one market; a newer one replaces it whole.
 */
import type { Catalogue, Operator, Product } from '../catalogue/catalogue.ts';
import { currencyOf } from '../core/currency.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Minor } from '../core/money.ts';
import type { Conversion, Unit } from '../pricing/conversion.ts';
import { type Price, quotePrice } from '../pricing/price.ts';
import { type Payer, type PriceBook, pricedType, type RateFor } from '../pricing/price-book.ts';
import { providerCostOf } from '../pricing/provider-cost.ts';
import type { MidRate, RateTable } from '../pricing/rates.ts';
import type { ChosenRoute, RoutingTable } from '../routing/routes.ts';
import type { OrderRecord } from './order.ts';

export interface Market {
  readonly catalogue: Catalogue;
  readonly rates: RateTable;
  readonly prices: PriceBook;
  readonly routing: RoutingTable;
  /** Milliseconds since 1970: which rules and rates are in force. */
  readonly now: () => number;
  /** How old a rate may be, by environment; undefined: any age. */
  readonly rateAgeMsMax: Readonly<Record<'sandbox' | 'live', number | undefined>>;
  /** Of our references at providers; raised after a restore. */
  readonly epoch: number;
  readonly sendingBlocked: boolean;
}

export interface Buyer extends Payer {
  readonly environment: 'sandbox' | 'live';
}

/** How the dialect shows the account's percentage: off the price at once, or credited at delivery. */
export type RateMode = 'discount' | 'commission';

/** The terms on which a buyer pays for an operator's products out of a wallet. */
export function conversionFor(
  market: Market,
  buyer: Buyer,
  operator: Operator,
  walletCurrency: string,
): Conversion {
  const mid = market.rates.rate(walletCurrency, operator.currency);
  const margin = market.prices.plan(buyer.plan)?.fxMarginPercent ?? '0';
  return {
    wallet: unit(walletCurrency),
    operator: unit(operator.currency),
    exchange:
      mid && isFresh(market, buyer, mid)
        ? { mid: mid.rate, version: mid.version, marginPercent: margin }
        : undefined,
  };
}

/** A rate that is older than the environment allows prices nothing. */
function isFresh({ now, rateAgeMsMax }: Market, { environment }: Buyer, { atMs }: MidRate): boolean {
  const ageMsMax = rateAgeMsMax[environment];
  return ageMsMax === undefined || atMs === undefined || now() - atMs <= ageMsMax;
}

/**
 * The buyer's percentage for a product of an operator, its main one unless another is named. The catalogue's own percentages are discounts that aggregators publish;
 * a commission is a matter of the account's plan.
 */
export function rateFor(
  market: Market,
  buyer: Buyer,
  operator: Operator,
  terms: { readonly mode: RateMode; readonly walletCurrency: string; readonly product?: Product },
): RateFor {
  const { international, local } = operator.commission;
  const published = terms.walletCurrency === operator.currency ? local : international;
  const product = terms.product ?? market.catalogue.mainProduct(operator);
  return market.prices.rateFor(
    buyer,
    {
      operatorId: operator.id,
      productType: pricedType(product),
      walletCurrency: terms.walletCurrency,
      published: terms.mode === 'discount' && operator.source === 'reloadly' ? published : undefined,
    },
    market.now(),
  );
}

export interface OfferRequest {
  readonly buyer: Buyer;
  readonly operator: Operator;
  readonly product: Product;
  readonly walletCurrency: string;
  readonly amount: { readonly mode: 'send' | 'receive'; readonly minor: Minor };
  readonly rateMode: RateMode;
  readonly minimumReceive: Minor | undefined;
}

export type Offer =
  | { readonly kind: 'offered'; readonly price: Price; readonly route: ChosenRoute }
  | { readonly kind: 'rejected'; readonly code: ErrorCode };

/** Price and first route of a request, or the one reason why there is none. */
export function offerFor(market: Market, request: OfferRequest): Offer {
  const { buyer, operator, product, walletCurrency, rateMode } = request;
  const refused = refusalOfSale(market, request);
  if (refused) return { kind: 'rejected', code: refused };
  const route = market.routing.choose(routable(buyer.environment, product), []);
  const priced = { operatorId: operator.id, productType: pricedType(product), walletCurrency };
  const priceRate = {
    ...rateFor(market, buyer, operator, { mode: rateMode, walletCurrency, product }),
    mode: rateMode,
  };
  const quote = quotePrice({
    ...conversionFor(market, buyer, operator, walletCurrency),
    amount: request.amount,
    denomination: product.denomination,
    priceRate,
    fee: market.prices.feeFor(buyer, priced, market.now()),
    taxPercent: market.prices.taxFor(
      buyer,
      { ...priced, published: product.tax.isIncluded ? undefined : product.tax.percent },
      market.now(),
    ),
    providerCostPercent: route?.costPercent ?? '0',
    ...(request.minimumReceive === undefined ? {} : { minimumDelivered: request.minimumReceive }),
  });
  if (quote.kind === 'rejected') return quote;
  return route ? { kind: 'offered', price: quote.price, route } : { kind: 'rejected', code: 'no_route' };
}

/** Why a product is not for sale to a buyer, whatever it would cost. */
export function refusalOfSale(
  market: Market,
  { buyer, operator, product }: Pick<OfferRequest, 'buyer' | 'operator' | 'product'>,
): ErrorCode | undefined {
  if (!market.prices.sells(buyer.plan, product.class)) return 'product_not_in_plan';
  if (operator.status !== 'in_service') return 'operator_inactive';
  if (product.status !== 'in_service') return 'product_not_found';
  return undefined;
}

export function routable(environment: 'sandbox' | 'live', product: Product) {
  return { environment, operatorId: product.operatorId, productId: product.id, type: product.type };
}

/** The next route of an order that goes on, and what it costs there at the order's own frozen rate. */
export function nextRoute(market: Market, order: OrderRecord) {
  const product = market.catalogue.product(order.facts.productId);
  if (!product) return undefined;
  const tried = order.attempts.map((attempt) => attempt.provider);
  const route = market.routing.choose(routable(order.facts.environment, product), tried);
  if (!route) return undefined;
  const { facts } = order;
  const { cost, inWallet } = costAt(route, {
    receiveAmount: facts.receiveAmount,
    receiveCurrency: facts.receiveCurrency,
    sendCurrency: facts.currency,
    fxMid: facts.pricing.fxMid,
  });
  return { ...route, providerCost: cost.value, providerCostWallet: inWallet.value };
}

/** A price that was made for another route, or for none yet: all as it was, but what the provider costs. */
export function priceAtRoute(price: Price, route: ChosenRoute): Price {
  const { cost, inWallet } = costAt(route, price);
  const { providerCost: _cost, providerCostInWallet: _inWallet, ...rounding } = price.rounding;
  return {
    ...price,
    providerCostPercent: route.costPercent,
    providerCost: cost.value,
    providerCostInWallet: inWallet.value,
    rounding: {
      ...rounding,
      ...(cost.remainder !== undefined && { providerCost: cost.remainder }),
      ...(inWallet.remainder !== undefined && { providerCostInWallet: inWallet.remainder }),
    },
  };
}

function costAt(
  route: ChosenRoute,
  price: Pick<Price, 'receiveAmount' | 'receiveCurrency' | 'sendCurrency' | 'fxMid'>,
) {
  const conversion = {
    wallet: unit(price.sendCurrency),
    operator: unit(price.receiveCurrency),
    exchange: undefined,
  };
  return providerCostOf(conversion, {
    receiveAmount: price.receiveAmount,
    percent: route.costPercent,
    mid: price.fxMid,
  });
}

function unit(code: string): Unit {
  return { currency: code, exponent: currencyOf(code).exponent };
}
