/** GET /v1/products: what is sold, with the caller's own price terms. */
import { Type } from 'typebox';
import { chooseLanguage } from '../../../catalogue/accept-language.ts';
import type { Operator, Product } from '../../../catalogue/catalogue.ts';
import { circleName } from '../../../catalogue/circles.ts';
import type { Language } from '../../../catalogue/plan-text.ts';
import { productIn } from '../../../catalogue/texts.ts';
import { Refusal } from '../../../core/errors.ts';
import type { AccountId } from '../../../core/ids.ts';
import { callerOf } from '../../../identity/request-caller.ts';
import { type Buyer, conversionFor, type Market, rateFor } from '../../../orders/market.ts';
import {
  type Conversion,
  effectiveRate,
  listFixed,
  listRange,
  listSuggested,
} from '../../../pricing/conversion.ts';
import { readWallets } from '../../../wallet/wallets.ts';
import type { DialectServices } from '../../dialect.ts';
import { after, answer, CurrencyCode, exact, limit, problems } from '../wire.ts';
import { ProductList, type ProductView } from '../wire-catalogue.ts';
import { admit, needs } from './caller.ts';
import { languageAsked } from './language.ts';
import type { NativeApp } from './native-app.ts';
import { pageOf } from './paging.ts';
import { operatorOf, productFilter, productsOf } from './product-filter.ts';
import { maybe, money } from './render.ts';

const htg = (value: string) => ({ value, currency: 'HTG' });
const usd = (value: string) => ({ value, currency: 'USD' });
const EXAMPLE = {
  data: [
    {
      id: 173,
      operator: 173,
      country: 'HT',
      name: 'Digicel Haiti',
      type: 'airtime',
      class: 'mobile',
      description: 'Airtime',
      validity: '',
      validity_days: null,
      benefits: { data_megabytes: null, voice_minutes: null, messages: null, talk_time: null },
      circle: null,
      tax: { percent: '0', included: true },
      denomination: { kind: 'range', min: htg('25.00'), max: htg('25000.00') },
      suggested: [htg('120.00')],
      price: {
        currency: 'USD',
        fx_rate: '130.92386',
        discount_percent: '12',
        range: { min: usd('0.20'), max: usd('190.95') },
        amounts: [{ send: usd('0.92'), receive: htg('120.45') }],
      },
    },
  ],
  next: null,
};

export function addProducts(app: NativeApp, services: DialectServices): void {
  app.get(
    '/v1/products',
    {
      onRequest: admit(services, 'any'),
      schema: {
        operationId: 'listProducts',
        security: needs('any'),
        tags: ['Catalogue'],
        summary: 'List products with price terms',
        description:
          'What can be bought, and on which terms out of the caller’s wallet: what the terms list is what `POST /v1/orders` accepts at the same moment. The cost of an order is what is sent less the discount.',
        querystring: exact({
          ...productFilter,
          currency: Type.Optional(CurrencyCode),
          lang: Type.Optional(languageAsked),
          limit,
          after: Type.Optional(after('The id of the last product of the page before.')),
        }),
        response: {
          200: answer(ProductList, { description: 'A page of products.', example: EXAMPLE }),
          ...problems('invalid_request', 'country_not_supported', 'operator_not_found', 'wallet_not_found'),
        },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const market = services.engine.market();
      const caller = callerOf(request);
      const walletCurrency = await payingCurrency(services, caller.accountId, query.currency);
      const found = productsOf(market.catalogue, query);
      const language = chooseLanguage(query.lang, request.headers['accept-language']);
      reply.header('content-language', language).header('vary', 'Accept-Language');
      const { rows, next } = pageOf(found, (product) => `${product.id}`, query);
      return {
        data: rows.map((product) =>
          productView(market, product, { buyer: caller, walletCurrency, language }),
        ),
        next,
      };
    },
  );
}

/** The currency that was asked for, else that of the account's oldest wallet; undefined when it has none. */
async function payingCurrency(
  { engine }: DialectServices,
  accountId: AccountId,
  asked: string | undefined,
): Promise<string | undefined> {
  if (asked === undefined) return (await readWallets(engine.database, accountId))[0]?.currency;
  if ((await engine.wallets.find(accountId, asked)) === undefined) throw new Refusal('wallet_not_found');
  return asked;
}

interface Reader {
  readonly buyer: Buyer;
  readonly walletCurrency: string | undefined;
  readonly language: Language;
}

function productView(market: Market, product: Product, reader: Reader): ProductView {
  const { denomination, currency, benefits } = product;
  const text = productIn(reader.language, product);
  const operator = operatorOf(market.catalogue, product);
  const local = (minor: bigint) => money(minor, currency);
  return {
    id: product.id,
    operator: operator.id,
    country: operator.country,
    name: text.name,
    type: product.type,
    class: product.class,
    description: text.description,
    validity: text.validity,
    validity_days: product.validityDays ?? null,
    benefits: {
      data_megabytes: benefits.dataMegabytes ?? null,
      voice_minutes: benefits.voiceMinutes ?? null,
      messages: benefits.messages ?? null,
      talk_time: maybe(benefits.talkTime, local),
    },
    circle: maybe(product.circle, (code) => ({ code, name: circleName(code) })),
    tax: { percent: product.tax.percent, included: product.tax.isIncluded },
    denomination:
      denomination.kind === 'range'
        ? { kind: 'range', min: local(denomination.min), max: local(denomination.max) }
        : { kind: 'fixed', amounts: denomination.amounts.map(local) },
    suggested: product.suggested.map(local),
    price: priceTerms(market, product, operator, reader),
  };
}

function priceTerms(
  market: Market,
  product: Product,
  operator: Operator,
  reader: Reader,
): ProductView['price'] {
  const { buyer, walletCurrency } = reader;
  if (walletCurrency === undefined) return null;
  const conversion = conversionFor(market, buyer, operator, walletCurrency);
  const rate = effectiveRate(conversion);
  if (rate === undefined) return null;
  const { range, amounts } = listed(conversion, product);
  const sent = (minor: bigint) => money(minor, walletCurrency);
  return {
    currency: walletCurrency,
    fx_rate: rate,
    discount_percent: rateFor(market, buyer, operator, { mode: 'discount', walletCurrency }).percent,
    range: maybe(range, ({ min, max }) => ({ min: sent(min), max: sent(max) })),
    amounts: amounts.map(({ send, receive }) => ({
      send: sent(send),
      receive: money(receive, operator.currency),
    })),
  };
}

function listed(conversion: Conversion, { denomination, suggested }: Product) {
  if (denomination.kind === 'fixed')
    return { range: undefined, amounts: listFixed(conversion, denomination.amounts) };
  return {
    range: listRange(conversion, denomination),
    amounts: listSuggested(conversion, denomination, suggested),
  };
}
