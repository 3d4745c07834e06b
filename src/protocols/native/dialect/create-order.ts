/**
 * POST /v1/orders. The first answer is 201, every repetition 200: with the view at acceptance, the same bytes for
 * ever, or with `Prefer: wait` the order as it stands when it has ended or the time is over.
 */
import { Type } from 'typebox';
import { assert } from '../../../core/assert.ts';
import { currencyOf } from '../../../core/currency.ts';
import { Refusal } from '../../../core/errors.ts';
import { formatId, type OrderId, parseId } from '../../../core/ids.ts';
import { formatAmount } from '../../../core/money.ts';
import type { Caller } from '../../../identity/clients.ts';
import { callerOf } from '../../../identity/request-caller.ts';
import { isTerminal, type OrderRecord } from '../../../orders/order.ts';
import { type Placed, placeOrder } from '../../../orders/place-order.ts';
import { findQuote } from '../../../orders/quote-store.ts';
import { readOrderOf } from '../../../orders/read-orders.ts';
import type { DialectServices } from '../../dialect.ts';
import { answer, problems } from '../wire.ts';
import { Order, OrderPlacement } from '../wire-orders.ts';
import { admit, needs } from './caller.ts';
import type { NativeApp } from './native-app.ts';
import { ORDER_EXAMPLE, ORDER_REQUEST_EXAMPLE } from './order-example.ts';
import { commandOf, readReference, withQuote } from './read-order-request.ts';
import { acceptedView, orderView } from './render-order.ts';
import { readWait, WAIT_SECONDS_MAX } from './request-headers.ts';

/** Kept with an order, sealed; longer ones say nothing more. */
const USER_AGENT_CHARS_MAX = 200;
const MS = 1_000;

const OrderHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ description: 'The same as `reference` in the body, bare or in quotes.' }),
  ),
  prefer: Type.Optional(
    Type.String({
      description: `\`wait=N\`: answer when the order has ended, or after N seconds (${WAIT_SECONDS_MAX} at most) as it stands then.`,
      examples: ['wait=10'],
    }),
  ),
});

const REPLAYED = {
  'Idempotency-Replayed': Type.String({ description: '`true`: nothing has happened this time.' }),
};
const LOCATION = { Location: Type.String({ description: 'The path of the order.' }) };

export function addCreateOrder(app: NativeApp, services: DialectServices): void {
  const { engine } = services;
  app.post(
    '/v1/orders',
    {
      onRequest: admit(services, 'orders:write'),
      schema: {
        operationId: 'createOrder',
        security: needs('orders:write'),
        tags: ['Orders'],
        summary: 'Place an order',
        description:
          'Tops up a recipient. A 2xx means that the order is stored and its cost held, and that it survives any crash; the outcome comes by `Prefer: wait`, by `GET /v1/orders/{id}` or as an event. The same reference with the same content is the same order, for ever, and with other content a refusal without effect.',
        headers: OrderHeaders,
        body: { ...OrderPlacement, examples: [ORDER_REQUEST_EXAMPLE] },
        response: {
          201: {
            ...answer(Order, { description: 'Accepted.', example: ORDER_EXAMPLE.accepted }),
            headers: LOCATION,
          },
          200: {
            ...answer(Order, {
              description: 'The order that this reference stands for.',
              example: ORDER_EXAMPLE.accepted,
            }),
            headers: { ...LOCATION, ...REPLAYED },
          },
          ...problems(
            'malformed_request',
            'forbidden',
            'unsupported_media_type',
            'body_too_large',
            'invalid_request',
            'reference_reused',
            'order_archived',
            'invalid_recipient',
            'operator_inactive',
            'product_not_found',
            'product_not_in_plan',
            'quote_not_found',
            'quote_expired',
            'quote_used',
            'invalid_amount',
            'amount_out_of_range',
            'delivered_below_minimum',
            'rate_unavailable',
            'no_route',
            'wallet_not_found',
            'recently_recharged',
            'daily_count_reached',
            'daily_amount_reached',
            'insufficient_balance',
          ),
        },
      },
    },
    async (request, reply) => {
      if (!services.takesOrders()) throw new Refusal('overloaded');
      const caller = callerOf(request);
      const { headers, body } = request;
      const reference = readReference(body.reference, headers['idempotency-key']);
      const userAgent = headers['user-agent']?.slice(0, USER_AGENT_CHARS_MAX);
      const quote = await readQuote(services, caller, body.quote);
      const ordered = commandOf(engine.market(), withQuote(body, quote), {
        caller,
        reference,
        private: {
          clientAddress: request.ip,
          requestId: request.id,
          ...(userAgent === undefined ? {} : { userAgent }),
        },
      });
      const command = quote ? { ...ordered, quote } : ordered;
      // Asked before the price, which needs the currency of a wallet that is there.
      if ((await engine.wallets.find(caller.accountId, command.walletCurrency)) === undefined) {
        throw new Refusal('wallet_not_found');
      }
      const waitSeconds = readWait(headers.prefer);
      const placed = await placeOrder(engine, command);
      if (placed.kind === 'rejected') throw refusalOf(placed);
      const orderId = placed.kind === 'placed' ? placed.order.facts.id : placed.orderId;
      reply.header('location', `/v1/orders/${formatId('order', orderId)}`);
      if (placed.kind === 'replayed') reply.header('idempotency-replayed', 'true');
      reply.code(placed.kind === 'placed' ? 201 : 200);
      if (waitSeconds === undefined) {
        return acceptedView(
          (placed.kind === 'placed' ? placed.order : await read(services, caller, orderId)).facts,
        );
      }
      reply.header('preference-applied', `wait=${waitSeconds}`);
      return orderView(await awaitOutcome(services, { caller, placed, orderId, waitMs: waitSeconds * MS }));
    },
  );
}

/** The quote that a body names. One that was used may be this very order's, asked for again: the batch decides. */
async function readQuote({ engine }: DialectServices, { accountId }: Caller, text: string | undefined) {
  if (text === undefined) return undefined;
  const id = parseId('quote', text);
  const quote = id === undefined ? undefined : await findQuote(engine.database, accountId, id);
  if (!quote) throw new Refusal('quote_not_found');
  return quote;
}

/** The order when it has ended, or as it stands after the wait. Listens first and looks then, so no outcome is missed. */
async function awaitOutcome(
  services: DialectServices,
  asked: {
    readonly caller: Caller;
    readonly placed: Placed;
    readonly orderId: OrderId;
    readonly waitMs: number;
  },
): Promise<OrderRecord> {
  const { caller, placed, orderId, waitMs } = asked;
  if (placed.kind === 'replayed') {
    const known = await read(services, caller, orderId);
    if (isTerminal(known.progress.state)) return known;
  }
  const outcome = services.engine.waiting.outcome(orderId, waitMs);
  if (placed.kind === 'replayed') {
    const known = await read(services, caller, orderId);
    if (isTerminal(known.progress.state)) return known;
  }
  return (await outcome) ?? read(services, caller, orderId);
}

async function read(
  { engine }: DialectServices,
  { accountId }: Caller,
  orderId: OrderId,
): Promise<OrderRecord> {
  const order = await readOrderOf(engine, accountId, orderId);
  assert(order, `order ${orderId} was committed and can be read`);
  return order;
}

function refusalOf({ code, orderId, funds }: Extract<Placed, { kind: 'rejected' }>): Refusal {
  if (funds) {
    const { exponent } = currencyOf(funds.currency);
    const { required, available, currency } = funds;
    return new Refusal(code, {
      details: {
        required: formatAmount(required, exponent),
        available: formatAmount(available, exponent),
        currency,
      },
    });
  }
  return new Refusal(
    code,
    orderId === undefined ? {} : { details: { order_id: formatId('order', orderId) } },
  );
}
