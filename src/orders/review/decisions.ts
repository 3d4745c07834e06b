/** Decisions about orders in review: asked for by one person, approved by another. */
import type { AccountId, OrderId } from '../../core/ids.ts';
import type { Vault } from '../../platform/crypto.ts';
import type { Database } from '../../platform/postgres.ts';
import type { Engine } from '../engine.ts';
import { loadOrders } from '../store.ts';
import { type Decision, isDecidable } from './decide-case.ts';

export type Requested = 'requested' | 'not_in_review' | 'open_already' | 'not_decidable';

/**
 * `not_decidable`: an attempt is on its way at this moment, or the last one was refused, so that nothing of it can have
 * been delivered.
 */
export async function requestDecision(
  { database, vault, mint }: Pick<Engine, 'database' | 'vault' | 'mint'>,
  request: {
    readonly orderId: bigint;
    readonly outcome: Decision;
    readonly evidence: string;
    readonly actor: string;
  },
): Promise<Requested> {
  const { orderId, outcome, evidence, actor } = request;
  const [order] = await loadOrders(database, vault, [orderId]);
  if (order?.progress.state !== 'REVIEW') return 'not_in_review';
  if (!isDecidable(order, outcome)) return 'not_decidable';
  const { rows } = await database.query<{ outcome: Requested }>(
    'select toprail.request_decision($1, $2, $3, $4, $5) as outcome',
    [mint.next(), orderId, outcome, vault.seal(evidence, 'review'), actor],
  );
  return rows[0]?.outcome ?? 'not_in_review';
}

export type Approved = 'approved' | 'same_person' | 'not_open';

export async function approveDecision(database: Database, orderId: bigint, actor: string): Promise<Approved> {
  const { rows } = await database.query<{ outcome: Approved }>(
    'select toprail.approve_decision($1, $2) as outcome',
    [orderId, actor],
  );
  return rows[0]?.outcome ?? 'not_open';
}

/** False: nobody has asked for one, or it was approved. */
export async function rejectDecision(database: Database, orderId: bigint, actor: string): Promise<boolean> {
  const { rows } = await database.query<{ rejected: boolean }>(
    'select toprail.reject_decision($1, $2) as rejected',
    [orderId, actor],
  );
  return rows[0]?.rejected ?? false;
}

export interface ReviewCase {
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly reason: string;
  readonly openedAtMs: number;
  /** What was asked for and has not been carried out. */
  readonly decision:
    | {
        readonly outcome: Decision;
        readonly evidence: string;
        readonly requestedBy: string;
        readonly approvedBy: string | undefined;
      }
    | undefined;
}

/** The cases that are open, the oldest first. */
export async function listReviewCases({
  database,
  vault,
}: {
  readonly database: Database;
  readonly vault: Vault;
}): Promise<ReviewCase[]> {
  const { rows } = await database.query<{
    account_id: bigint;
    order_id: bigint;
    reason: string;
    opened_at: Date;
    outcome: Decision | null;
    evidence: Buffer | null;
    requested_by: string | null;
    approved_by: string | null;
  }>('select * from toprail.list_review_cases()');
  return rows.map((row) => ({
    accountId: row.account_id as AccountId,
    orderId: row.order_id as OrderId,
    reason: row.reason,
    openedAtMs: row.opened_at.getTime(),
    decision:
      row.outcome && row.evidence && row.requested_by
        ? {
            outcome: row.outcome,
            evidence: vault.open(row.evidence, 'review'),
            requestedBy: row.requested_by,
            approvedBy: row.approved_by ?? undefined,
          }
        : undefined,
  }));
}
