/**
 * An operator of the catalogue as its main product is sold to one caller: amounts in the sender's currency come
 * from the same functions that accept an order, so whatever is listed is taken.
 */
import type { Operator, Product } from '../../../catalogue/catalogue.ts';
import { logoPath } from '../../../catalogue/logo.ts';
import { currencyOf } from '../../../core/currency.ts';
import { toNumber, toText } from '../../../core/json-amount.ts';
import type { Minor } from '../../../core/money.ts';
import { conversionFor } from '../../../orders/market.ts';
import {
  type Conversion,
  effectiveRate,
  listFixed,
  listRange,
  listRoundAmounts,
  listSuggested,
  type Pair,
} from '../../../pricing/conversion.ts';
import type * as wire from '../wire.ts';
import { renderGeographical } from './render-geographical.ts';
import { renderPromotion } from './render-promotion.ts';
import { percentagesOf, type Terms } from './terms.ts';

/** What is left empty unless it is asked for. */
export interface Detail {
  readonly suggestedAmounts: boolean;
  readonly suggestedAmountsMap: boolean;
}

export function renderOperator(terms: Terms, operator: Operator, detail: Detail): wire.Operator {
  const { market, buyer, currency } = terms;
  const product = market.catalogue.mainProduct(operator);
  const conversion = conversionFor(market, buyer, operator, currency);
  const { international, local } = percentagesOf(terms, operator);
  const rate = effectiveRate(conversion);
  const plans = market.catalogue.circlePlansOf(operator.id);
  return {
    id: operator.id,
    operatorId: operator.id,
    name: operator.name,
    bundle: operator.bundle,
    data: operator.data,
    comboProduct: operator.combo,
    pin: operator.pin,
    supportsLocalAmounts: operator.supportsLocalAmounts,
    supportsGeographicalRechargePlans: plans.length > 0,
    senderCurrencyCode: currency,
    senderCurrencySymbol: currencyOf(currency).symbol,
    destinationCurrencyCode: operator.currency,
    destinationCurrencySymbol: currencyOf(operator.currency).symbol,
    commission: international,
    internationalDiscount: international,
    localDiscount: local,
    country: { isoName: operator.country, name: market.catalogue.country(operator.country)?.name ?? '' },
    fx: { rate: rate === undefined ? null : Number(rate), currencyCode: operator.currency },
    logoUrls: [terms.baseUrl + logoPath(operator.id)],
    ...renderPopular(conversion, operator, product),
    ...renderAmounts(conversion, operator, product),
    ...renderSuggestions(conversion, product, detail),
    geographicalRechargePlans: renderGeographical(conversion, product, plans),
    promotions: market.catalogue.promotionsOf(operator.id).map((one) => renderPromotion(one, terms.language)),
    fees: [],
  };
}

export function renderSimplified(operator: Operator): wire.SimplifiedOperator {
  return {
    id: operator.id,
    operatorId: operator.id,
    name: operator.name,
    countryCode: operator.country,
    data: operator.data,
    bundle: operator.bundle,
    status: operator.status === 'in_service',
  };
}

type Amounts = Pick<
  wire.Operator,
  | 'denominationType'
  | 'minAmount'
  | 'maxAmount'
  | 'localMinAmount'
  | 'localMaxAmount'
  | 'fixedAmounts'
  | 'fixedAmountsDescriptions'
  | 'localFixedAmounts'
  | 'localFixedAmountsDescriptions'
>;

const NO_AMOUNTS = {
  minAmount: null,
  maxAmount: null,
  localMinAmount: null,
  localMaxAmount: null,
  fixedAmounts: [],
  fixedAmountsDescriptions: {},
  localFixedAmounts: [],
  localFixedAmountsDescriptions: {},
} as const;

function renderAmounts(conversion: Conversion, operator: Operator, product: Product): Amounts {
  const isLocal = operator.supportsLocalAmounts;
  const own = (minor: Minor) => toNumber(minor, conversion.wallet.currency);
  const theirs = (minor: Minor) => toNumber(minor, operator.currency);
  const { denomination } = product;
  if (denomination.kind === 'range') {
    const bounds = listRange(conversion, denomination);
    return {
      ...NO_AMOUNTS,
      denominationType: 'RANGE',
      ...(bounds ? { minAmount: own(bounds.min), maxAmount: own(bounds.max) } : {}),
      ...(isLocal
        ? { localMinAmount: theirs(denomination.min), localMaxAmount: theirs(denomination.max) }
        : {}),
    };
  }
  const pairs = listFixed(conversion, denomination.amounts);
  const sends = pairs.map(({ send }) => send);
  const receives = pairs.map(({ receive }) => receive);
  return {
    ...NO_AMOUNTS,
    denominationType: 'FIXED',
    fixedAmounts: sends.map(own),
    fixedAmountsDescriptions: describe(product, sends, conversion.wallet.currency),
    ...(isLocal
      ? {
          localFixedAmounts: receives.map(theirs),
          localFixedAmountsDescriptions: describe(product, receives, operator.currency),
        }
      : {}),
  };
}

/** Plain airtime needs no description. Keys have all digits: `"5.00"`. */
function describe(product: Product, amounts: readonly Minor[], currency: string): Record<string, string> {
  if (product.type === 'airtime') return {};
  const text = product.validity === '' ? product.description : `${product.description} (${product.validity})`;
  return Object.fromEntries(amounts.map((minor) => [toText(minor, currency), text]));
}

function renderPopular(conversion: Conversion, operator: Operator, product: Product) {
  const { denomination, mostPopular } = product;
  if (mostPopular === undefined) return { mostPopularAmount: null, mostPopularLocalAmount: null };
  const [pair] =
    denomination.kind === 'range'
      ? listSuggested(conversion, denomination, [mostPopular])
      : listFixed(conversion, [mostPopular]);
  return {
    mostPopularAmount: pair ? toNumber(pair.send, conversion.wallet.currency) : null,
    mostPopularLocalAmount: operator.supportsLocalAmounts ? toNumber(mostPopular, operator.currency) : null,
  };
}

/** Fixed amounts are listed as such: suggestions are for ranges. */
function renderSuggestions(conversion: Conversion, product: Product, detail: Detail) {
  const { denomination } = product;
  const isAsked = detail.suggestedAmounts || detail.suggestedAmountsMap;
  const pairs: readonly Pair[] =
    isAsked && denomination.kind === 'range' ? listRoundAmounts(conversion, denomination) : [];
  const { wallet, operator } = conversion;
  const own = (pair: Pair) => toNumber(pair.send, wallet.currency);
  return {
    suggestedAmounts: detail.suggestedAmounts ? pairs.map(own) : [],
    suggestedAmountsMap: detail.suggestedAmountsMap
      ? Object.fromEntries(
          pairs.map((pair) => [String(own(pair)), toNumber(pair.receive, operator.currency)]),
        )
      : {},
  };
}
