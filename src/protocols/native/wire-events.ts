/** Events on the wire of the native API: the types of the log, under ids that tell nothing. */
import { type Static, Type } from 'typebox';
import { SCHEDULE_EVENTS } from '../../orders/scheduling/schedule.ts';
import { ORDER_EVENTS } from '../../orders/step.ts';
import { exact, Instant, Money, nullable, oneOf } from './wire.ts';

/** Every type of event that an account sees. docs/EVENTS.md is generated from it. */
export const EVENT_TYPES = {
  ...ORDER_EVENTS,
  'batch.accepted': 'Every row of a file is stored and will be placed or refused.',
  'batch.completed': 'Every row of a batch has its outcome; of a cancelled one, too.',
  ...SCHEDULE_EVENTS,
  'wallet.funded': 'Whoever runs the switch has put money into a wallet or taken it out.',
  'wallet.settled': 'The end of a day has posted to the wallet: what a reseller had earned.',
  'dispute.opened': 'An account claims that a delivered order did not arrive as it should.',
  'dispute.closed': 'A dispute has ended: refunded, confirmed or withdrawn.',
  'account.plan_changed': 'The account is on another plan; entering it may have cost a fee.',
} as const;
export type AccountEventType = keyof typeof EVENT_TYPES;

/** What the members of an event's `data` say; each type has some of them. */
export const EVENT_DATA = {
  attempt: Type.Optional(Type.Integer({ description: 'The number of the attempt.' })),
  after: Type.Optional(Type.String({ description: 'The failure after which it is tried again.' })),
  reason: Type.Optional(Type.String({ description: 'Why a person has to look at it.' })),
  code: Type.Optional(
    Type.String({ description: 'Why it failed: a failure code, or the code of a refusal.' }),
  ),
  user_fixable: Type.Optional(Type.Boolean({ description: 'Whether another number or product may help.' })),
  adjusted: Type.Optional(
    Type.String({ description: 'The cause of an adjustment that came with the delivery.' }),
  ),
  cause: Type.Optional(Type.String({ description: 'The cause of an adjustment.' })),
  batch: Type.Optional(Type.String({ description: 'The batch, `bat_...`.' })),
  rows: Type.Optional(Type.Integer({ description: 'Of the batch.' })),
  schedule: Type.Optional(Type.String({ description: 'The schedule, `sch_...`.' })),
  occurrence: Type.Optional(Type.Integer({ description: 'The number of the occurrence.' })),
  wallet: Type.Optional(Type.String({ description: 'The wallet, `wal_...`.' })),
  dispute: Type.Optional(Type.String({ description: 'The dispute, `dsp_...`.' })),
  disputed: Type.Optional(Type.String({ description: 'The order that it is about, `ord_...`.' })),
  outcome: Type.Optional(Type.String({ description: 'How it ended.' })),
  day: Type.Optional(Type.String({ description: 'The day that was settled, UTC.' })),
  plan: Type.Optional(Type.String({ description: 'The plan, by its name.' })),
  amount: Type.Optional(Money),
};

export const EVENT_ID_PATTERN = '^evt_[A-Za-z0-9_-]{22}$';

export const Event = exact(
  {
    id: Type.String({
      pattern: EVENT_ID_PATTERN,
      description: 'Opaque, always the same for this event; also a cursor.',
    }),
    type: oneOf(Object.keys(EVENT_TYPES) as AccountEventType[]), // the object's own keys
    at: Instant,
    order: nullable(Type.String()),
    sequence: nullable(
      Type.Integer({ description: 'Position in the order’s own history, from 1 without gaps.' }),
    ),
    data: exact(EVENT_DATA, { title: 'EventData' }),
  },
  { title: 'Event' },
);

export const EventList = exact(
  {
    data: Type.Array(Event),
    next: Type.String({
      pattern: EVENT_ID_PATTERN,
      description: 'Always a cursor: ask again with it, now or later.',
    }),
  },
  { title: 'EventList' },
);

export type EventView = Static<typeof Event>;
