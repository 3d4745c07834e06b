import { Refusal } from '../../../core/errors.ts';
import { referenceHash } from '../../../orders/place-order.ts';
import { listOrders } from '../../../orders/read-orders.ts';
import type { WireAnswer } from '../wire.ts';
import type { Call } from './call.ts';
import { readText, wrong } from './fields.ts';
import { renderWire } from './render.ts';

const REFERENCE_CHARACTERS_MAX = 150;

/**
 * `GET or POST /recharge/status`. An `orderid` that nothing is known of is an error and never a failure: the
 * recharge that it belongs to may be on its way into a batch.
 */
export async function wireStatus({ services, caller, fields }: Call): Promise<WireAnswer> {
  const { engine } = services;
  const orderId = readText(fields, 'orderid', { charactersMax: REFERENCE_CHARACTERS_MAX });
  if (orderId === undefined) throw wrong('orderid', 'is required');
  const filter = { referenceHash: referenceHash(engine, orderId), limit: 1 };
  const [order] = await listOrders(engine, caller.accountId, filter);
  if (!order) throw new Refusal('not_found', { issues: [{ field: 'orderid', issue: 'is not known' }] });
  return renderWire(order);
}
