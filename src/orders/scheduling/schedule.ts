/**
 * A schedule is a wish for orders to come. It holds no money: when an occurrence is due, an order is placed as if it
 * were asked for then, under a reference that is made of the schedule and the occurrence, so that no crash doubles it.
 *
 *     active <-> paused
 *     active -> completed          (no occurrence is left)
 *     active, paused -> cancelled
 */
import type { AccountId, OrderId, ScheduleId } from '../../core/ids.ts';
import type { Recurrence } from './recurrence.ts';

export type ScheduleState = 'active' | 'paused' | 'completed' | 'cancelled';

/** What a client may do, from which states, and where it leads. Done already, it changes nothing. */
export const SCHEDULE_ACTIONS = {
  pause: { from: ['active'], to: 'paused' },
  resume: { from: ['paused'], to: 'active' },
  cancel: { from: ['active', 'paused'], to: 'cancelled' },
} as const satisfies Record<string, { from: readonly ScheduleState[]; to: ScheduleState }>;
export type ScheduleAction = keyof typeof SCHEDULE_ACTIONS;

/** `skipped`: it was due while the schedule was paused or nothing ran, and a later one has come or it is too late. */
export type OccurrenceOutcome = 'placed' | 'failed' | 'skipped';

export interface Schedule {
  readonly accountId: AccountId;
  readonly id: ScheduleId;
  readonly state: ScheduleState;
  /** Undefined once the person has been erased; `request` is JSON in the words of the API that took it. */
  readonly asked: { readonly request: string; readonly reference: string } | undefined;
  readonly recurrence: Recurrence;
  /** Undefined when no occurrence is left. */
  readonly nextDueAtMs: number | undefined;
  readonly createdAtMs: number;
}

export interface Occurrence {
  readonly number: number;
  readonly dueAtMs: number;
  readonly outcome: OccurrenceOutcome;
  readonly orderId: OrderId | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** Events of a schedule; docs/EVENTS.md tells each. */
export const SCHEDULE_EVENTS = {
  'schedule.occurrence_failed': 'An order was due and could not be placed; the schedule goes on.',
  'schedule.completed': 'No occurrence of the schedule is left.',
} as const;
