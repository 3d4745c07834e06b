/**
 * A dispute: an account's claim that a delivered order did not arrive as it should. Opening one moves no money; the
 * provider is asked again, and a person decides (`decide-dispute.ts`).
 */
import type { AccountId, OrderId } from '../../core/ids.ts';
import type { Vault } from '../../platform/crypto.ts';
import type { Database } from '../../platform/postgres.ts';
import type { Engine } from '../engine.ts';

export const DISPUTE_REASONS = ['not_received', 'wrong_amount', 'wrong_recipient'] as const;
export type DisputeReason = (typeof DISPUTE_REASONS)[number];
export const DISPUTE_STATES = ['open', 'refunded', 'confirmed', 'withdrawn'] as const;
export type DisputeState = (typeof DISPUTE_STATES)[number];

export interface Dispute {
  readonly id: bigint;
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly reason: DisputeReason;
  readonly note: string | undefined;
  readonly state: DisputeState;
  /** What the provider said when it was asked again. */
  readonly providerVerdict: string | undefined;
  readonly createdAtMs: number;
  readonly closedAtMs: number | undefined;
}

export type Opened =
  | { readonly kind: 'opened' | 'open_already'; readonly id: bigint }
  | { readonly kind: 'not_delivered' | 'too_late' | 'not_found' };

/** Operators answer for what they did for about two months. */
export const DISPUTE_DAYS_MAX = 60;
const DAY_SECONDS = 86_400;

export async function openDispute(
  engine: Pick<Engine, 'database' | 'vault' | 'mint'>,
  claim: {
    readonly accountId: AccountId;
    readonly orderId: bigint;
    readonly reason: DisputeReason;
    readonly note: string | undefined;
  },
): Promise<Opened> {
  const { database, vault, mint } = engine;
  const note = claim.note === undefined ? null : vault.seal(claim.note, 'dispute');
  const { rows } = await database.query<{ outcome: Opened['kind']; id: bigint | null }>(
    'select * from toprail.open_dispute($1, $2, $3, $4, $5, $6)',
    [claim.accountId, mint.next(), claim.orderId, claim.reason, note, DISPUTE_DAYS_MAX * DAY_SECONDS],
  );
  const [row] = rows;
  if (!row) throw new Error('open_dispute answered nothing');
  // The function gives an id with the two outcomes that have one.
  return { kind: row.outcome, id: row.id } as Opened;
}

/** False: the account has no such dispute, or it was decided or closed. */
export async function withdrawDispute(
  { database }: Pick<Engine, 'database'>,
  accountId: AccountId,
  id: bigint,
): Promise<boolean> {
  const { rows } = await database.query<{ withdrawn: boolean }>(
    'select toprail.withdraw_dispute($1, $2) as withdrawn',
    [accountId, id],
  );
  return rows[0]?.withdrawn ?? false;
}

export interface DisputeRow {
  id: bigint;
  account_id: bigint;
  order_id: bigint;
  reason: DisputeReason;
  note: Buffer | null;
  state: DisputeState;
  provider_verdict: string | null;
  created_at: Date;
  closed_at: Date | null;
}

/** An account's disputes, newest first; of one id where it is given. */
export async function readDisputes(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  accountId: AccountId,
  page: {
    readonly limit: number;
    readonly before?: bigint;
    readonly id?: bigint;
    readonly state?: DisputeState;
  },
): Promise<Dispute[]> {
  const { rows } = await database.read<DisputeRow>(
    accountId,
    `select id, account_id, order_id, reason, note, state, provider_verdict, created_at, closed_at
     from toprail.disputes
     where account_id = $1 and ($2::bigint is null or id < $2) and ($3::bigint is null or id = $3)
       and ($4::text is null or state = $4)
     order by id desc limit $5`,
    [accountId, page.before ?? null, page.id ?? null, page.state ?? null, page.limit],
  );
  return rows.map((row) => disputeFrom(row, vault));
}

export function disputeFrom(row: DisputeRow, vault: Vault): Dispute {
  return {
    id: row.id,
    accountId: row.account_id as AccountId,
    orderId: row.order_id as OrderId,
    reason: row.reason,
    note: row.note === null ? undefined : vault.open(row.note, 'dispute'),
    state: row.state,
    providerVerdict: row.provider_verdict ?? undefined,
    createdAtMs: row.created_at.getTime(),
    closedAtMs: row.closed_at?.getTime(),
  };
}
