/** An account takes back an order of its own, which works for as long as nothing is out that could be delivered. */
import type { AccountId } from '../core/ids.ts';
import { onCancel } from './decide.ts';
import type { Engine } from './engine.ts';
import { isTerminal, type OrderRecord } from './order.ts';
import { readOrderOf } from './read-orders.ts';

export type Cancelled =
  /** Now or before: asking again changes nothing. */
  | { readonly kind: 'cancelled'; readonly order: OrderRecord }
  /** An attempt is out, or has been: the order ends by what its provider says. */
  | { readonly kind: 'already_sent'; readonly order: OrderRecord }
  /** Delivered or failed. */
  | { readonly kind: 'ended'; readonly order: OrderRecord }
  | { readonly kind: 'not_found' };

/**
 * Whoever moves the order first wins: the step to SENDING and the step to CANCELLED know the same fence, so one of
 * them is stale, and bytes leave only after the step to SENDING was committed.
 */
export async function cancelOrder(
  engine: Pick<Engine, 'database' | 'vault' | 'settlement'>,
  accountId: AccountId,
  orderId: bigint,
): Promise<Cancelled> {
  const read = await readOrderOf(engine, accountId, orderId);
  if (!read) return { kind: 'not_found' };
  const order = await engine.settlement.apply(read, onCancel);
  const { state } = order.progress;
  if (state === 'CANCELLED') return { kind: 'cancelled', order };
  return { kind: isTerminal(state) ? 'ended' : 'already_sent', order };
}
