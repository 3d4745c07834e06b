/** SQL of status callbacks: functions of the engine, which reads the event log of all accounts. */
import type { AccountId, OrderId } from '../../../core/ids.ts';
import type { Vault } from '../../../platform/crypto.ts';
import type { Database } from '../../../platform/postgres.ts';
import type { CallbackOutcome } from './callback.ts';

export interface ClaimedCallback {
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly outcome: CallbackOutcome;
  readonly clientId: string;
  /** With this one; the fence as well. */
  readonly tries: number;
  readonly environment: 'sandbox' | 'live';
  /** Undefined: nobody is to be told any more. */
  readonly address: string | undefined;
}

/** Makes rows of what has ended since the last time. True: there is more to read. */
export async function gatherCallbacks(database: Database, eventsMax: number): Promise<boolean> {
  const { rows } = await database.query<{ more: boolean }>(
    'select toprail.gather_status_callbacks($1) as more',
    [eventsMax],
  );
  return rows[0]?.more === true;
}

export async function claimCallbacks(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  bounds: {
    readonly limit: number;
    readonly perClient: number;
    /** The client of each request that is out. */
    readonly busy: readonly string[];
    readonly leaseSeconds: number;
  },
): Promise<ClaimedCallback[]> {
  const { limit, perClient, busy, leaseSeconds } = bounds;
  const { rows } = await database.query<{
    account_id: AccountId;
    order_id: OrderId;
    outcome: CallbackOutcome;
    client_id: string;
    tries: number;
    environment: 'sandbox' | 'live';
    url_sealed: Buffer | null;
  }>('select * from toprail.claim_status_callbacks($1, $2, $3, $4)', [limit, perClient, busy, leaseSeconds]);
  return rows.map((row) => ({
    accountId: row.account_id,
    orderId: row.order_id,
    outcome: row.outcome,
    clientId: row.client_id,
    tries: row.tries,
    environment: row.environment,
    address: row.url_sealed ? vault.open(row.url_sealed, 'client.callback') : undefined,
  }));
}

export type Recorded =
  | { readonly state: 'told' | 'dropped' }
  | { readonly state: 'exhausted'; readonly failure: string }
  | { readonly state: 'waiting'; readonly failure: string; readonly afterSeconds: number };

/** False when the lease was lost: nothing has happened. */
export async function recordCallback(
  database: Database,
  { accountId, orderId, outcome, tries }: ClaimedCallback,
  recorded: Recorded,
): Promise<boolean> {
  const { rows } = await database.query<{ held: boolean }>(
    'select toprail.record_status_callback($1, $2, $3, $4::smallint, $5, $6, $7) as held',
    [
      accountId,
      orderId,
      outcome,
      tries,
      recorded.state,
      'failure' in recorded ? recorded.failure : null,
      recorded.state === 'waiting' ? recorded.afterSeconds : null,
    ],
  );
  return rows[0]?.held === true;
}

/** Undefined when nothing waits. */
export async function nextCallbackSeconds(database: Database): Promise<number | undefined> {
  const { rows } = await database.query<{ seconds: number | null }>(
    'select toprail.next_status_callback_seconds() as seconds',
  );
  return rows[0]?.seconds ?? undefined;
}

/** Undefined: nobody is told from now on. False: there is no such client, or it was revoked. */
export async function setCallbackAddress(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  clientId: string,
  address: string | undefined,
): Promise<boolean> {
  const { rows } = await database.query<{ changed: boolean }>(
    'select toprail.set_client_callback($1, $2) as changed',
    [clientId, address === undefined ? null : vault.seal(address, 'client.callback')],
  );
  return rows[0]?.changed === true;
}

export interface UntoldCallback {
  readonly orderId: OrderId;
  readonly outcome: CallbackOutcome;
  readonly state: 'waiting' | 'exhausted';
  readonly tries: number;
  readonly lastFailure: string | null;
  readonly nextTryAt: Date | null;
  readonly createdAt: Date;
}

export async function listUntoldCallbacks(
  database: Database,
  clientId: string,
  limit: number,
): Promise<UntoldCallback[]> {
  const { rows } = await database.query<UntoldCallback>(
    `select order_id as "orderId", outcome, state, tries, last_failure as "lastFailure", next_wakeup as "nextTryAt",
       created_at as "createdAt"
     from toprail.list_status_callbacks($1, $2)`,
    [clientId, limit],
  );
  return rows;
}
