/**
 * The engine's mind: given an order, what has happened and the time, the one next step. Pure; `settle-order.ts`
 * applies what is decided here, `wake-up.ts` asks when a row is due.
 *
 * | from                  | when                                                | to                      |
 * |-----------------------|-----------------------------------------------------|-------------------------|
 * | ACCEPTED              | dispatched                                          | DISPATCHING             |
 * | any of the living     | cancelled while the attempt is READY                | CANCELLED               |
 * | DISPATCHING           | attempt PENDING or UNKNOWN                          | IN_DOUBT                |
 * | any of the living     | attempt CONFIRMED                                   | DELIVERED, hold captured|
 * | DISPATCHING, IN_DOUBT | attempt REFUSED, retryable, before the deadline     | DISPATCHING, new attempt|
 * | DISPATCHING, IN_DOUBT | attempt REFUSED otherwise                           | FAILED, hold released   |
 * | IN_DOUBT              | CONFLICT, 24 h, or 15 min of unmapped answers       | REVIEW                  |
 * | DISPATCHING           | 24 h old                                            | REVIEW                  |
 * | REVIEW                | the provider's statement, also after CONFLICT       | DELIVERED or FAILED     |
 *
 * An order in doubt has no deadline, and unknown is never turned into an outcome by a timer.
 */
import { assert } from '../core/assert.ts';
import type { Capability, Evidence, RefusalMeaning } from '../routing/connector.ts';
import { adjustAfter } from './adjust.ts';
import { afterTheEnd } from './after-the-end.ts';
import { type Fold, foldAttempt, isOver, isStated } from './attempt.ts';
import { type Doubt, restoredStep, reviewReason, verifyIn } from './doubt.ts';
import { type Attempt, attemptOf, type DatedEvidence, isTerminal, type OrderRecord } from './order.ts';
import {
  BLOCKED_EVERY_MS,
  DELAYED_AFTER_MS,
  POSTPONE_MS,
  planRetry,
  REVIEW_AFTER_MS,
  REVIEW_EVERY_MS,
} from './schedule.ts';
import { closing, delayedStep, failed, reviewStep, type SaidEvidence, type Step } from './step.ts';

export interface Circumstances extends Doubt {
  /** Whether any route is left that could deliver the product; asked only after a refusal. */
  readonly routeLeft: () => boolean;
}

/** Someone said something about an attempt. Undefined when nothing follows from it. */
export function onEvidence(
  order: OrderRecord,
  number: number,
  said: SaidEvidence,
  now: Circumstances,
): Step | undefined {
  const attempt = attemptOf(order, number);
  assert(attempt, `evidence about an attempt that order ${order.facts.id} does not have: ${number}`);
  const dated: DatedEvidence = { ...said, receivedAtMs: said.receivedAtMs ?? now.nowMs };
  if (isTerminal(order.progress.state) || isOver(attempt.state))
    return afterTheEnd(order, attempt, dated, now.capability);
  // Nothing has left yet, so nobody can have done anything: whoever speaks of it is mistaken.
  if (attempt.state === 'READY' && said.verdict !== 'unsent') return undefined;
  // After a contradiction only a person or a statement decides; what else is said is kept as evidence.
  if (attempt.state === 'CONFLICT' && !isStated(dated))
    return { attempt: number, evidence: [dated], wakeupMs: REVIEW_EVERY_MS };
  const told: Attempt = { ...attempt, evidence: [...attempt.evidence, dated] };
  const fold = foldAttempt(told.evidence, { capability: now.capability, sentAtMs: attempt.sentAtMs });
  return { ...next(order, told, fold, now), evidence: [dated] };
}

export type Wakeup =
  | { readonly kind: 'send'; readonly step: Step }
  | { readonly kind: 'query'; readonly attempt: number; readonly first?: Step }
  | { readonly kind: 'step'; readonly step: Step };

export interface WakeupCircumstances extends Circumstances {
  readonly sendingBlocked: boolean;
  /** Of the references that leave now. */
  readonly epoch: number;
  readonly sendLeaseMs: number;
  /** Whether the provider serves at the moment; asked right before it would be sent. */
  readonly maySend: () => boolean;
  /** Asked only for a retry; taking from an empty budget postpones. */
  readonly takeFromRetryBudget: () => boolean;
}

/** The order is due: its lease ran out, a retry or a query is scheduled, or its deadline has come. */
export function onWakeup(order: OrderRecord, now: WakeupCircumstances): Wakeup {
  const { progress, facts } = order;
  assert(!isTerminal(progress.state), `a terminal order is due: ${facts.id}`);
  const attempt = attemptOf(order, progress.attempt);
  assert(attempt, `order ${facts.id} has no attempt ${progress.attempt}`);
  const { number } = attempt;
  if (progress.delayedAtMs === undefined && now.nowMs - facts.createdAtMs >= DELAYED_AFTER_MS) {
    return { kind: 'step', step: delayedStep(number) };
  }
  switch (attempt.state) {
    case 'READY':
      return attempt.epoch < now.epoch
        ? { kind: 'step', step: restoredStep(order, attempt, now) }
        : wakeReady(order, attempt, now);
    case 'SENDING': {
      // The lease is over and nobody wrote what came of it: it may have been sent.
      const evidence: Evidence = { source: 'recovery', verdict: 'unknown', code: 'LEASE_EXPIRED' };
      const step = onEvidence(order, number, evidence, now);
      assert(step, 'a live attempt always has a next step');
      return { kind: 'step', step };
    }
    case 'PENDING':
    case 'UNKNOWN': {
      const reason = reviewReason(order, attempt, now);
      const first = reason && reviewStep(number, reason, verifyIn(order, attempt, now));
      return { kind: 'query', attempt: number, ...(first && { first }) };
    }
    case 'REFUSED':
      // In review it was stopped by a contradiction; only a decision ends it.
      if (progress.state === 'REVIEW')
        return { kind: 'step', step: { attempt: number, evidence: [], wakeupMs: REVIEW_EVERY_MS } };
      return {
        kind: 'step',
        step: { ...failed(number, refusalOf(attempt, now.capability)), ...closing(order) },
      };
    case 'CONFLICT':
      return { kind: 'step', step: { attempt: number, evidence: [], wakeupMs: REVIEW_EVERY_MS } };
    case 'CONFIRMED':
      throw new Error(`order ${facts.id} is live with a confirmed attempt`);
  }
}

/** The client asks to cancel: possible only while nothing is out that could still be delivered. */
export function onCancel(order: OrderRecord): Step | undefined {
  const attempt = attemptOf(order, order.progress.attempt);
  if (isTerminal(order.progress.state) || attempt?.state !== 'READY') return undefined;
  const evidence: Evidence = { source: 'recovery', verdict: 'unsent', code: 'CANCELLED' };
  return {
    attempt: attempt.number,
    attemptState: 'REFUSED',
    state: 'CANCELLED',
    ...closing(order),
    evidence: [evidence],
    event: { type: 'order.cancelled', body: {} },
  };
}

function wakeReady(order: OrderRecord, attempt: Attempt, now: WakeupCircumstances): Wakeup {
  const { progress, facts } = order;
  const { number } = attempt;
  if (facts.deadlineAtMs !== undefined && now.nowMs >= facts.deadlineAtMs) {
    const evidence: Evidence = { source: 'recovery', verdict: 'unsent', code: 'DEADLINE_PASSED' };
    const step = failed(number, { failure: 'operator_unavailable', retryable: false });
    return { kind: 'step', step: { ...step, ...closing(order), evidence: [evidence] } };
  }
  const wait = (wakeupMs: number): Wakeup => ({
    kind: 'step',
    step: { attempt: number, evidence: [], wakeupMs },
  });
  if (now.nowMs - facts.createdAtMs >= REVIEW_AFTER_MS && progress.state !== 'REVIEW') {
    return { kind: 'step', step: reviewStep(number, 'dispatching_too_long', POSTPONE_MS) };
  }
  if (now.sendingBlocked) return wait(untilDeadline(order, now.nowMs, BLOCKED_EVERY_MS));
  const lastTry = facts.deadlineAtMs !== undefined && now.nowMs + POSTPONE_MS >= facts.deadlineAtMs;
  // An outage is waited out; what would be its last try is made all the same.
  if (!lastTry && !now.maySend()) return wait(untilDeadline(order, now.nowMs, POSTPONE_MS));
  // The budget holds back a storm of retries; it never fails an order, so the last try is not asked.
  if (number > 1 && !lastTry && !now.takeFromRetryBudget())
    return wait(untilDeadline(order, now.nowMs, POSTPONE_MS));
  const dispatched = progress.state === 'ACCEPTED';
  return {
    kind: 'send',
    step: {
      attempt: number,
      attemptState: 'SENDING',
      wakeupMs: now.sendLeaseMs,
      evidence: [],
      ...(dispatched
        ? { state: 'DISPATCHING', event: { type: 'order.dispatched', body: { attempt: number } } }
        : {}),
    },
  };
}

function next(order: OrderRecord, attempt: Attempt, fold: Fold, now: Circumstances): Omit<Step, 'evidence'> {
  const { number } = attempt;
  switch (fold.state) {
    case 'CONFIRMED':
      return delivered(order, number, fold);
    case 'REFUSED':
      return refused(order, number, fold, now);
    case 'CONFLICT':
      return { ...reviewStep(number, 'conflict', REVIEW_EVERY_MS), attemptState: 'CONFLICT' };
    case 'PENDING':
    case 'UNKNOWN': {
      const step = {
        attempt: number,
        attemptState: fold.state,
        wakeupMs: verifyIn(order, attempt, now),
      } as const;
      if (order.progress.state !== 'DISPATCHING') return step;
      return { ...step, state: 'IN_DOUBT', event: { type: 'order.in_doubt', body: { attempt: number } } };
    }
    case 'SENDING':
      throw new Error('evidence leaves no attempt in SENDING');
  }
}

function delivered(
  order: OrderRecord,
  number: number,
  fold: Extract<Fold, { state: 'CONFIRMED' }>,
): Omit<Step, 'evidence'> {
  const { receiveAmount } = order.facts;
  // A provider that claims to have delivered more than was asked delivered what was asked.
  const amount =
    fold.deliveredAmount !== undefined && fold.deliveredAmount < receiveAmount
      ? fold.deliveredAmount
      : receiveAmount;
  const adjustment = adjustAfter(order, number, fold.reversed ? 'reversed' : { delivered: amount });
  return {
    attempt: number,
    attemptState: 'CONFIRMED',
    state: 'DELIVERED',
    delivered: {
      amount,
      ...(fold.providerReference === undefined ? {} : { providerReference: fold.providerReference }),
    },
    ...(fold.voucher === undefined ? {} : { voucher: fold.voucher }),
    ...closing(order),
    ...(adjustment ? { adjustment } : {}),
    event: {
      type: 'order.delivered',
      body: { attempt: number, ...(adjustment ? { adjusted: adjustment.cause } : {}) },
    },
  };
}

function refused(
  order: OrderRecord,
  number: number,
  fold: Extract<Fold, { state: 'REFUSED' }>,
  now: Circumstances,
): Omit<Step, 'evidence'> {
  const { meaning } = fold;
  if (!meaning.retryable || !now.routeLeft()) return { ...failed(number, meaning), ...closing(order) };
  const plan = planRetry(number, now.nowMs, order.facts.deadlineAtMs);
  switch (plan.kind) {
    case 'over':
      return { ...failed(number, meaning), ...closing(order) };
    case 'wait':
      return { attempt: number, attemptState: 'REFUSED', wakeupMs: plan.inMs };
    case 'retry':
      return {
        attempt: number,
        attemptState: 'REFUSED',
        ...(order.progress.state === 'REVIEW' ? {} : { state: 'DISPATCHING' }),
        retry: true,
        wakeupMs: plan.inMs,
        event: { type: 'order.retried', body: { attempt: number + 1, after: meaning.failure } },
      };
  }
}

function untilDeadline(order: OrderRecord, nowMs: number, waitMs: number): number {
  const { deadlineAtMs } = order.facts;
  return deadlineAtMs === undefined ? waitMs : Math.max(1, Math.min(waitMs, deadlineAtMs - nowMs));
}

/** The meaning of the refusal that a waiting order ends with. */
function refusalOf(attempt: Attempt, capability: Capability): RefusalMeaning {
  const fold = foldAttempt(attempt.evidence, { capability, sentAtMs: attempt.sentAtMs });
  return fold.state === 'REFUSED' ? fold.meaning : { failure: 'operator_unavailable', retryable: false };
}
