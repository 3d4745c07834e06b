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
  const { name, matches, values } = conditionsOf(accountId, filter);
  const [limit, offset] = [`$${values.length + 1}`, `$${values.length + 2}`];
  const sql = `select o.id ${matches} order by o.id desc limit ${limit} offset ${offset}`;
  const { rows } = await database.read<{ id: bigint }>(
    accountId,
    sql,
    [...values, filter.limit, filter.offset ?? 0],
    { name: `find_orders_${name}` },
  );
  return rows.map((row) => row.id);
}

export async function countOrders(
  database: Database,
  accountId: AccountId,
  filter: OrderFilter,
): Promise<number> {
  const { name, matches, values } = conditionsOf(accountId, filter);
  const { rows } = await database.read<{ count: bigint }>(
    accountId,
    `select count(*) as count ${matches}`,
    values,
    { name: `count_orders_${name}` },
  );
  return Number(rows[0]?.count ?? 0n);
}

export interface OrderFilter {
  readonly id?: bigint;
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
/** What is asked for, in SQL: nothing of what is not, so that each kind of question has its own plan. */
const CONDITIONS: readonly (readonly [
  given: (filter: OrderFilter) => unknown,
  sql: (parameter: string) => string,
])[] = [
  [({ id }) => id, (id) => `o.id = ${id}::bigint`],
  [
    ({ referenceHash }) => referenceHash,
    (hash) => `o.id = (select r.order_id from toprail.order_references r
      where r.account_id = $1 and r.reference_hash = ${hash}::uuid)`,
  ],
  [({ country }) => country, (country) => `o.country = ${country}`],
  [({ operatorIds }) => operatorIds, (ids) => `o.operator_id = any (${ids}::integer[])`],
  [({ states, refunded }) => (refunded === 'also' ? undefined : states), (states) => inStates(states)],
  [
    ({ states, refunded }) => (refunded === 'also' ? states : undefined),
    (states) => `(${inStates(states)} or ${REFUNDED_SQL})`,
  ],
  [({ from }) => from, (from) => `o.id >= ${from}::bigint`],
  [({ before }) => before, (before) => `o.id < ${before}::bigint`],
];

function inStates(states: string): string {
  return `exists (select 1 from toprail.order_progress p
    where p.order_id = o.id and p.account_id = $1 and p.state = any (${states}::text[]))`;
}

interface Conditions {
  /** Of the combination: a statement is prepared once for each. */
  readonly name: string;
  readonly matches: string;
  readonly values: readonly unknown[];
}

function conditionsOf(accountId: AccountId, filter: OrderFilter): Conditions {
  const values: unknown[] = [accountId];
  const wanted = CONDITIONS.flatMap(([given, sql]) => {
    const value = given(filter);
    return value === undefined ? [] : [sql(`$${values.push(value)}`)];
  });
  if (filter.refunded === 'never') wanted.push(`not ${REFUNDED_SQL}`);
  const asked = CONDITIONS.map(([given]) => (given(filter) === undefined ? '0' : '1')).join('');
  return {
    name: `${asked}${filter.refunded === 'never' ? '1' : '0'}`,
    matches: ['from toprail.orders o where o.account_id = $1', ...wanted].join(' and '),
    values,
  };
}
