/** An attempt that a line of a statement may be about, made up: delivered in full, named by our reference. */
import type { Candidate } from '../../src/reconciliation/match.ts';

export const SENT_AT_MS = Date.UTC(2026, 10, 21, 12);

export const MADE_CANDIDATE: Candidate = {
  by: 'our_reference',
  accountId: 1n,
  orderId: 2n,
  attempt: 1,
  epoch: 2,
  state: 'CONFIRMED',
  inReview: false,
  sentAtMs: SENT_AT_MS,
  asked: 1000n,
  delivered: 1000n,
  currency: 'HTG',
  providerCost: 920n,
  isLate: false,
  isReversed: false,
  heardDelivered: true,
  told: [],
};
