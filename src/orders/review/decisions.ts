/**
 * Decisions about orders in review, and corrections of orders that have ended: asked for by one person, approved by
 * another.
 */
import type { AccountId, OrderId } from '../../core/ids.ts';
import type { Minor } from '../../core/money.ts';
import type { Vault } from '../../platform/crypto.ts';
import type { Database } from '../../platform/postgres.ts';
import { spendable } from '../../wallet/wallets.ts';
import type { Engine } from '../engine.ts';
import { loadOrders } from '../store.ts';
import { type WhyNotCorrected, whyNotCorrected } from './correct-order.ts';
import { type Decision, isDecidable } from './decide-case.ts';

type Asking = Pick<Engine, 'database' | 'vault' | 'mint'>;

interface Asked {
  readonly orderId: bigint;
  readonly evidence: string;
  readonly actor: string;
}

export type Requested = 'requested' | 'not_in_review' | 'open_already' | 'not_decidable';

/**
 * `not_decidable`: an attempt is on its way at this moment, or the last one was refused, so that nothing of it can have
 * been delivered.
 */
export async function requestDecision(
  asking: Asking,
  request: Asked & { readonly outcome: Decision },
): Promise<Requested> {
  const [order] = await loadOrders(asking.database, asking.vault, [request.orderId]);
  if (order?.progress.state !== 'REVIEW') return 'not_in_review';
  if (!isDecidable(order, request.outcome)) return 'not_decidable';
  return ask<Requested>(asking, { ...request, amount: undefined });
}

export type CorrectionRequested = 'requested' | 'no_such_order' | 'open_already' | WhyNotCorrected;

/** `amount`: what the wallet gains; below zero, loses. In the order's currency. */
export async function requestCorrection(
  asking: Asking,
  request: Asked & { readonly amount: Minor },
): Promise<CorrectionRequested> {
  const { database, vault } = asking;
  const [order] = await loadOrders(database, vault, [request.orderId]);
  if (!order) return 'no_such_order';
  const available = await spendable(database, order.facts.accountId, order.facts.walletId);
  return (
    whyNotCorrected(order, request.amount, available) ??
    ask<CorrectionRequested>(asking, { ...request, outcome: 'corrected' })
  );
}

async function ask<Outcome>(
  { database, vault, mint }: Asking,
  asked: Asked & { readonly outcome: Decision | 'corrected'; readonly amount: Minor | undefined },
): Promise<Outcome> {
  const { orderId, outcome, amount, evidence, actor } = asked;
  const { rows } = await database.query<{ outcome: Outcome }>(
    'select toprail.request_decision($1, $2, $3, $4, $5, $6) as outcome',
    [mint.next(), orderId, outcome, amount ?? null, vault.seal(evidence, 'review'), actor],
  );
  const [row] = rows;
  if (!row) throw new Error('request_decision answered nothing');
  return row.outcome;
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
  /** Why it was opened; `correction` where there is no case, and only the asking. */
  readonly reason: string;
  readonly openedAtMs: number;
  /** Of the order's wallet. */
  readonly currency: string;
  /** Codes of the provider that nobody has mapped. */
  readonly unmapped: readonly string[];
  /** What was asked for and has not been carried out. */
  readonly decision:
    | {
        readonly outcome: Decision | 'corrected';
        /** Of a correction: what the wallet gains. */
        readonly amount: Minor | undefined;
        readonly evidence: string;
        readonly requestedBy: string;
        readonly approvedBy: string | undefined;
      }
    | undefined;
}

/** The cases that are open and the corrections that were asked for, the oldest first. */
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
    currency: string;
    unmapped: string[];
    outcome: Decision | 'corrected' | null;
    amount: bigint | null;
    evidence: Buffer | null;
    requested_by: string | null;
    approved_by: string | null;
  }>('select * from toprail.list_review_cases()');
  return rows.map((row) => ({
    accountId: row.account_id as AccountId,
    orderId: row.order_id as OrderId,
    reason: row.reason,
    openedAtMs: row.opened_at.getTime(),
    currency: row.currency,
    unmapped: row.unmapped,
    decision:
      row.outcome && row.evidence && row.requested_by
        ? {
            outcome: row.outcome,
            amount: row.amount ?? undefined,
            evidence: vault.open(row.evidence, 'review'),
            requestedBy: row.requested_by,
            approvedBy: row.approved_by ?? undefined,
          }
        : undefined,
  }));
}
