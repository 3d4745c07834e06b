/** One schedule, for the published document. */
import type { OccurrenceView, ScheduleRequest, ScheduleView } from '../../wire-schedules.ts';

export const SCHEDULE_REQUEST_EXAMPLE: ScheduleRequest = {
  reference: 'allowance-marie',
  order: {
    product: 173,
    recipient: { phone: '+50936377111' },
    amount: { value: '15.00', currency: 'USD' },
  },
  at: '2027-01-31T09:00',
  time_zone: 'America/Port-au-Prince',
  repeat: { every: 'month', count: 12 },
};

const active: ScheduleView = {
  id: 'sch_245301287911747',
  state: 'active',
  reference: 'allowance-marie',
  order: SCHEDULE_REQUEST_EXAMPLE.order,
  at: '2027-01-31T09:00:00',
  time_zone: 'America/Port-au-Prince',
  repeat: { every: 'month', interval: 1, count: 12, until: null },
  next_at: '2027-01-31T14:00:00.000Z',
  created_at: '2026-11-21T10:00:00.000Z',
};

export const SCHEDULE_EXAMPLE = {
  active,
  pause: { ...active, state: 'paused' } satisfies ScheduleView,
  resume: active,
  cancel: { ...active, state: 'cancelled', next_at: null } satisfies ScheduleView,
};

export const OCCURRENCE_EXAMPLES: OccurrenceView[] = [
  {
    number: 2,
    due_at: '2027-02-28T14:00:00.000Z',
    outcome: 'failed',
    order: null,
    code: 'insufficient_balance',
    message: 'The wallet cannot pay for this order.',
  },
  {
    number: 1,
    due_at: '2027-01-31T14:00:00.000Z',
    outcome: 'placed',
    order: 'ord_268700160000000',
    code: null,
    message: null,
  },
];
