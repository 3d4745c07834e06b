/**
 * The statement of a wallet for a period: its balance before and after, and the sum of each kind of entry between.
 * A period is a run of entry numbers, which have no gaps, so that opening and sums make closing, and the closing
 * balance of one period is the opening one of the next.
 */
import type { AccountId } from '../core/ids.ts';
import type { Minor } from '../core/money.ts';
import type { Database } from '../platform/postgres.ts';
import type { PostingKind } from './posting.ts';

export interface Statement {
  readonly currency: string;
  readonly opening: Minor;
  readonly closing: Minor;
  /** Numbers of the first and the last entry; undefined when there is none. */
  readonly entries: { readonly first: bigint; readonly last: bigint } | undefined;
  readonly sums: readonly { readonly kind: PostingKind; readonly count: number; readonly amount: Minor }[];
}

/** From the first instant to just before the second. Undefined when the account has no such wallet. */
export async function readStatement(
  database: Database,
  accountId: AccountId,
  walletId: bigint,
  period: { readonly fromMs: number; readonly toMs: number },
): Promise<Statement | undefined> {
  const instants = [new Date(period.fromMs).toISOString(), new Date(period.toMs).toISOString()];
  return database.transaction(
    async (tx) => {
      const { rows } = await tx.query<{ currency: string; opening: bigint; first: bigint; next: bigint }>(
        `select w.currency, w.opening,
           coalesce(toprail.first_entry_since(w.id, $3), w.entries + 1) as first,
           coalesce(toprail.first_entry_since(w.id, $4), w.entries + 1) as next
         from toprail.wallets w where w.account_id = $1 and w.id = $2`,
        [accountId, walletId, ...instants],
      );
      const [wallet] = rows;
      if (!wallet) return undefined;
      const { first, next, currency } = wallet;
      const balanceAfter = async (entry: bigint) => {
        const read = await tx.query<{ posted: bigint }>(
          'select wallet_posted_after as posted from toprail.transfers where wallet_id = $1 and wallet_entry = $2',
          [walletId, entry],
        );
        return read.rows[0]?.posted ?? wallet.opening;
      };
      const sums = await tx.query<{ kind: PostingKind; count: bigint; amount: bigint }>(
        `select kind, count(*) as count, sum(case when credit = 'wallet' then amount else -amount end)::bigint as amount
         from toprail.transfers where wallet_id = $1 and wallet_entry >= $2 and wallet_entry < $3
         group by kind order by kind`,
        [walletId, first, next],
      );
      return {
        currency,
        opening: await balanceAfter(first - 1n),
        closing: await balanceAfter(next - 1n),
        entries: first < next ? { first, last: next - 1n } : undefined,
        sums: sums.rows.map(({ kind, count, amount }) => ({ kind, count: Number(count), amount })),
      };
    },
    { account: accountId, access: 'read only', isolation: 'repeatable read' },
  );
}
