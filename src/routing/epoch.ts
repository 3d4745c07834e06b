/** The epoch of our references, and whether anything may leave. Running servers must be told afterwards. */
import { assert } from '../core/assert.ts';
import type { Database } from '../platform/postgres.ts';

/**
 * After a restore from a backup: references of the old epoch are never used again, open orders are verified, and
 * nothing is sent until `allowSending`.
 */
export async function restoreEpoch(
  database: Database,
): Promise<{ readonly epoch: number; readonly orders: number }> {
  const { rows } = await database.query<{ epoch: number; orders: bigint }>(
    'select * from toprail.restore_epoch()',
  );
  const [row] = rows;
  assert(row, 'restore_epoch answers');
  return { epoch: row.epoch, orders: Number(row.orders) };
}

/** False: nothing was blocked. */
export async function allowSending(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ allowed: boolean }>('select toprail.allow_sending() as allowed');
  return rows[0]?.allowed ?? false;
}
