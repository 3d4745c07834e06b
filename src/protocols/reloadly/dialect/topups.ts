import { Refusal } from '../../../core/errors.ts';
import type { OrderRecord } from '../../../orders/order.ts';
import { placeOrder } from '../../../orders/place-order.ts';
import type { TopupRequest, Transaction } from '../wire.ts';
import type { Call } from './call.ts';
import { readTopup } from './read-topup.ts';
import { renderTransaction } from './render-transaction.ts';

/** `POST /topups`: answers with the outcome, or PROCESSING when there is none in time. */
export async function topup(call: Call, body: TopupRequest): Promise<Transaction> {
  const { services, market, baseUrl } = call;
  const order = await place(call, body);
  // In the same tick: the outcome cannot have come yet.
  const outcome = await services.engine.waiting.outcome(order.facts.id, services.waitMs);
  return renderTransaction(outcome ?? order, { catalogue: market.catalogue, baseUrl, view: 'answer' });
}

/** `POST /topups-async`: answers once the order is stored. */
export async function topupAsync(call: Call, body: TopupRequest): Promise<{ transactionId: number }> {
  const order = await place(call, body);
  return { transactionId: Number(order.facts.id) }; // ids are safe integers
}

async function place(call: Call, body: TopupRequest): Promise<OrderRecord> {
  const { engine, takesOrders } = call.services;
  if (!takesOrders()) throw new Refusal('overloaded');
  const placed = await placeOrder(engine, await readTopup(call, body));
  switch (placed.kind) {
    case 'placed':
      return placed.order;
    // An identifier is good for one transaction, also where the second wish is the same as the first.
    case 'replayed':
      throw new Refusal('reference_replayed', { details: { transactionId: `${placed.orderId}` } });
    case 'rejected': {
      const { code, orderId } = placed;
      throw new Refusal(code, orderId === undefined ? {} : { details: { transactionId: `${orderId}` } });
    }
  }
}
