/** The guard against the same recharge twice: the batch that accepts orders refuses a repeat within the window. */
import type { Database } from '../platform/postgres.ts';

/** Zero ends the guard. False: there is no such account. */
export async function setRepeatWindow(
  database: Database,
  accountId: bigint,
  seconds: number,
): Promise<boolean> {
  const { rows } = await database.query<{ set: boolean }>('select toprail.set_repeat_window($1, $2) as set', [
    accountId,
    seconds,
  ]);
  return rows[0]?.set ?? false;
}
