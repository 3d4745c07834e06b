/**
 * Applies decided steps in batches. A step whose fence is stale (someone else moved the order since it was read)
 * changes nothing; the caller reads the order anew and decides again.
 */
import { assert } from '../core/assert.ts';
import type { Minor } from '../core/money.ts';
import type { Voucher } from '../routing/connector.ts';
import type { LedgerAccount, Posting } from '../wallet/posting.ts';
import { adjustmentPostings, capturedPostings, walletGain } from './adjust.ts';
import type { DraftAttempt } from './draft.ts';
import {
  type Adjustment,
  type AdjustmentCause,
  type Attempt,
  attemptOf,
  isTerminal,
  type OrderRecord,
  type Progress,
} from './order.ts';
import type { Step } from './step.ts';

/** A step with everything that SQL writes for it. */
export interface PreparedStep {
  readonly order: OrderRecord;
  readonly step: Step;
  readonly next: DraftAttempt | undefined;
  readonly voucherSealed: Buffer | undefined;
  readonly adjustment: PreparedAdjustment | undefined;
  readonly transfers: readonly SourcedPosting[];
}

export interface PreparedAdjustment {
  readonly id: bigint;
  readonly cause: AdjustmentCause;
  readonly amount: Minor;
  readonly currency: string;
}

interface SourcedPosting extends Posting {
  readonly source: bigint;
  readonly seq: number;
}

export interface StepSupplies {
  /** Present when the step retries. */
  readonly next: DraftAttempt | undefined;
  readonly ledgerAccount: (provider: string) => LedgerAccount;
  readonly mint: () => bigint;
  readonly sealVoucher: (voucher: Voucher) => Buffer;
}

export function prepareStep(order: OrderRecord, step: Step, supplies: StepSupplies): PreparedStep {
  assert(!step.retry || supplies.next, 'a retry has a route');
  const accountOf = (attempt: number) => supplies.ledgerAccount(attemptOf(order, attempt)?.provider ?? '');
  const draft = step.adjustment;
  const adjustment = draft && {
    id: supplies.mint(),
    cause: draft.cause,
    amount: walletGain(draft),
    currency: order.facts.currency,
  };
  const { voucher } = step;
  return {
    order,
    step,
    next: supplies.next,
    voucherSealed: voucher && supplies.sealVoucher(voucher),
    adjustment,
    transfers: [
      ...(step.state === 'DELIVERED'
        ? sourced(order.facts.id, capturedPostings(order, step.attempt, accountOf(step.attempt)))
        : []),
      ...(draft && adjustment
        ? sourced(adjustment.id, adjustmentPostings(draft, accountOf(draft.attempt)))
        : []),
    ],
  };
}

function sourced(source: bigint, postings: readonly Posting[]): SourcedPosting[] {
  return postings.map((posting) => ({ seq: 0, ...posting, source }));
}

/** The order as it stands after a step was applied: the same that reading it again would give. */
export function afterStep(
  prepared: PreparedStep,
  applied: { readonly fence: number; readonly atMs: number },
): OrderRecord {
  const { order, step, next, adjustment } = prepared;
  const { atMs, fence } = applied;
  return {
    facts: order.facts,
    progress: progressAfter(order.progress, step, { atMs, fence, retried: next !== undefined }),
    attempts: [
      ...order.attempts.map((attempt) => attemptAfter(attempt, step, atMs)),
      ...(next ? [newAttempt(next, { number: step.attempt + 1, atMs })] : []),
    ],
    adjustments: adjustment
      ? [...order.adjustments, { ...adjustment, createdAtMs: atMs } satisfies Adjustment]
      : order.adjustments,
    voucher: order.voucher ?? step.voucher,
  };
}

function progressAfter(
  before: Progress,
  step: Step,
  after: { readonly atMs: number; readonly fence: number; readonly retried: boolean },
): Progress {
  const state = step.state ?? before.state;
  return {
    state,
    fence: after.fence,
    attempt: after.retried ? step.attempt + 1 : before.attempt,
    doubtSinceMs:
      step.state === 'DISPATCHING'
        ? undefined
        : step.state === 'IN_DOUBT' || step.state === 'REVIEW'
          ? (before.doubtSinceMs ?? after.atMs)
          : before.doubtSinceMs,
    failure: step.state ? step.failure : before.failure,
    deliveredAmount: step.state ? step.delivered?.amount : before.deliveredAmount,
    providerReference: step.delivered?.providerReference ?? before.providerReference,
    completedAtMs: step.state && isTerminal(step.state) ? after.atMs : before.completedAtMs,
    delayedAtMs: step.event?.type === 'order.delayed' ? after.atMs : before.delayedAtMs,
  };
}

function attemptAfter(attempt: Attempt, step: Step, atMs: number): Attempt {
  const said = step.evidence.filter((one) => (one.attempt ?? step.attempt) === attempt.number);
  const told = [...attempt.evidence, ...said.map((one) => ({ receivedAtMs: atMs, ...one }))];
  if (attempt.number !== step.attempt) return said.length === 0 ? attempt : { ...attempt, evidence: told };
  return {
    ...attempt,
    state: step.attemptState ?? attempt.state,
    sentAtMs: sentAfter(attempt, step, atMs),
    evidence: told,
  };
}

/** What may have been sent by somebody else, before a restore, counts from now. */
function sentAfter({ sentAtMs }: Attempt, { attemptState }: Step, atMs: number): number | undefined {
  if (attemptState === 'SENDING') return atMs;
  return attemptState === 'UNKNOWN' ? (sentAtMs ?? atMs) : sentAtMs;
}

export function newAttempt(
  draft: DraftAttempt,
  made: { readonly number: number; readonly atMs: number; readonly sending?: boolean },
): Attempt {
  return {
    number: made.number,
    provider: draft.provider,
    sku: draft.sku,
    epoch: draft.epoch,
    instructionHash: draft.instructionHash,
    providerCost: draft.providerCost,
    providerCostWallet: draft.providerCostWallet,
    state: made.sending ? 'SENDING' : 'READY',
    createdAtMs: made.atMs,
    sentAtMs: made.sending ? made.atMs : undefined,
    evidence: [],
  };
}
