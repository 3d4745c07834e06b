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
const OPEN_STATES: readonly string[] = ['SENDING', 'PENDING', 'UNKNOWN', 'CONFLICT'];

/** Whether the order, as it stands, can be decided so. */
export function isDecidable(order: OrderRecord, decision: Decision): boolean {
  if (order.progress.state !== 'REVIEW') return false;
  const state = attemptOf(order, order.progress.attempt)?.state ?? '';
  return decision === 'failed' || OPEN_STATES.includes(state);
}

/** Undefined where it cannot be: the order has ended, or has gone on. */
export function onDecision(order: OrderRecord, decision: Decision): Step | undefined {
  if (!isDecidable(order, decision)) return undefined;
  const { attempt } = order.progress;
  const said = (verdict: 'delivered' | 'refused'): SaidEvidence => ({
    source: 'decision',
    verdict,
    code: CODE,
  });
  if (decision === 'delivered') {
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
    ({ number, state, evidence }) =>
      number !== attempt && state === 'REFUSED' && evidence.some(({ verdict }) => verdict === 'delivered'),
  );
  const adjustment = late && adjustAfter(order, late.number, 'late');
  return {
    ...failed(attempt, { failure: 'not_delivered', retryable: false }),
    closeCase: true,
    evidence: [said('refused')],
    ...(adjustment && { adjustment }),
  };
}
