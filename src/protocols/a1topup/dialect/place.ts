/**
 * Places a recharge and waits for its outcome. An order that may have been taken is never answered as an error:
 * whoever is told "error" gives the customer's money back, and the recharge may arrive all the same.
 */
import { assert } from '../../../core/assert.ts';
import { Refusal } from '../../../core/errors.ts';
import { toText } from '../../../core/json-amount.ts';
import type { OrderRecord } from '../../../orders/order.ts';
import { type Placed, type PlaceOrder, placeOrder } from '../../../orders/place-order.ts';
import { readOrderOf } from '../../../orders/read-orders.ts';
import { QueueFull } from '../../../platform/queue-full.ts';
import { transactionId } from '../wire.ts';
import type { Call } from './call.ts';

/** The order as it stands when it has ended or the wait is over; for a repeated reference, as it stands now. */
export async function placeAndWait(call: Call, command: PlaceOrder): Promise<OrderRecord> {
  const { engine, takesOrders, waitMs } = call.services;
  if (!takesOrders()) throw new Refusal('overloaded');
  const placed = await place(call, command);
  switch (placed.kind) {
    case 'placed':
      // In the same tick: the outcome cannot have come yet.
      return (await engine.waiting.outcome(placed.order.facts.id, waitMs)) ?? placed.order;
    case 'replayed': {
      const order = await readOrderOf(engine, call.caller.accountId, placed.orderId).catch(doubt(call));
      assert(order, `order ${placed.orderId} was committed and can be read`);
      return order;
    }
    case 'rejected':
      throw refusalOf(placed);
  }
}

function place(call: Call, command: PlaceOrder): Promise<Placed> {
  const toDoubt = doubt(call);
  return placeOrder(call.services.engine, command).catch((error: unknown) => {
    // These say surely that nothing was taken; of anything else nobody knows.
    if (error instanceof Refusal || error instanceof QueueFull) throw error;
    return toDoubt(error);
  });
}

function doubt({ services, origin }: Call): (error: unknown) => never {
  return (error) => {
    services.log.error({ request: origin.requestId, error }, 'nobody knows whether an order was taken');
    throw new Refusal('internal');
  };
}

function refusalOf({ code, orderId, funds }: Extract<Placed, { kind: 'rejected' }>): Refusal {
  if (code === 'order_archived' && orderId !== undefined) {
    const issue = `${transactionId(orderId)} is archived`;
    return new Refusal(code, { issues: [{ field: 'transaction', issue }] });
  }
  if (!funds) return new Refusal(code);
  const { required, available, currency } = funds;
  const details = { required: toText(required, currency), available: toText(available, currency) };
  return new Refusal(code, { details });
}
