/**
 * A correction: what two people post between the platform and the customer of an order that has ended, once. It gives
 * at most what the customer still has paid, and takes back at most what adjustments have given. Pure.
 */
import type { Minor } from '../../core/money.ts';
import { adjustAfter, givenBack, stillPaid } from '../adjust.ts';
import { isTerminal, type OrderRecord } from '../order.ts';
import { adjustedStep, type Step } from '../step.ts';

export type WhyNotCorrected =
  | 'not_ended'
  | 'corrected_already'
  | 'moves_nothing'
  | 'more_than_paid'
  | 'more_than_given_back'
  | 'more_than_available';

/** `availableMinor`: what the order's wallet can pay now. Undefined where the correction fits the order as it stands. */
export function whyNotCorrected(
  order: OrderRecord,
  amount: Minor,
  availableMinor: Minor,
): WhyNotCorrected | undefined {
  const { state } = order.progress;
  if (!isTerminal(state)) return 'not_ended';
  if (order.adjustments.some(({ cause }) => cause === 'CORRECTION')) return 'corrected_already';
  if (amount === 0n) return 'moves_nothing';
  // Of what was not delivered nothing was ever paid.
  const paid = state === 'DELIVERED' ? stillPaid(order) : 0n;
  if (amount > paid) return 'more_than_paid';
  if (-amount > givenBack(order)) return 'more_than_given_back';
  return -amount > availableMinor ? 'more_than_available' : undefined;
}

/** Undefined where it does not fit any more, or was made. */
export function onCorrection(order: OrderRecord, amount: Minor, availableMinor: Minor): Step | undefined {
  if (whyNotCorrected(order, amount, availableMinor)) return undefined;
  const adjustment = adjustAfter(order, order.progress.attempt, { corrected: amount });
  return adjustment && adjustedStep(adjustment);
}
