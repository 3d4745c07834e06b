/** POST /v1/quotes, /v1/quotes/batch, GET /v1/quotes/{id}: prices promised until a time, each for one order. */
import { assert } from '../../../core/assert.ts';
import { ERROR_CODES, Refusal } from '../../../core/errors.ts';
import { formatId, parseId } from '../../../core/ids.ts';
import type { Caller } from '../../../identity/clients.ts';
import { callerOf } from '../../../identity/request-caller.ts';
import { offerFor } from '../../../orders/market.ts';
import type { Quote } from '../../../orders/quote.ts';
import { findQuote, type NewQuote, saveQuotes } from '../../../orders/quote-store.ts';
import type { DialectServices } from '../../dialect.ts';
import { answer, exact, problems } from '../wire.ts';
import {
  type QuoteAsked,
  QuoteBatch,
  QuoteBatchRequest,
  QuoteRequest,
  Quote as QuoteSchema,
  type QuoteView,
  VALID_SECONDS_DEFAULT,
} from '../wire-quotes.ts';
import { admit, needs } from './caller.ts';
import type { NativeApp } from './native-app.ts';
import { QUOTE_EXAMPLE, QUOTE_REQUEST_EXAMPLE, QuoteId } from './quote-example.ts';
import { readPriced } from './read-order-request.ts';
import { instant, maybe, money } from './render.ts';

/** What can be wrong with a price, asked for on its own. */
const PRICE_PROBLEMS = [
  'invalid_request',
  'operator_inactive',
  'product_not_found',
  'product_not_in_plan',
  'invalid_amount',
  'amount_out_of_range',
  'delivered_below_minimum',
  'rate_unavailable',
  'no_route',
  'wallet_not_found',
] as const;

export function addQuotes(app: NativeApp, services: DialectServices): void {
  const { engine } = services;
  app.post(
    '/v1/quotes',
    {
      onRequest: admit(services, 'orders:write'),
      schema: {
        operationId: 'createQuote',
        security: needs('orders:write'),
        tags: ['Quotes'],
        summary: 'Ask for a price',
        description:
          'Promises what an order would cost and deliver until `expires_at`. An order that names the quote gets exactly that or is refused; a quote is good for one order and holds no money.',
        body: { ...QuoteRequest, examples: [QUOTE_REQUEST_EXAMPLE] },
        response: {
          201: answer(QuoteSchema, { description: 'Promised.', example: QUOTE_EXAMPLE }),
          ...problems(
            'malformed_request',
            'forbidden',
            'unsupported_media_type',
            'body_too_large',
            ...PRICE_PROBLEMS,
          ),
        },
      },
    },
    async (request, reply) => {
      const { valid_seconds: validSeconds = VALID_SECONDS_DEFAULT, ...asked } = request.body;
      const quote = await priceOf(services, callerOf(request), asked);
      const [kept] = await keep(services, [quote], validSeconds);
      assert(kept, 'what was saved is told');
      return reply
        .code(201)
        .header('location', `/v1/quotes/${formatId('quote', kept.id)}`)
        .send(quoteView(services, kept));
    },
  );

  app.post(
    '/v1/quotes/batch',
    {
      onRequest: admit(services, 'orders:write'),
      schema: {
        operationId: 'createQuotes',
        security: needs('orders:write'),
        tags: ['Quotes'],
        summary: 'Ask for several prices',
        description:
          'As many quotes as are asked for, each promised or refused on its own, in the same order.',
        body: { ...QuoteBatchRequest, examples: [{ quotes: [QUOTE_REQUEST_EXAMPLE] }] },
        response: {
          200: answer(QuoteBatch, {
            description: 'An outcome for each.',
            example: { data: [{ quote: QUOTE_EXAMPLE, error: null }] },
          }),
          ...problems(
            'malformed_request',
            'forbidden',
            'unsupported_media_type',
            'body_too_large',
            'invalid_request',
          ),
        },
      },
    },
    async (request) => {
      const { quotes, valid_seconds: validSeconds = VALID_SECONDS_DEFAULT } = request.body;
      const caller = callerOf(request);
      const priced = await Promise.all(
        quotes.map((asked) => priceOf(services, caller, asked).catch(refusalOrThrow)),
      );
      const kept = await keep(
        services,
        priced.filter((one): one is NewQuote => !(one instanceof Refusal)),
        validSeconds,
      );
      return {
        data: priced.map((one) => {
          if (one instanceof Refusal)
            return { quote: null, error: { code: one.code, message: messageOf(one) } };
          const quote = kept.find(({ id }) => id === one.id);
          assert(quote, 'what was saved is told');
          return { quote: quoteView(services, quote), error: null };
        }),
      };
    },
  );

  app.get(
    '/v1/quotes/:id',
    {
      onRequest: admit(services, 'orders:read'),
      schema: {
        operationId: 'getQuote',
        security: needs('orders:read'),
        tags: ['Quotes'],
        summary: 'Read a quote',
        description: 'Also after its time; one that went unused is forgotten a day later.',
        params: exact({ id: QuoteId }),
        response: {
          200: answer(QuoteSchema, { description: 'The quote.', example: QUOTE_EXAMPLE }),
          ...problems('forbidden', 'quote_not_found'),
        },
      },
    },
    async (request) => {
      const id = parseId('quote', request.params.id);
      const quote =
        id === undefined ? undefined : await findQuote(engine.database, callerOf(request).accountId, id);
      if (!quote) throw new Refusal('quote_not_found');
      return quoteView(services, quote);
    },
  );
}

/** The price of one request; throws a Refusal. */
async function priceOf({ engine }: DialectServices, caller: Caller, asked: QuoteAsked): Promise<NewQuote> {
  const market = engine.market();
  const { product, operator, walletCurrency, amount, minimumReceive } = readPriced(market, asked);
  // Asked before the price, which needs the currency of a wallet that is there.
  if ((await engine.wallets.find(caller.accountId, walletCurrency)) === undefined) {
    throw new Refusal('wallet_not_found');
  }
  const offer = offerFor(market, {
    buyer: caller,
    operator,
    product,
    walletCurrency,
    amount,
    rateMode: 'discount',
    minimumReceive,
  });
  if (offer.kind === 'rejected') throw new Refusal(offer.code);
  return {
    id: engine.mint.next(),
    accountId: caller.accountId,
    productId: product.id,
    walletCurrency,
    amountMode: amount.mode,
    price: offer.price,
    minimumReceive,
  };
}

async function keep(
  { engine }: DialectServices,
  quotes: readonly NewQuote[],
  validSeconds: number,
): Promise<Quote[]> {
  if (quotes.length === 0) return [];
  const times = await saveQuotes(engine.database, quotes, validSeconds);
  return quotes.map((quote) => ({ ...quote, ...times, orderId: undefined }));
}

function refusalOrThrow(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

function messageOf({ code, message, issues }: Refusal): string {
  return [message || ERROR_CODES[code], ...issues.map(({ field, issue }) => `${field} ${issue}`)].join('; ');
}

function quoteView({ engine }: DialectServices, quote: Quote): QuoteView {
  const { price } = quote;
  const product = engine.market().catalogue.product(quote.productId);
  assert(product, `product ${quote.productId} of a quote is known`);
  const sent = (minor: bigint) => money(minor, price.sendCurrency);
  const received = (minor: bigint) => money(minor, price.receiveCurrency);
  return {
    id: formatId('quote', quote.id),
    product: product.id,
    operator: product.operatorId,
    send: sent(price.sendAmount),
    receive: received(price.receiveAmount),
    fx_rate: price.fxRate,
    fx_version: price.fxVersion,
    discount_percent: price.ratePercent,
    discount: sent(price.discount),
    fee: sent(price.fee),
    tax: sent(price.tax),
    cost: sent(price.cost),
    minimum_delivered: maybe(quote.minimumReceive, received),
    created_at: instant(quote.createdAtMs),
    expires_at: instant(quote.expiresAtMs),
    order: maybe(quote.orderId, (id) => formatId('order', id)),
  };
}
