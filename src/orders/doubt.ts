/** When an attempt that may have been sent is asked about, and when a person has to look. Pure. */
import { type Capability, refusalMeaning } from '../routing/connector.ts';
import { countNotFound } from './attempt.ts';
import type { Attempt, OrderRecord } from './order.ts';
import { nextVerifyMs, REVIEW_AFTER_MS, UNMAPPED_AFTER_MS } from './schedule.ts';
import type { Step } from './step.ts';

export interface Doubt {
  readonly nowMs: number;
  readonly capability: Capability;
  /** Random in 0 .. 1. */
  readonly jitter: number;
}

/**
 * Why a person has to look at an order in doubt; undefined: not yet. The switch goes on asking, so what was a passing
 * word of the provider ends by itself.
 */
export function reviewReason(order: OrderRecord, attempt: Attempt, now: Doubt): Step['openCase'] {
  const { state, doubtSinceMs } = order.progress;
  if (state !== 'IN_DOUBT' || doubtSinceMs === undefined) return undefined;
  const elapsedMs = now.nowMs - doubtSinceMs;
  if (elapsedMs >= UNMAPPED_AFTER_MS && isUnmapped(attempt, now.capability)) return 'unmapped';
  return elapsedMs >= REVIEW_AFTER_MS ? 'in_doubt_too_long' : undefined;
}

/** The last answer of the provider is one that nobody has mapped; that there was none later says nothing. */
function isUnmapped({ evidence }: Attempt, capability: Capability): boolean {
  const last = evidence.findLast(({ verdict }) => verdict !== 'unknown');
  return (
    last?.verdict === 'unmapped' || (last?.verdict === 'refused' && !refusalMeaning(capability, last.code))
  );
}

/** The next query by the schedule, or after the record's spacing once a NOT_FOUND has begun to count. */
export function verifyIn(order: OrderRecord, attempt: Attempt, now: Doubt): number {
  const { capability } = now;
  const last = attempt.evidence.at(-1);
  if (
    last?.verdict === 'not_found' &&
    countNotFound(attempt.evidence, { capability, sentAtMs: attempt.sentAtMs }) > 0
  ) {
    return capability.notFoundSpacingSeconds * 1000;
  }
  const elapsedMs = order.progress.doubtSinceMs === undefined ? 0 : now.nowMs - order.progress.doubtSinceMs;
  return nextVerifyMs(elapsedMs, now.jitter);
}

/**
 * Ready under an older epoch: the books were restored from before it left, or it has never left. Its reference is not
 * used again, so it is verified like any other that may have been sent.
 */
export function restoredStep(order: OrderRecord, attempt: Attempt, now: Doubt): Step {
  const { number } = attempt;
  const step: Step = {
    attempt: number,
    attemptState: 'UNKNOWN',
    wakeupMs: verifyIn(order, attempt, now),
    evidence: [{ source: 'recovery', verdict: 'unknown', code: 'RESTORED' }],
  };
  if (order.progress.state === 'REVIEW') return step;
  const event = { type: 'order.in_doubt', body: { attempt: number } } as const;
  return { ...step, state: 'IN_DOUBT', event };
}
