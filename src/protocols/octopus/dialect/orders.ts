/** Orders: placed, read one by one and in pages. */
import { Refusal } from '../../../core/errors.ts';
import { countOrders, type OrderFilter } from '../../../orders/find-orders.ts';
import type { OrderRecord } from '../../../orders/order.ts';
import { type Placed, type PlaceOrder, placeOrder, referenceHash } from '../../../orders/place-order.ts';
import { listOrders, readOrderOf } from '../../../orders/read-orders.ts';
import { ORDER_STATUSES, type OrderRequest } from '../wire.ts';
import { type Answer, type Call, idOf } from './call.ts';
import { offsetOf, readPage, renderPage } from './page.ts';
import { readOneOf, readPositive, readText, wrong } from './query.ts';
import { readOrder } from './read-purchase.ts';
import { renderOrder, STATES_OF } from './render-order.ts';

/** `POST /api/v1/topups/orders`: answers once the order is stored, and before anybody knows how it ends. */
export async function createOrder(call: Call, body: OrderRequest): Promise<Answer> {
  const { engine, takesOrders } = call.services;
  if (!takesOrders()) throw new Refusal('overloaded');
  const placed = await placeOrder(engine, await readUnused(call, body));
  switch (placed.kind) {
    case 'placed':
      return { status: 201, body: renderOrder(placed.order, call.market.catalogue) };
    // A reference is good for one order, also where the second wish is the same as the first.
    case 'replayed':
      throw new Refusal('reference_replayed');
    case 'rejected':
      throw refusalOf(placed);
  }
}

/** Of an order that cannot be read any more, at least its id. */
function refusalOf({ code, orderId }: Extract<Placed, { kind: 'rejected' }>): Refusal {
  if (code !== 'order_archived' || orderId === undefined) return new Refusal(code);
  return new Refusal(code, {
    message: `Duplicate client_reference: it was used by order ${orderId}, which is archived`,
  });
}

/**
 * What is sold changes: whoever repeats a reference must not hear that its plan is gone, and think that there was
 * no order.
 */
async function readUnused(call: Call, body: OrderRequest): Promise<PlaceOrder> {
  try {
    return await readOrder(call, body);
  } catch (refusal) {
    if (body.client_reference && (await isUsed(call, body.client_reference)))
      throw new Refusal('reference_reused');
    throw refusal;
  }
}

async function isUsed({ services: { engine }, caller }: Call, reference: string): Promise<boolean> {
  return (await engine.store.findReference(caller.accountId, referenceHash(engine, reference))) !== undefined;
}

/** `GET /api/v1/topups/orders/:id` */
export async function orderById(call: Call): Promise<Answer> {
  return { body: renderOrder(await findOrder(call), call.market.catalogue) };
}

export async function findOrder(call: Call): Promise<OrderRecord> {
  const order = await readOrderOf(call.services.engine, call.caller.accountId, idOf(call));
  if (!order) throw new Refusal('not_found', { message: 'Order not found' });
  return order;
}

/** `GET /api/v1/topups/orders`, newest first. */
export async function orders(call: Call): Promise<Answer> {
  const { services, caller, market, query } = call;
  const { engine } = services;
  const page = readPage(query);
  const filter = readFilter(call);
  const total = await countOrders(engine.database, caller.accountId, { ...filter, limit: 0 });
  const offset = offsetOf(page);
  const found =
    offset < total
      ? await listOrders(engine, caller.accountId, { ...filter, limit: page.perPage, offset })
      : [];
  return renderPage(
    found.map((order) => renderOrder(order, market.catalogue)),
    page,
    total,
  );
}

type Filter = Omit<OrderFilter, 'limit' | 'offset'>;

function readFilter({ query, market, services }: Call): Filter {
  const { catalogue } = market;
  const status = readOneOf(query, 'status', ORDER_STATUSES);
  const productId = readPositive(query, 'product_id');
  const iso3 = readText(query, 'country');
  if (iso3 !== undefined && !/^[A-Z]{3}$/.test(iso3))
    throw wrong('country', 'must be an ISO 3166-1 alpha-3 code');
  const reference = readText(query, 'client_reference');
  const operator = productId === undefined ? undefined : catalogue.product(productId)?.operatorId;
  return {
    ...(status !== undefined && { states: STATES_OF[status] }),
    ...(status === 'FAILED' && { refunded: 'also' as const }),
    ...(status === 'DELIVERED' && { refunded: 'never' as const }),
    ...(productId !== undefined && { operatorIds: operator === undefined ? [] : [operator] }),
    // A country that does not exist has no orders.
    ...(iso3 !== undefined && { country: catalogue.countryByIso3(iso3)?.iso2 ?? '' }),
    ...(reference !== undefined && { referenceHash: referenceHash(services.engine, reference) }),
  };
}
