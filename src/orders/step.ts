/** One decided change of one order, and the steps that several decisions share. */
import {
  type Evidence,
  FAILURE_CODES,
  type FailureCode,
  type RefusalMeaning,
  type Voucher,
} from '../routing/connector.ts';
import type { AdjustmentDraft } from './adjust.ts';
import type { AttemptState } from './attempt.ts';
import type { OrderRecord, OrderState } from './order.ts';

/** Evidence as a step writes it. */
export interface SaidEvidence extends Evidence {
  readonly attempt?: number;
  readonly receivedAtMs?: number;
}

/** One atomic change of one order. Absent fields stay as they are. */
export interface Step {
  readonly attempt: number;
  readonly attemptState?: AttemptState;
  readonly state?: OrderState;
  /** Until the order is due again; absent for terminal orders, and where the wake-up stays as it is. */
  readonly wakeupMs?: number;
  readonly failure?: FailureCode;
  /** A PIN that came with the evidence; kept once. */
  readonly voucher?: Voucher;
  readonly delivered?: {
    readonly amount: bigint;
    readonly providerReference?: string;
  };
  /** About the step's attempt, unless it names another. Its time is when it was said, by the database's clock. */
  readonly evidence: readonly SaidEvidence[];
  /** A new READY attempt over one of the routes that are left. */
  readonly retry?: true;
  readonly openCase?: 'conflict' | 'unmapped' | 'in_doubt_too_long' | 'dispatching_too_long';
  readonly closeCase?: true;
  readonly adjustment?: AdjustmentDraft;
  readonly event?: {
    readonly type: EventType;
    readonly body: Readonly<Record<string, string | number | boolean>>;
  };
}

/** Types of the events of an order; docs/EVENTS.md tells each. */
export const ORDER_EVENTS = {
  'order.accepted': 'The order is stored and its cost is held.',
  'order.dispatched': 'The first attempt is about to be sent.',
  'order.retried': 'An attempt was refused for now; another one follows.',
  'order.in_doubt': 'The provider has not said how it ended; the switch verifies.',
  'order.delayed': 'Still under way five minutes after it was accepted: an outage, or a doubt. Told once.',
  'order.review': 'A person has to look at the order.',
  'order.delivered': 'Delivered; the hold is captured.',
  'order.failed': 'Not delivered; the hold is released.',
  'order.cancelled': 'Cancelled while nothing was under way; the hold is released.',
  'order.adjusted':
    'Something after the end: a reversal, a late or a partial delivery, a refund, a correction.',
} as const;
export type EventType = keyof typeof ORDER_EVENTS;

/** Refused for good: the hold is released. */
export function failed(number: number, meaning: RefusalMeaning): Step {
  return {
    attempt: number,
    attemptState: 'REFUSED',
    state: 'FAILED',
    failure: meaning.failure,
    evidence: [],
    event: {
      type: 'order.failed',
      body: { code: meaning.failure, user_fixable: FAILURE_CODES[meaning.failure].userFixable },
    },
  };
}

/** Whoever watches should know; nothing changes, and the order is due again at once. */
export function delayedStep(number: number): Step {
  return {
    attempt: number,
    wakeupMs: 0,
    evidence: [],
    event: { type: 'order.delayed', body: { attempt: number } },
  };
}

/** Only an adjustment of what has ended. */
export function adjustedStep(adjustment: AdjustmentDraft): Step {
  const { attempt, cause } = adjustment;
  return { attempt, evidence: [], adjustment, event: { type: 'order.adjusted', body: { cause, attempt } } };
}

/** A person has to look; the hold stays and the loop goes on. */
export function reviewStep(number: number, reason: NonNullable<Step['openCase']>, wakeupMs: number): Step {
  return {
    attempt: number,
    state: 'REVIEW',
    openCase: reason,
    wakeupMs,
    evidence: [],
    event: { type: 'order.review', body: { reason } },
  };
}

/** An order that leaves review closes its case. */
export function closing(order: OrderRecord): { closeCase?: true } {
  return order.progress.state === 'REVIEW' ? { closeCase: true } : {};
}
