/**
 * What follows a terminal state, as linked adjustments: each cause once per order, the order itself untouched.
 * Late deliveries are the platform's loss; a reversal or a partial delivery gives the customer the rest back. So does a
 * dispute that was decided for the customer: what the provider is owed stays until the provider itself takes it back.
 * What goes back is never more than the customer still has paid, whatever came before it.
 */
import { assert } from '../core/assert.ts';
import type { Minor } from '../core/money.ts';
import {
  capturePostings,
  correctionPostings,
  type LedgerAccount,
  lateDeliveryPostings,
  type OrderFigures,
  type Posting,
  refundPostings,
  remainingPart,
  undeliveredPart,
} from '../wallet/posting.ts';
import { type AdjustmentCause, attemptOf, type OrderRecord } from './order.ts';

/** An adjustment as decided: the store gives it an id. */
export interface AdjustmentDraft {
  readonly cause: AdjustmentCause;
  readonly attempt: number;
  /** The part of the order's figures that it moves. */
  readonly part: OrderFigures;
}

type Cause =
  | 'reversed'
  | 'late'
  | 'disputed'
  | { readonly delivered: Minor }
  /** What two people give the customer; below zero, take back. */
  | { readonly corrected: Minor };

const CAUSES = {
  reversed: 'OPERATOR_REVERSAL',
  late: 'LATE_DELIVERY',
  disputed: 'DISPUTE_REFUND',
} as const satisfies Record<Extract<Cause, string>, AdjustmentCause>;

/** The adjustment that a fact after (or with) the end calls for; undefined when there is none, or it was made. */
export function adjustAfter(order: OrderRecord, attempt: number, what: Cause): AdjustmentDraft | undefined {
  const cause = typeof what === 'string' ? CAUSES[what] : 'delivered' in what ? 'PARTIAL' : 'CORRECTION';
  if (order.adjustments.some((made) => made.cause === cause)) return undefined;
  const figures = figuresOf(order, attempt);
  const part = partOf(order, figures, what);
  return part && { cause, attempt, part };
}

export function figuresOf(order: OrderRecord, attemptNumber: number): OrderFigures {
  const { facts } = order;
  const attempt = attemptOf(order, attemptNumber);
  assert(attempt, `order ${facts.id} has no attempt ${attemptNumber}`);
  return {
    cost: facts.cost,
    commission: facts.commission,
    shares: (facts.pricing.shares ?? []).map(({ account, amount }) => ({
      accountId: BigInt(account),
      amount: BigInt(amount),
    })),
    currency: facts.currency,
    providerCost: attempt.providerCost,
    providerCurrency: facts.receiveCurrency,
    providerCostWallet: attempt.providerCostWallet,
  };
}

export function capturedPostings(
  order: OrderRecord,
  attempt: number,
  providerAccount: LedgerAccount,
): Posting[] {
  return capturePostings(figuresOf(order, attempt), providerAccount);
}

export function adjustmentPostings(draft: AdjustmentDraft, providerAccount: LedgerAccount): Posting[] {
  switch (draft.cause) {
    case 'LATE_DELIVERY':
      return lateDeliveryPostings(draft.part, providerAccount);
    case 'CORRECTION':
      return correctionPostings(draft.part);
    default:
      return refundPostings(draft.part, providerAccount);
  }
}

/** What the customer's wallet gains by an adjustment, in its currency. */
export function walletGain(draft: AdjustmentDraft): Minor {
  return draft.cause === 'LATE_DELIVERY' ? 0n : draft.part.cost - draft.part.commission;
}

/** What adjustments have given the customer, less what they have taken back. */
export function givenBack({ adjustments }: OrderRecord): Minor {
  return adjustments.reduce((sum, { amount }) => sum + amount, 0n);
}

/** What a delivered order has cost its customer by now: its cost, less its commission and what came back. */
export function stillPaid(order: OrderRecord): Minor {
  return order.facts.cost - order.facts.commission - givenBack(order);
}

function partOf(order: OrderRecord, whole: OrderFigures, what: Cause): OrderFigures | undefined {
  const ordered = order.facts.receiveAmount;
  if (what === 'late') return whole;
  if (typeof what === 'string') return refundedPart(order, whole, what);
  if ('corrected' in what) return { ...remainingPart(whole, whole), cost: what.corrected };
  return what.delivered < ordered
    ? undeliveredPart(whole, { delivered: what.delivered, ordered })
    : undefined;
}

/** What nobody has given back yet. A correction has moved what is paid, and nothing else of the order's figures. */
function refundedPart(
  order: OrderRecord,
  whole: OrderFigures,
  what: 'reversed' | 'disputed',
): OrderFigures | undefined {
  const ordered = order.facts.receiveAmount;
  const delivered = order.progress.deliveredAmount ?? ordered;
  const left =
    delivered < ordered ? remainingPart(whole, undeliveredPart(whole, { delivered, ordered })) : whole;
  const has = (cause: AdjustmentCause) => order.adjustments.some((made) => made.cause === cause);
  const paid = stillPaid(order);
  const isReversed = has('OPERATOR_REVERSAL');
  if (isReversed && paid === 0n) return undefined;
  const rest = isReversed
    ? remainingPart(left, left)
    : has('DISPUTE_REFUND')
      ? remainingPart(left, customersPart(left))
      : left;
  const part = what === 'disputed' ? customersPart(rest) : rest;
  return { ...part, cost: part.commission + paid };
}

/** What is between the customer, those above it and the platform; the provider has no part in it. */
function customersPart(figures: OrderFigures): OrderFigures {
  return { ...figures, providerCost: 0n, providerCostWallet: 0n };
}
