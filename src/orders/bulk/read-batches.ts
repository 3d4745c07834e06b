/** Batches as their account reads them, under row-level security. */
import type { AccountId, BatchId, OrderId } from '../../core/ids.ts';
import type { Vault } from '../../platform/crypto.ts';
import type { Database } from '../../platform/postgres.ts';
import { FAILURE_CODES, type FailureCode } from '../../routing/connector.ts';
import { openPrivate } from '../codec.ts';
import type { OrderState } from '../order.ts';
import type { Batch, BatchProgress, BatchState, RowOutcome, RowResult } from './batch.ts';
import { cancelRows } from './store.ts';

interface BatchRow {
  id: BatchId;
  state: BatchState;
  row_count: number | null;
  created_at: Date;
  accepted_at: Date | null;
  cancelled_at: Date | null;
  completed_at: Date | null;
}

const COLUMNS = 'id, state, row_count, created_at, accepted_at, cancelled_at, completed_at';

/** Newest first. */
export async function listBatches(
  database: Database,
  accountId: AccountId,
  page: { readonly before: bigint | undefined; readonly limit: number },
): Promise<Batch[]> {
  const { rows } = await database.read<BatchRow>(
    accountId,
    `select ${COLUMNS} from toprail.batches
     where account_id = $1 and ($2::bigint is null or id < $2) order by id desc limit $3`,
    [accountId, page.before ?? null, page.limit],
  );
  return rows.map((row) => batchOf(accountId, row));
}

/** Undefined when the account has no such batch, whoever else may have it. */
export async function readBatch(
  database: Database,
  accountId: AccountId,
  id: bigint,
): Promise<{ readonly batch: Batch; readonly progress: BatchProgress } | undefined> {
  return database.transaction(
    async (tx) => {
      const { rows } = await tx.query<BatchRow>(
        `select ${COLUMNS} from toprail.batches where account_id = $1 and id = $2`,
        [accountId, id],
      );
      const [row] = rows;
      if (!row) return undefined;
      const counts = await tx.query<CountRow>(COUNT_SQL, [accountId, id]);
      return { batch: batchOf(accountId, row), progress: progressOf(counts.rows) };
    },
    // Of one moment: the counts never tell more or less than the state does.
    { account: accountId, access: 'read only', isolation: 'repeatable read' },
  );
}

interface CountRow {
  outcome: RowOutcome;
  state: OrderState | null;
  count: bigint;
}

const COUNT_SQL = `
  select r.outcome, p.state, count(*) as count
  from toprail.batch_rows r
  left join toprail.order_progress p on p.account_id = r.account_id and p.order_id = r.order_id
  where r.account_id = $1 and r.batch_id = $2 and r.outcome is not null
  group by r.outcome, p.state`;

function progressOf(counts: readonly CountRow[]): BatchProgress {
  const outcomes = { placed: 0, replayed: 0, refused: 0, cancelled: 0 };
  const orders: Partial<Record<OrderState, number>> = {};
  for (const { outcome, state, count } of counts) {
    outcomes[outcome] += Number(count);
    if (state !== null) orders[state] = (orders[state] ?? 0) + Number(count);
  }
  return { outcomes, orders };
}

function batchOf(accountId: AccountId, row: BatchRow): Batch {
  return {
    accountId,
    id: row.id,
    state: row.state,
    rowCount: row.row_count ?? undefined,
    createdAtMs: row.created_at.getTime(),
    acceptedAtMs: row.accepted_at?.getTime(),
    cancelledAtMs: row.cancelled_at?.getTime(),
    completedAtMs: row.completed_at?.getTime(),
  };
}

/** What became of the rows after a line, in the order of their lines, with their orders as they stand. */
export async function readResults(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  { accountId, id }: { readonly accountId: AccountId; readonly id: bigint },
  page: { readonly after: number; readonly limit: number },
): Promise<RowResult[]> {
  const { rows } = await database.read<ResultRow>(accountId, RESULTS_SQL, [
    accountId,
    id,
    page.after,
    page.limit,
  ]);
  return rows.map((row) => resultOf(row, vault));
}

const RESULTS_SQL = `
  select r.line, r.outcome, r.order_id, r.code, r.message, r.reference_sealed, o.private, p.state, p.failure_code
  from (select * from toprail.batch_rows where account_id = $1 and batch_id = $2 and line > $3 order by line limit $4) r
  left join toprail.orders o on o.account_id = r.account_id and o.id = r.order_id
  left join toprail.order_progress p on p.account_id = r.account_id and p.order_id = r.order_id
  order by r.line`;

interface ResultRow {
  line: number;
  outcome: RowOutcome | null;
  order_id: OrderId | null;
  code: string | null;
  message: string | null;
  reference_sealed: Buffer | null;
  private: Buffer | null;
  state: OrderState | null;
  failure_code: FailureCode | null;
}

function resultOf(row: ResultRow, vault: Vault): RowResult {
  return {
    line: row.line,
    reference: referenceOf(row, vault),
    outcome: row.outcome ?? undefined,
    orderId: row.order_id ?? undefined,
    state: row.state ?? undefined,
    code: row.code ?? row.failure_code ?? undefined,
    message: row.message ?? (row.failure_code ? FAILURE_CODES[row.failure_code].sentence : undefined),
  };
}

function referenceOf({ reference_sealed, private: sealed }: ResultRow, vault: Vault): string | undefined {
  if (reference_sealed) return vault.open(reference_sealed, 'stored.reference');
  return sealed ? openPrivate(vault, sealed).reference : undefined;
}

export type BatchCancelled = 'cancelled' | 'receiving' | 'completed' | 'not_found';

/** Rows that have not been placed never will be; those that are being placed at this very moment may be. */
export async function cancelBatch(
  database: Database,
  accountId: AccountId,
  id: bigint,
): Promise<BatchCancelled> {
  const before = await cancelRows(database, accountId, id as BatchId); // of whichever account the id is
  if (before === undefined) return 'not_found';
  return before === 'running' ? 'cancelled' : before;
}
