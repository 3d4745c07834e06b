/** GET /v1/orders and /v1/orders/{id}. */
import { Type } from 'typebox';
import { Refusal } from '../../../core/errors.ts';
import { type AccountId, firstIdAt, formatId, ID_EPOCH_MS, parseId } from '../../../core/ids.ts';
import { callerOf } from '../../../identity/request-caller.ts';
import type { Engine } from '../../../orders/engine.ts';
import type { OrderFilter } from '../../../orders/find-orders.ts';
import { referenceHash } from '../../../orders/place-order.ts';
import { listOrders, readOrderOf } from '../../../orders/read-orders.ts';
import type { DialectServices } from '../../dialect.ts';
import { after, answer, exact, LIMIT_DEFAULT, limit, problems } from '../wire.ts';
import { Order, OrderFilters, OrderList, type OrderView } from '../wire-orders.ts';
import { admit, needs } from './caller.ts';
import { answerList, jsonOrCsv, listAnswer } from './list-answer.ts';
import type { NativeApp } from './native-app.ts';
import { ORDER_EXAMPLE } from './order-example.ts';
import { endOf, idCursor } from './paging.ts';
import { ORDER_COLUMNS } from './render-csv.ts';
import { orderView, STATE_OF } from './render-order.ts';

const OrdersQuery = exact({
  ...OrderFilters,
  limit,
  after: Type.Optional(after('The id of the last order of the page before.')),
});
type OrdersQuery = Type.Static<typeof OrdersQuery>;

export const OrderIdParams = exact({
  id: Type.String({ description: 'Of the order.', examples: [ORDER_EXAMPLE.accepted.id] }),
});

export function addReadOrders(app: NativeApp, services: DialectServices): void {
  const { engine } = services;
  app.get(
    '/v1/orders',
    {
      onRequest: [admit(services, 'orders:read'), jsonOrCsv],
      schema: {
        operationId: 'listOrders',
        security: needs('orders:read'),
        tags: ['Orders'],
        summary: 'List orders',
        description: 'The account’s orders of every dialect, newest first. Filters are joined by "and".',
        querystring: OrdersQuery,
        response: {
          200: listAnswer(OrderList, {
            description: 'A page of orders.',
            example: { data: [ORDER_EXAMPLE.delivered], next: null },
            columns: ORDER_COLUMNS,
          }),
          ...problems('forbidden', 'not_acceptable', 'invalid_request'),
        },
      },
    },
    async (request, reply) => {
      const list = await readPage(engine, callerOf(request).accountId, request.query);
      return answerList(request, reply, { list, columns: ORDER_COLUMNS });
    },
  );

  app.get(
    '/v1/orders/:id',
    {
      onRequest: admit(services, 'orders:read'),
      schema: {
        operationId: 'getOrder',
        security: needs('orders:read'),
        tags: ['Orders'],
        summary: 'Read an order',
        description: 'The order as it stands. Reads never go backwards, and a terminal status never changes.',
        params: OrderIdParams,
        response: {
          200: answer(Order, { description: 'The order.', example: ORDER_EXAMPLE.delivered }),
          ...problems('forbidden', 'not_found'),
        },
      },
    },
    async (request) => {
      const orderId = parseId('order', request.params.id);
      const order =
        orderId === undefined ? undefined : await readOrderOf(engine, callerOf(request).accountId, orderId);
      if (!order) throw new Refusal('not_found');
      return orderView(order);
    },
  );
}

async function readPage(
  engine: Engine,
  accountId: AccountId,
  query: OrdersQuery,
): Promise<{ data: OrderView[]; next: string | null }> {
  const rowsMax = query.limit ?? LIMIT_DEFAULT;
  const filter = filterOf(engine, query, rowsMax + 1);
  if (!filter) return { data: [], next: null };
  const read = await listOrders(engine, accountId, filter);
  const { rows, next } = endOf(read, ({ facts }) => formatId('order', facts.id), rowsMax);
  // Found by operator, which has few products: what is another product is left out of the page.
  const wanted =
    query.product === undefined ? rows : rows.filter(({ facts }) => facts.productId === query.product);
  return { data: wanted.map(orderView), next };
}

/** Undefined when nothing can match. */
function filterOf(engine: Engine, query: OrdersQuery, rows: number): OrderFilter | undefined {
  const { status, product, operator, country, reference, created_from, created_to } = query;
  const operators = [operator, product && (engine.market().catalogue.product(product)?.operatorId ?? null)];
  const wanted = new Set(operators.filter((id) => id !== undefined));
  const [operatorId] = wanted;
  if (wanted.size > 1 || operatorId === null) return undefined;
  const bounds = [idCursor('order', query.after), idFrom(created_to)].filter((id) => id !== undefined);
  const from = idFrom(created_from);
  return {
    ...(status === undefined ? {} : { states: [STATE_OF[status]] }),
    ...(operatorId === undefined ? {} : { operatorIds: [operatorId] }),
    ...(country === undefined ? {} : { country }),
    ...(reference === undefined ? {} : { referenceHash: referenceHash(engine, reference) }),
    ...(from === undefined ? {} : { from }),
    ...(bounds.length === 0 ? {} : { before: bounds.reduce((least, id) => (id < least ? id : least)) }),
    limit: rows,
  };
}

/** Orders are found by the instant in their ids, which is a batch's time before `created_at`. */
function idFrom(instant: string | undefined): bigint | undefined {
  if (instant === undefined) return undefined;
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) throw new Refusal('invalid_request', { message: `Not an instant: ${instant}.` });
  return firstIdAt(Math.max(ms, ID_EPOCH_MS));
}
