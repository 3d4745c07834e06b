import { Refusal } from '../../../core/errors.ts';
import { readOrderEvents } from '../../../events/event-log.ts';
import { readOrderOf } from '../../../orders/read-orders.ts';
import { parseTransactionId } from '../wire.ts';
import type { Answer, Call } from './call.ts';
import { renderTransaction } from './render-transaction.ts';

/** `GET /recharge/{transactionId}` */
export async function transaction(call: Call): Promise<Answer> {
  const { services, caller, params, market } = call;
  const orderId = parseTransactionId(params['transactionId'] ?? '');
  if (orderId === undefined) throw unknown();
  // Events first: the order is then at least as far as they tell.
  const events = await readOrderEvents(services.engine.database, caller.accountId, orderId);
  const order = await readOrderOf(services.engine, caller.accountId, orderId);
  if (!order) throw unknown();
  return {
    status: 200,
    body: renderTransaction(order, events, {
      catalogue: market.catalogue,
      times: services.deliveryTimes,
    }),
  };
}

function unknown(): Refusal {
  return new Refusal('not_found', { message: 'There is no such transaction.' });
}
