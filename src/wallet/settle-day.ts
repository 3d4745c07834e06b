/**
 * What the end of a day posts. Shares of a reseller tree, owed on `share:<account>` so that no order has to lock an
 * ancestor's wallet, reach the wallets. Commissions of accounts with a bank to pay to leave theirs.
 */
import type { IdMint } from '../core/ids.ts';
import type { Database } from '../platform/postgres.ts';

/** Wallets a transaction. */
const WALLETS_MAX = 500;

interface Ledger {
  readonly database: Database;
  readonly mint: IdMint;
}

/** Settles everything that is due by the end of yesterday (UTC, by the database's clock), each kind once a day. */
export async function settleDay(ledger: Ledger): Promise<void> {
  await settle(ledger, 'settle_shares');
  await settle(ledger, 'settle_commissions');
}

async function settle(
  { database, mint }: Ledger,
  settlement: 'settle_shares' | 'settle_commissions',
): Promise<void> {
  for (;;) {
    const ids = Array.from({ length: WALLETS_MAX }, () => mint.next());
    const { rows } = await database.query<{ settled: number }>(
      `select toprail.${settlement}((toprail.now() at time zone 'UTC')::date - 1, $1::bigint[]) as settled`,
      [ids],
    );
    if ((rows[0]?.settled ?? 0) < WALLETS_MAX) return;
  }
}
