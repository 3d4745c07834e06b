/**
 * What is sold, for how much and by whom: the catalogue, rates, price list and routes of one moment, in memory and
 * versioned. An order is priced from one market; a newer one replaces it whole.
 */
import type { Catalogue, Operator, Product } from '../catalogue/catalogue.ts';
import { currencyOf } from '../core/currency.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { AccountId } from '../core/ids.ts';
import type { Minor } from '../core/money.ts';
import type { Conversion, Unit } from '../pricing/conversion.ts';
import { type Price, quotePrice } from '../pricing/price.ts';
import type { PriceBook, RateFor } from '../pricing/price-book.ts';
import { providerCostOf } from '../pricing/provider-cost.ts';
import type { RateTable } from '../pricing/rates.ts';
import type { ChosenRoute, RoutingTable } from '../routing/routes.ts';
import type { OrderRecord } from './order.ts';

export interface Market {
  readonly catalogue: Catalogue;
  readonly rates: RateTable;
  readonly prices: PriceBook;
  readonly routing: RoutingTable;
  /** Of our references at providers; raised after a restore. */
  readonly epoch: number;
  readonly sendingBlocked: boolean;
}

export interface Buyer {
  readonly accountId: AccountId;
  readonly environment: 'sandbox' | 'live';
  readonly plan: string;
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
    exchange: mid && { mid: mid.rate, version: mid.version, marginPercent: margin },
  };
}

/**
 * The buyer's percentage for an operator. The catalogue's own percentages are discounts that aggregators publish;
 * a commission is a matter of the account's plan.
 */
export function rateFor(
  market: Market,
  buyer: Buyer,
  operator: Operator,
  terms: { readonly mode: RateMode; readonly walletCurrency: string },
): RateFor {
  const { international, local } = operator.commission;
  const published = terms.walletCurrency === operator.currency ? local : international;
  const catalogueCommission =
    terms.mode === 'discount' && operator.source === 'reloadly' ? published : undefined;
  return market.prices.rateFor(buyer, { id: operator.id, catalogueCommission });
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
  if (operator.status !== 'in_service') return { kind: 'rejected', code: 'operator_inactive' };
  const route = market.routing.choose(routable(buyer.environment, product), []);
  const priceRate = {
    ...rateFor(market, buyer, operator, { mode: rateMode, walletCurrency }),
    mode: rateMode,
  };
  const quote = quotePrice({
    ...conversionFor(market, buyer, operator, walletCurrency),
    amount: request.amount,
    denomination: product.denomination,
    priceRate,
    fee: { fixed: 0n, percent: '0' },
    taxPercent: '0',
    providerCostPercent: route?.costPercent ?? '0',
    ...(request.minimumReceive === undefined ? {} : { minimumDelivered: request.minimumReceive }),
  });
  if (quote.kind === 'rejected') return quote;
  return route ? { kind: 'offered', price: quote.price, route } : { kind: 'rejected', code: 'no_route' };
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
  const { receiveAmount, receiveCurrency, currency, pricing } = order.facts;
  const conversion = { wallet: unit(currency), operator: unit(receiveCurrency), exchange: undefined };
  const { cost, inWallet } = providerCostOf(conversion, {
    receiveAmount,
    percent: route.costPercent,
    mid: pricing.fxMid,
  });
  return { ...route, providerCost: cost.value, providerCostWallet: inWallet.value };
}

function unit(code: string): Unit {
  return { currency: code, exponent: currencyOf(code).exponent };
}
