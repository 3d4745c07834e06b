/** SQL of batches. Writes are functions of the engine that know the fence; reads are the account's own. */
import type { AccountId, BatchId, OrderId } from '../../core/ids.ts';
import { arrayLiteral } from '../../platform/array-literal.ts';
import type { Vault } from '../../platform/crypto.ts';
import type { Database } from '../../platform/postgres.ts';
import type { BatchState, NewRow, RowOutcome } from './batch.ts';

/** Who holds a batch: a write with an older fence changes nothing. */
export interface Hold {
  readonly accountId: AccountId;
  readonly id: BatchId;
  readonly fence: number;
}

export interface OpenedBatch extends Hold {
  /** Of the file that the key stands for already. */
  readonly contentHash: string | undefined;
}

export async function openBatch(
  database: Database,
  asked: {
    readonly accountId: AccountId;
    readonly id: BatchId;
    readonly clientId: string;
    readonly keyHash: string;
    readonly quietSeconds: number;
  },
): Promise<OpenedBatch> {
  const { accountId, id, clientId, keyHash, quietSeconds } = asked;
  const { rows } = await database.query<{ id: BatchId; fence: number; content_hash: string | null }>(
    'select * from toprail.open_batch($1, $2, $3, $4, $5)',
    [accountId, id, clientId, keyHash, quietSeconds],
  );
  const [row] = rows;
  if (!row) throw new Error('open_batch answered nothing');
  return { accountId, id: row.id, fence: row.fence, contentHash: row.content_hash ?? undefined };
}

export async function addRows(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  { accountId, id, fence }: Hold,
  { rows, quietSeconds }: { readonly rows: readonly NewRow[]; readonly quietSeconds: number },
): Promise<boolean> {
  const answer = await database.query<{ taken: boolean }>(
    'select toprail.add_batch_rows($1, $2, $3, $4, $5::integer[], $6::bytea[], $7::bytea[], $8::text[], $9::text[]) as taken',
    [
      accountId,
      id,
      fence,
      quietSeconds,
      arrayLiteral(rows.map((row) => row.line)),
      arrayLiteral(
        rows.map(({ ask }) => (ask.kind === 'order' ? vault.seal(ask.request, 'stored.request') : null)),
      ),
      arrayLiteral(
        rows.map(({ reference }) =>
          reference === undefined ? null : vault.seal(reference, 'stored.reference'),
        ),
      ),
      arrayLiteral(rows.map(({ ask }) => (ask.kind === 'refused' ? ask.code : null))),
      arrayLiteral(rows.map(({ ask }) => (ask.kind === 'refused' ? ask.message : null))),
    ],
    { name: 'add_batch_rows' },
  );
  return answer.rows[0]?.taken === true;
}

export async function acceptBatch(
  database: Database,
  { accountId, id, fence }: Hold,
  { contentHash, rowCount }: { readonly contentHash: string; readonly rowCount: number },
): Promise<boolean> {
  return holds(database, 'select toprail.accept_batch($1, $2, $3, $4, $5) as holds', [
    accountId,
    id,
    fence,
    contentHash,
    rowCount,
  ]);
}

/** A batch that is still being received, and all of its rows. */
export function dropBatch(database: Database, { accountId, id, fence }: Hold): Promise<boolean> {
  return holds(database, 'select toprail.drop_batch($1, $2, $3) as holds', [accountId, id, fence]);
}

export interface ClaimedBatch extends Hold {
  readonly clientId: string;
  readonly state: BatchState;
  /** Every row up to this line has its outcome. */
  readonly position: number;
}

export async function claimBatch(
  database: Database,
  leaseSeconds: number,
): Promise<ClaimedBatch | undefined> {
  const { rows } = await database.query<{
    account_id: AccountId;
    id: BatchId;
    client_id: string;
    state: BatchState;
    fence: number;
    position: number;
  }>('select * from toprail.claim_batch($1)', [leaseSeconds]);
  const [row] = rows;
  return row && { ...row, accountId: row.account_id, clientId: row.client_id };
}

/** Undefined when nothing waits. */
export async function nextBatchSeconds(database: Database): Promise<number | undefined> {
  const { rows } = await database.query<{ seconds: number | null }>(
    'select toprail.next_batch_seconds() as seconds',
  );
  return rows[0]?.seconds ?? undefined;
}

export interface WaitingRow {
  readonly line: number;
  readonly request: string;
  readonly reference: string;
  /** How often placing it has ended in a fault. */
  readonly tries: number;
}

/** The next rows without an outcome, in the order of their lines. */
export async function readWaitingRows(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  { accountId, id, position }: ClaimedBatch,
  limit: number,
): Promise<WaitingRow[]> {
  const { rows } = await database.read<{
    line: number;
    request_sealed: Buffer;
    reference_sealed: Buffer;
    tries: number;
  }>(
    accountId,
    `select line, request_sealed, reference_sealed, tries from toprail.batch_rows
     where account_id = $1 and batch_id = $2 and line > $3 and outcome is null order by line limit $4`,
    [accountId, id, position, limit],
    { name: 'read_waiting_rows' },
  );
  return rows.map((row) => ({
    line: row.line,
    request: vault.open(row.request_sealed, 'stored.request'),
    reference: vault.open(row.reference_sealed, 'stored.reference'),
    tries: row.tries,
  }));
}

/** Without an outcome: placing it has ended in a fault. */
export interface DecidedRow {
  readonly line: number;
  readonly outcome?: Exclude<RowOutcome, 'cancelled'>;
  readonly orderId?: OrderId;
  readonly code?: string;
  readonly message?: string;
}

/** Writes outcomes and gives the lease back: the batch is due again after `waitSeconds`. */
export function decideRows(
  database: Database,
  { accountId, id, fence }: Hold,
  decided: {
    readonly rows: readonly DecidedRow[];
    readonly position: number;
    readonly waitSeconds: number;
  },
): Promise<boolean> {
  const { rows, position, waitSeconds } = decided;
  return holds(
    database,
    'select toprail.decide_batch_rows($1, $2, $3, $4, $5, $6::integer[], $7::text[], $8::bigint[], $9::text[], $10::text[]) as holds',
    [
      accountId,
      id,
      fence,
      position,
      waitSeconds,
      arrayLiteral(rows.map((row) => row.line)),
      arrayLiteral(rows.map((row) => row.outcome ?? null)),
      arrayLiteral(rows.map((row) => row.orderId ?? null)),
      arrayLiteral(rows.map((row) => row.code ?? null)),
      arrayLiteral(rows.map((row) => row.message ?? null)),
    ],
  );
}

export function completeBatch(database: Database, { accountId, id, fence }: Hold): Promise<boolean> {
  return holds(database, 'select toprail.complete_batch($1, $2, $3) as holds', [accountId, id, fence]);
}

/** The state before; undefined when the account has no such batch. */
export async function cancelRows(
  database: Database,
  accountId: AccountId,
  id: BatchId,
): Promise<BatchState | undefined> {
  const { rows } = await database.query<{ state: BatchState | null }>(
    'select toprail.cancel_batch($1, $2) as state',
    [accountId, id],
  );
  return rows[0]?.state ?? undefined;
}

async function holds(database: Database, sql: string, parameters: readonly unknown[]): Promise<boolean> {
  const { rows } = await database.query<{ holds: boolean }>(sql, parameters);
  return rows[0]?.holds === true;
}
