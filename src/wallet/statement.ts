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

export type StatementRead =
  | { readonly kind: 'read'; readonly statement: Statement }
  /** Entries of the period are detached; from `beginsMs` on all are there. */
  | { readonly kind: 'detached'; readonly beginsMs: number };

/** From the first instant to just before the second. Undefined when the account has no such wallet. */
export async function readStatement(
  database: Database,
  accountId: AccountId,
  walletId: bigint,
  period: { readonly fromMs: number; readonly toMs: number },
): Promise<StatementRead | undefined> {
  const instants = [new Date(period.fromMs).toISOString(), new Date(period.toMs).toISOString()];
  return database.transaction(
    async (tx) => {
      const { rows } = await tx.query<StatementRow>(STATEMENT_SQL, [accountId, walletId, ...instants]);
      const [wallet] = rows;
      if (!wallet) return undefined;
      const { first, next, currency, begins, last_detached, posted_detached } = wallet;
      if (begins !== null && (first <= (last_detached ?? 0n) || period.fromMs < begins.getTime()))
        return { kind: 'detached', beginsMs: begins.getTime() };
      const balanceAfter = async (entry: bigint) => {
        if (entry === last_detached && posted_detached !== null) return posted_detached;
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
      const statement = {
        currency,
        opening: await balanceAfter(first - 1n),
        closing: await balanceAfter(next - 1n),
        entries: first < next ? { first, last: next - 1n } : undefined,
        sums: sums.rows.map(({ kind, count, amount }) => ({ kind, count: Number(count), amount })),
      };
      return { kind: 'read', statement };
    },
    { account: accountId, access: 'read only', isolation: 'repeatable read' },
  );
}

interface StatementRow {
  currency: string;
  opening: bigint;
  first: bigint;
  next: bigint;
  begins: Date | null;
  last_detached: bigint | null;
  posted_detached: bigint | null;
}

/** Entries of a month that is detached were posted by the end of the day before `begins`. */
const STATEMENT_SQL = `
  select w.currency, w.opening,
    coalesce(toprail.first_entry_since(w.id, $3), w.entries + 1) as first,
    coalesce(toprail.first_entry_since(w.id, $4), w.entries + 1) as next,
    date_trunc('day', d.posted_until + interval '1 day', 'UTC') as begins,
    d.last_entry as last_detached, d.last_posted as posted_detached
  from toprail.wallets w
  left join lateral (
    select (array_agg(d.last_entry order by d.last_entry desc))[1] as last_entry,
      (array_agg(d.last_posted order by d.last_entry desc))[1] as last_posted, max(m.posted_until) as posted_until
    from toprail.detached_wallets d join toprail.detached_months m on m.first_id = d.month_id
    where d.account_id = w.account_id and d.wallet_id = w.id
  ) d on true
  where w.account_id = $1 and w.id = $2`;
