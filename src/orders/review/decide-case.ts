/**
 * What a decision of two people makes of an order in review. It is evidence like any other, the last one. Delivered
 * needs an attempt that can have delivered; where the last attempt was refused, an earlier delivery that came to light
 * stays what it is: late, and the platform's loss.
 */
import { adjustAfter } from '../adjust.ts';
import { attemptOf, type OrderRecord } from '../order.ts';
import { failed, type SaidEvidence, type Step } from '../step.ts';

export type Decision = 'delivered' | 'failed';

const CODE = 'DECIDED';
/** An attempt that was sent and has not ended: it may have delivered. */
const OPEN_STATES: readonly string[] = ['PENDING', 'UNKNOWN', 'CONFLICT'];

/** Whether the order, as it stands, can be decided so. */
export function isDecidable(order: OrderRecord, outcome: Decision): boolean {
  if (order.progress.state !== 'REVIEW' || isBeingSent(order)) return false;
  return outcome === 'failed' || isOpen(order);
}

/** Its last attempt is on its way at this moment: nobody can know yet what becomes of it. */
export function isBeingSent(order: OrderRecord): boolean {
  return attemptOf(order, order.progress.attempt)?.state === 'SENDING';
}

/**
 * Undefined where it cannot be: the order has ended or gone on, or something left after the decision was asked for, of
 * which whoever asked knew nothing.
 */
export function onDecision(order: OrderRecord, outcome: Decision, askedAtMs: number): Step | undefined {
  if (!isDecidable(order, outcome)) return undefined;
  const sentAtMs = attemptOf(order, order.progress.attempt)?.sentAtMs;
  if (isOpen(order) && sentAtMs !== undefined && sentAtMs > askedAtMs) return undefined;
  const { attempt } = order.progress;
  const said = (verdict: 'delivered' | 'refused'): SaidEvidence => ({
    source: 'decision',
    verdict,
    code: CODE,
  });
  if (outcome === 'delivered') {
    return {
      attempt,
      attemptState: 'CONFIRMED',
      state: 'DELIVERED',
      delivered: { amount: order.facts.receiveAmount },
      closeCase: true,
      evidence: [said('delivered')],
      event: { type: 'order.delivered', body: { attempt } },
    };
  }
  const late = order.attempts.find(
    ({ state, evidence }) => state === 'REFUSED' && evidence.some(({ verdict }) => verdict === 'delivered'),
  );
  const adjustment = late && adjustAfter(order, late.number, 'late');
  return {
    ...failed(attempt, { failure: 'not_delivered', retryable: false }),
    closeCase: true,
    evidence: [said('refused')],
    ...(adjustment && { adjustment }),
  };
}

function isOpen(order: OrderRecord): boolean {
  return OPEN_STATES.includes(attemptOf(order, order.progress.attempt)?.state ?? '');
}
