/** Where the customer of an order wants to hear of its outcome: personal data, kept with the other of the order. */
import type { AccountId } from '../core/ids.ts';
import type { Vault } from '../platform/crypto.ts';
import type { Database } from '../platform/postgres.ts';
import { openPrivate, sealPrivate } from './codec.ts';

/** How often a change that another one has overtaken is tried again. */
const TRIES_MAX = 5;

/** False: the account has no such order, or its personal data has been erased. */
export async function setNotificationEmail(
  engine: { readonly database: Database; readonly vault: Vault },
  order: { readonly accountId: AccountId; readonly orderId: bigint },
  email: string,
): Promise<boolean> {
  const { database, vault } = engine;
  const { accountId, orderId } = order;
  for (let tried = 0; tried < TRIES_MAX; tried++) {
    const sealed = await readPrivate(database, accountId, orderId);
    if (!sealed) return false;
    const next = sealPrivate(vault, { ...openPrivate(vault, sealed), notificationEmail: email });
    const { rows } = await database.query<{ replaced: boolean }>(
      'select toprail.replace_order_private($1, $2, $3, $4) as replaced',
      [accountId, orderId, sealed, next],
    );
    if (rows[0]?.replaced === true) return true;
  }
  throw new Error(`order ${orderId} changes faster than it can be written`);
}

async function readPrivate(
  database: Database,
  accountId: AccountId,
  orderId: bigint,
): Promise<Buffer | undefined> {
  const { rows } = await database.read<{ private: Buffer | null }>(
    accountId,
    'select private from toprail.orders where account_id = $1 and id = $2',
    [accountId, orderId],
  );
  return rows[0]?.private ?? undefined;
}
