/** Schedules on the wire of the native API. */
import { type Static, Type } from 'typebox';
import { ERROR_CODES, type ErrorCode } from '../../core/errors.ts';
import { exact, Instant, listOf, nullable, oneOf } from './wire.ts';
import { OrderRequest } from './wire-orders.ts';

const { reference, ...order } = OrderRequest.properties;

const OrderTemplate = exact(order, {
  title: 'OrderTemplate',
  description: 'The body of `POST /v1/orders` without its reference.',
});

const LocalDateTime = Type.String({
  pattern: '^20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d)?$',
  description:
    'The first occurrence, as the clocks of the zone show it. A time that they skip is moved forward by what they skip; of one that they show twice, the first counts.',
});

const Repeat = exact(
  {
    every: oneOf(['day', 'week', 'month'], {
      description:
        '`month`: on the day of the first occurrence, or on the last day of a month that does not have it.',
    }),
    interval: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000,
        default: 1,
        description: 'Every so many days, weeks or months.',
      }),
    ),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, description: 'How often in all.' })),
    until: Type.Optional(
      Type.String({
        pattern: '^20\\d\\d-\\d\\d-\\d\\d$',
        description:
          'The last day, in the zone. Without `count` and `until` it goes on until it is cancelled.',
      }),
    ),
  },
  { title: 'Repeat' },
);

export const ScheduleRequest = exact(
  {
    reference: Type.Optional(
      Type.String({
        ...reference,
        description:
          'The client’s own name of the schedule, unique for ever among its account’s schedules. The header `Idempotency-Key` is the same thing: one of them is required, and given both they must agree.',
      }),
    ),
    order: OrderTemplate,
    at: LocalDateTime,
    time_zone: Type.String({
      maxLength: 64,
      description: 'A zone of the IANA database.',
      examples: ['America/Port-au-Prince'],
    }),
    repeat: Type.Optional(Repeat),
  },
  { title: 'ScheduleRequest' },
);

export const SCHEDULE_STATES = ['active', 'paused', 'completed', 'cancelled'] as const;

export const Schedule = exact(
  {
    id: Type.String({ pattern: '^sch_[1-9]\\d*$' }),
    state: oneOf(SCHEDULE_STATES, { description: '`completed` and `cancelled` never change.' }),
    reference: nullable(Type.String({ description: 'Null once the person has been erased.' })),
    order: nullable(OrderTemplate),
    at: Type.String(),
    time_zone: Type.String(),
    repeat: nullable(
      exact(
        {
          every: oneOf(['day', 'week', 'month']),
          interval: Type.Integer(),
          count: nullable(Type.Integer()),
          until: nullable(Type.String()),
        },
        { title: 'RepeatTold' },
      ),
    ),
    next_at: nullable(
      Type.String({ ...Instant, description: 'When the next occurrence is due. Null when none is left.' }),
    ),
    created_at: Instant,
  },
  { title: 'Schedule' },
);
export const ScheduleList = listOf(Schedule, 'ScheduleList');

export const Occurrence = exact(
  {
    number: Type.Integer({ minimum: 1 }),
    due_at: Instant,
    outcome: oneOf(['placed', 'failed', 'skipped'], {
      description:
        '`skipped`: it was due while the schedule was paused or the switch did not run, and a later one has come or a day has passed.',
    }),
    order: nullable(Type.String({ pattern: '^ord_[1-9]\\d*$' })),
    code: nullable(
      oneOf(Object.keys(ERROR_CODES) as ErrorCode[], { description: 'Why no order could be placed.' }),
    ), // the object's own keys
    message: nullable(Type.String()),
  },
  { title: 'Occurrence' },
);
export const OccurrenceList = listOf(Occurrence, 'OccurrenceList');

export type ScheduleRequest = Static<typeof ScheduleRequest>;
export type ScheduleView = Static<typeof Schedule>;
export type OccurrenceView = Static<typeof Occurrence>;
