/**
 * What a pretend operator does with a top-up, as data. The last four digits of the recipient choose a plan when
 * the top-up is submitted; the plan's name stands in the journal, so a restart carries on with the same plan.
 *
 * A plan is a list of steps at fixed delays from the submission, and how the outside hears of them: whether the
 * submission is answered, what a status query sees, which callbacks are sent once the last step is done.
 */
import { CODES, type TopupStatus } from '../protocols/sandbox/wire.ts';

export interface Step {
  readonly afterMs: number;
  /** The line in the journal, and the status from then on. */
  readonly event: 'delivered' | 'refused' | 'reversed';
  readonly code: string;
  /** How much reaches the recipient: all of the amount, or half of it, minor units rounded down. */
  readonly share: 'full' | 'half' | 'none';
}

export interface CallbackPlan {
  /** Tells the callbacks of one top-up apart; the same number is the same callback, sent again. */
  readonly number: number;
  readonly status: TopupStatus;
}

export interface Scenario {
  readonly steps: readonly Step[];
  /** `lost`: the connection is closed without an answer. `garbage`: 200 with something that is no answer. */
  readonly answer: 'told' | 'lost' | 'garbage';
  /** How many steps must be done before the submission is answered. */
  readonly answeredAfterSteps: number;
  /** What a status query finds: the truth, nothing (404), or no answer at all for `silentForMs`. */
  readonly statusQuery: 'told' | 'not_found' | 'silent_at_first';
  /** Sent after the last step, in this order, each repeated until it is acknowledged. */
  readonly callbacks: readonly CallbackPlan[];
}

/** How long the status queries of plan `silent` stay unanswered, counted from the submission. */
export const SILENT_MS = 30_000;
/** How often plan `out_of_service` refuses the attempts of one order before it delivers. */
const OUT_OF_SERVICE_TIMES = 2;

const SLOW_MS = 2_000;
const PENDING_MS = 5_000;
const REVERSED_AFTER_MS = 10_000;
const LATE_MS = 5_000;

const delivered = { afterMs: 0, event: 'delivered', code: CODES.delivered, share: 'full' } as const;
const answered = {
  answer: 'told',
  answeredAfterSteps: 1,
  statusQuery: 'told',
  callbacks: [],
} as const satisfies Omit<Scenario, 'steps'>;
const calledBack = (status: TopupStatus) => [{ number: 1, status }];

function refused(code: string): Step {
  return { afterMs: 0, event: 'refused', code, share: 'none' };
}

const SCENARIOS = {
  delivered: { ...answered, steps: [delivered] },
  slow: { ...answered, steps: [{ ...delivered, afterMs: SLOW_MS }] },
  no_such_number: { ...answered, steps: [refused(CODES.noSuchNumber)] },
  barred: { ...answered, steps: [refused(CODES.barred)] },
  wrong_operator: { ...answered, steps: [refused(CODES.wrongOperator)] },
  answer_lost: { ...answered, steps: [delivered], answer: 'lost' },
  nothing_done: { ...answered, steps: [], answeredAfterSteps: 0, answer: 'lost', statusQuery: 'not_found' },
  pending_delivered: {
    ...answered,
    steps: [{ ...delivered, afterMs: PENDING_MS }],
    answeredAfterSteps: 0,
    callbacks: calledBack('delivered'),
  },
  pending_refused: {
    ...answered,
    steps: [{ ...refused(CODES.pendingRefused), afterMs: PENDING_MS }],
    answeredAfterSteps: 0,
    callbacks: calledBack('refused'),
  },
  noisy: {
    ...answered,
    steps: [delivered],
    callbacks: [...calledBack('delivered'), ...calledBack('delivered'), { number: 0, status: 'pending' }],
  },
  garbage: { ...answered, steps: [delivered], answer: 'garbage' },
  reversed: {
    ...answered,
    steps: [
      delivered,
      { afterMs: REVERSED_AFTER_MS, event: 'reversed', code: CODES.reversed, share: 'none' },
    ],
    callbacks: calledBack('reversed'),
  },
  refused_late: {
    ...answered,
    steps: [refused(CODES.refusedLate), { ...delivered, afterMs: LATE_MS }],
    callbacks: calledBack('delivered'),
  },
  half: { ...answered, steps: [{ ...delivered, share: 'half' }] },
  silent: { ...answered, steps: [delivered], answer: 'lost', statusQuery: 'silent_at_first' },
  out_of_service: { ...answered, steps: [refused(CODES.outOfService)] },
} as const satisfies Record<string, Scenario>;

export type PlanName = keyof typeof SCENARIOS;

/** 9004 is missing on purpose: the provider's configuration sends those numbers to a closed port. */
const PLAN_BY_DIGITS: Readonly<Record<string, PlanName>> = {
  '9000': 'slow',
  '9001': 'no_such_number',
  '9002': 'barred',
  '9003': 'wrong_operator',
  '9005': 'answer_lost',
  '9006': 'nothing_done',
  '9007': 'pending_delivered',
  '9008': 'pending_refused',
  '9009': 'noisy',
  '9010': 'garbage',
  '9011': 'reversed',
  '9012': 'refused_late',
  '9013': 'half',
  '9014': 'silent',
  '9015': 'out_of_service',
};

/** `refusedBefore`: how often this order was already refused as out of service. */
export function choosePlan(digits: string | undefined, refusedBefore: number): PlanName {
  const plan = PLAN_BY_DIGITS[digits ?? ''] ?? 'delivered';
  return plan === 'out_of_service' && refusedBefore >= OUT_OF_SERVICE_TIMES ? 'delivered' : plan;
}

export function scenarioOf(plan: PlanName): Scenario {
  return SCENARIOS[plan];
}

export function isPlanName(name: unknown): name is PlanName {
  return typeof name === 'string' && Object.hasOwn(SCENARIOS, name);
}
