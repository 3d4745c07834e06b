/** What is said of an attempt that has ended, or of an order that has. Pure. */
import { type Capability, type Evidence, refusalMeaning } from '../routing/connector.ts';
import { adjustAfter } from './adjust.ts';
import { isStated, NO_TRACE } from './attempt.ts';
import { type Attempt, attemptOf, type DatedEvidence, isTerminal, type OrderRecord } from './order.ts';
import { REVIEW_EVERY_MS } from './schedule.ts';
import { closing, failed, reviewStep, type Step } from './step.ts';

/**
 * Evidence about something that has ended. What was known is not written again; what is new or contradicts is kept,
 * and makes an adjustment once per cause. A delivery that comes to light while a retry has not left yet stops it.
 */
export function afterTheEnd(
  order: OrderRecord,
  attempt: Attempt,
  said: DatedEvidence,
  capability: Capability,
): Step | undefined {
  const { state, number } = attempt;
  const ended = isTerminal(order.progress.state);
  const taken = state === 'CONFIRMED' && said.verdict === 'reversed';
  const late = state === 'REFUSED' && said.verdict === 'delivered';
  const adjustment = taken || late ? adjustAfter(order, number, taken ? 'reversed' : 'late') : undefined;
  const isKnown = attempt.evidence.some((one) => one.verdict === said.verdict && one.code === said.code);
  if (!ended && nothingIsOut(order)) {
    const isDisputed = order.progress.state === 'REVIEW' && attempt.evidence.some(isDelivery);
    if (isStated(said) && (late || isDisputed)) return endStated(order, said, number);
    if (late) return isKnown ? undefined : stopRetry(order, said, number);
  }
  const voucher = state === 'CONFIRMED' && order.voucher === undefined ? said.voucher : undefined;
  const contrary =
    taken ||
    late ||
    (state === 'CONFIRMED' &&
      said.verdict === 'refused' &&
      (isStated(said) || refusalMeaning(capability, said.code)));
  if (!adjustment && !voucher && (isKnown || !contrary)) return undefined;
  return {
    attempt: number,
    evidence: [said],
    ...(voucher ? { voucher } : {}),
    ...(adjustment
      ? { adjustment, event: { type: 'order.adjusted', body: { cause: adjustment.cause, attempt: number } } }
      : {}),
  };
}

/** The order's last attempt has not left, or has been refused: nothing of it can be delivered at the moment. */
function nothingIsOut(order: OrderRecord): boolean {
  const last = attemptOf(order, order.progress.attempt);
  return last?.state === 'READY' || last?.state === 'REFUSED';
}

/** Refused, then delivered all the same, and not tried again yet: a contradiction before the end, for a person. */
function stopRetry(order: OrderRecord, said: DatedEvidence, about: number): Step {
  return {
    ...reviewStep(order.progress.attempt, 'conflict', REVIEW_EVERY_MS),
    ...superseding(order, said, about),
  };
}

/** The same contradiction, where the provider's statement has the last word: there is nothing left to look at. */
function endStated(order: OrderRecord, said: DatedEvidence, about: number): Step {
  const adjustment = said.verdict === 'delivered' ? adjustAfter(order, about, 'late') : undefined;
  return {
    ...failed(order.progress.attempt, NO_TRACE),
    ...closing(order),
    ...superseding(order, said, about),
    ...(adjustment && { adjustment }),
  };
}

/** A retry that has not left never will. */
function superseding(
  order: OrderRecord,
  said: DatedEvidence,
  about: number,
): Pick<Step, 'attemptState' | 'evidence'> {
  const told = { ...said, attempt: about };
  if (attemptOf(order, order.progress.attempt)?.state !== 'READY') return { evidence: [told] };
  const unsent = { source: 'recovery', verdict: 'unsent', code: 'SUPERSEDED' } as const;
  return { attemptState: 'REFUSED', evidence: [told, unsent] };
}

function isDelivery({ verdict }: Evidence): boolean {
  return verdict === 'delivered' || verdict === 'reversed';
}
