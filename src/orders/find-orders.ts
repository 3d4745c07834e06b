/**
 * An account's own orders, found by what a client filters by: read under row-level security, so an id of another
 * account is not there.
 */
import type { AccountId } from '../core/ids.ts';
import type { Database } from '../platform/postgres.ts';
import type { AdjustmentCause } from './order.ts';

/** The ids that match, newest first. */
export async function findOrderIds(
  database: Database,
  accountId: AccountId,
  filter: OrderFilter,
): Promise<bigint[]> {
  const { rows } = await database.transaction(
    (tx) => tx.query<{ id: bigint }>(FIND_SQL, filterParameters(accountId, filter)),
    { account: accountId, access: 'read only' },
  );
  return rows.map((row) => row.id);
}

export async function countOrders(
  database: Database,
  accountId: AccountId,
  filter: OrderFilter,
): Promise<number> {
  const { rows } = await database.transaction(
    (tx) => tx.query<{ count: bigint }>(COUNT_SQL, filterParameters(accountId, filter).slice(0, -2)),
    { account: accountId, access: 'read only' },
  );
  return Number(rows[0]?.count ?? 0n);
}

export interface OrderFilter {
  readonly ids?: readonly bigint[];
  readonly referenceHash?: string;
  readonly country?: string;
  readonly operatorIds?: readonly number[];
  readonly states?: readonly string[];
  /** Orders whose money went back after the end: besides those of `states`, or not even where they are of them. */
  readonly refunded?: 'also' | 'never';
  /** Bounds of the order id: ids sort by time (core/ids.ts `firstIdAt`). `before` excludes, `from` includes. */
  readonly from?: bigint;
  readonly before?: bigint;
  readonly limit: number;
  readonly offset?: number;
}

/** After these the customer has the money back. */
export const REFUNDS: readonly AdjustmentCause[] = ['OPERATOR_REVERSAL', 'DISPUTE_REFUND'];

const REFUNDED_SQL = `exists (select 1 from toprail.adjustments a
  where a.account_id = $1 and a.order_id = o.id and a.cause in (${REFUNDS.map((cause) => `'${cause}'`).join(', ')}))`;
const MATCHES_SQL = `
  from toprail.orders o
  where o.account_id = $1
    and ($2::bigint[] is null or o.id = any ($2))
    and ($3::uuid is null or o.id = (select r.order_id from toprail.order_references r
      where r.account_id = $1 and r.reference_hash = $3))
    and ($4::text is null or o.country = $4)
    and ($5::integer[] is null or o.operator_id = any ($5))
    and ($6::text[] is null
      or exists (select 1 from toprail.order_progress p
        where p.order_id = o.id and p.account_id = $1 and p.state = any ($6))
      or ($9::text = 'also' and ${REFUNDED_SQL}))
    and ($9::text is distinct from 'never' or not ${REFUNDED_SQL})
    and ($7::bigint is null or o.id >= $7)
    and ($8::bigint is null or o.id < $8)`;
const FIND_SQL = `select o.id ${MATCHES_SQL} order by o.id desc limit $10 offset $11`;
const COUNT_SQL = `select count(*) as count ${MATCHES_SQL}`;

function filterParameters(accountId: AccountId, filter: OrderFilter): unknown[] {
  return [
    accountId,
    filter.ids ?? null,
    filter.referenceHash ?? null,
    filter.country ?? null,
    filter.operatorIds ?? null,
    filter.states ?? null,
    filter.from ?? null,
    filter.before ?? null,
    filter.refunded ?? null,
    filter.limit,
    filter.offset ?? 0,
  ];
}
