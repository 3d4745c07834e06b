/**
 * What the end of a day posts, and closes. Shares of a reseller tree, owed on `share:<account>` so that no order has to lock an
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

/** Orders a transaction: half a second of sums. */
const CLOSED_MAX = 20_000;

/** Settles everything that is due by the end of yesterday (UTC, by the database's clock), each kind once a day. */
export async function settleDay(ledger: Ledger): Promise<void> {
  await settle(ledger, 'settle_shares');
  await settle(ledger, 'settle_commissions');
  await closeBooks(ledger);
}

/** Sums up what has ended for good, so that the next settlement does not look at it again. */
async function closeBooks({ database }: Ledger): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ closed: number }>('select toprail.close_books($1) as closed', [
      CLOSED_MAX,
    ]);
    if ((rows[0]?.closed ?? 0) < CLOSED_MAX) return;
  }
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
