/** Orders as their account reads them: found under row-level security, then opened. */
import type { AccountId } from '../core/ids.ts';
import type { Vault } from '../platform/crypto.ts';
import type { Database } from '../platform/postgres.ts';
import { findOrderIds, type OrderFilter } from './find-orders.ts';
import type { OrderRecord } from './order.ts';
import { loadOrders } from './store.ts';

/** One order of the account; undefined when there is none, whoever else may have it. */
export async function readOrderOf(
  engine: { readonly database: Database; readonly vault: Vault },
  accountId: AccountId,
  orderId: bigint,
): Promise<OrderRecord | undefined> {
  const [order] = await listOrders(engine, accountId, { id: orderId, limit: 1 });
  return order;
}

/** The account's orders that match, newest first. */
export async function listOrders(
  engine: { readonly database: Database; readonly vault: Vault },
  accountId: AccountId,
  filter: OrderFilter,
): Promise<OrderRecord[]> {
  const ids = await findOrderIds(engine.database, accountId, filter);
  const orders = await loadOrders(engine.database, engine.vault, ids);
  return orders
    .filter((order) => order.facts.accountId === accountId)
    .sort((a, b) => (a.facts.id < b.facts.id ? 1 : -1));
}
