/** What a step makes of an order's rows, and the constraints that the tables hold it to. */
import type { Attempt, Progress } from '../../src/orders/order.ts';
import type { PreparedStep } from '../../src/orders/settle-order.ts';
import { hasEnded, type ModelCase, ModelFault, type ModelOrder } from './model-rows.ts';

const LIVE = ['READY', 'SENDING', 'PENDING', 'UNKNOWN', 'CONFLICT'];

/** Whether a step may be written: its fence is the row's, and it changes nothing that has ended. */
export function isApplicable(
  order: ModelOrder,
  { order: read, step, adjustment }: PreparedStep,
  blocked: boolean,
) {
  if (order.progress.fence !== read.progress.fence) return false;
  if (step.state !== undefined && hasEnded(order.progress.state)) return false;
  if (step.attemptState === 'SENDING' && blocked) return false;
  return !adjustment || order.adjustments.every((made) => made.cause !== adjustment.cause);
}

export function advanced(before: ModelOrder, prepared: PreparedStep, nowMs: number): ModelOrder {
  const { step, adjustment } = prepared;
  const state = step.state ?? before.progress.state;
  const after: ModelOrder = {
    facts: before.facts,
    progress: progressAfter(before.progress, prepared, nowMs),
    attempts: attemptsAfter(before.attempts, prepared, nowMs),
    adjustments: adjustment
      ? [...before.adjustments, { ...adjustment, createdAtMs: nowMs }]
      : before.adjustments,
    voucher: before.voucher ?? step.voucher,
    hold:
      step.state === 'DELIVERED'
        ? 'CAPTURED'
        : step.state === 'FAILED' || step.state === 'CANCELLED'
          ? 'RELEASED'
          : before.hold,
    eventSeq: before.eventSeq + (step.event ? 1 : 0),
    nextWakeupMs: hasEnded(state)
      ? undefined
      : step.wakeupMs === undefined
        ? before.nextWakeupMs
        : nowMs + step.wakeupMs,
    cases: casesAfter(before.cases, prepared, nowMs),
  };
  assertTables(after);
  return after;
}

function progressAfter(before: Progress, { step, next }: PreparedStep, nowMs: number): Progress {
  const { state } = step;
  const doubts = state === 'IN_DOUBT' || state === 'REVIEW';
  return {
    state: state ?? before.state,
    fence: before.fence + 1,
    attempt: next ? step.attempt + 1 : before.attempt,
    doubtSinceMs: doubts
      ? (before.doubtSinceMs ?? nowMs)
      : state === 'DISPATCHING'
        ? undefined
        : before.doubtSinceMs,
    failure: state ? step.failure : before.failure,
    deliveredAmount: state ? step.delivered?.amount : before.deliveredAmount,
    providerReference: step.delivered?.providerReference ?? before.providerReference,
    completedAtMs: state && hasEnded(state) ? nowMs : before.completedAtMs,
    delayedAtMs: step.event?.type === 'order.delayed' ? nowMs : before.delayedAtMs,
  };
}

function attemptsAfter(before: readonly Attempt[], { step, next }: PreparedStep, nowMs: number): Attempt[] {
  const told = before.map((attempt): Attempt => {
    const said = step.evidence.filter((one) => (one.attempt ?? step.attempt) === attempt.number);
    if (said.length === 0) return attempt;
    // When it was said, which may be before it could be written; never after.
    const dated = said.map(({ attempt: _about, voucher: _voucher, rawHash: _hash, ...one }) => ({
      ...one,
      receivedAtMs: Math.min(nowMs, Math.round(one.receivedAtMs ?? nowMs)),
    }));
    return { ...attempt, evidence: [...attempt.evidence, ...dated] };
  });
  const moved = told.map((attempt): Attempt => {
    const { attemptState } = step;
    const isOver = attempt.state === 'CONFIRMED' || attempt.state === 'REFUSED';
    if (attempt.number !== step.attempt || !attemptState || isOver) return attempt;
    const sentAtMs =
      attemptState === 'SENDING'
        ? nowMs
        : attemptState === 'UNKNOWN'
          ? (attempt.sentAtMs ?? nowMs)
          : attempt.sentAtMs;
    return { ...attempt, state: attemptState, sentAtMs };
  });
  if (!next) return moved;
  const number = step.attempt + 1;
  if (moved.some((attempt) => attempt.number === number)) throw new ModelFault('23505', 'an attempt twice');
  return [
    ...moved,
    { ...next, number, state: 'READY', createdAtMs: nowMs, sentAtMs: undefined, evidence: [] },
  ];
}

/** A case of one reason is opened once in an order's life. */
function casesAfter(
  before: readonly ModelCase[],
  { step }: PreparedStep,
  nowMs: number,
): readonly ModelCase[] {
  const { openCase, closeCase } = step;
  const opened =
    openCase && before.every(({ reason }) => reason !== openCase)
      ? [...before, { reason: openCase, openedAtMs: nowMs, closedAtMs: undefined }]
      : before;
  return closeCase ? opened.map((one) => ({ ...one, closedAtMs: one.closedAtMs ?? nowMs })) : opened;
}

/** The constraints and unique indexes of `order_progress` and `attempts`. */
function assertTables({ progress, attempts, nextWakeupMs }: ModelOrder): void {
  const { state } = progress;
  const broken = [
    attempts.filter((one) => LIVE.includes(one.state)).length > 1 && 'two attempts are live',
    attempts.filter((one) => one.state === 'CONFIRMED').length > 1 && 'two attempts are confirmed',
    (nextWakeupMs === undefined) !== hasEnded(state) && 'a wake-up that is missing or too many',
    (progress.completedAtMs !== undefined) !== hasEnded(state) && 'completed without an end',
    (progress.failure !== undefined) !== (state === 'FAILED') && 'a failure code out of place',
    (progress.deliveredAmount !== undefined) !== (state === 'DELIVERED') && 'an amount out of place',
    attempts.some((one) => one.sentAtMs === undefined && !['READY', 'REFUSED'].includes(one.state)) &&
      'sent at no time',
  ].find(Boolean);
  if (broken) throw new ModelFault('23514', broken);
}
