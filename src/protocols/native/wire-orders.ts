/** Orders on the wire of the native API. */
import { type Static, Type } from 'typebox';
import { FAILURE_CODES, type FailureCode } from '../../routing/connector.ts';
import {
  CatalogueId,
  CountryCode,
  exact,
  FxRate,
  Instant,
  listOf,
  Money,
  MoneyAsked,
  nullable,
  oneOf,
} from './wire.ts';
import { Event } from './wire-events.ts';
import { QUOTE_ID_PATTERN } from './wire-quotes.ts';

export const ORDER_STATUSES = [
  'accepted',
  'dispatching',
  'in_doubt',
  'review',
  'delivered',
  'failed',
  'cancelled',
] as const;

export const REFERENCE_CHARS_MAX = 128;
export const DEADLINE_SECONDS_DEFAULT = 60;
const DEADLINE_SECONDS_MIN = 5;
const DEADLINE_SECONDS_MAX = 3_600;

export const OrderRequest = exact(
  {
    reference: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: REFERENCE_CHARS_MAX,
        pattern: '^[^\\u0000-\\u001f\\u007f]*$',
        description:
          'The client’s own name of the order, unique for ever in its account. The header `Idempotency-Key` is the same thing: one of them is required, and given both they must agree.',
      }),
    ),
    product: CatalogueId,
    recipient: exact(
      {
        phone: Type.Optional(Type.String({ maxLength: 32, description: 'E.164: plus and digits.' })),
        email: Type.Optional(Type.String({ maxLength: 254 })),
        player_id: Type.Optional(Type.String({ maxLength: 64 })),
        server: Type.Optional(
          Type.String({ maxLength: 64, description: 'Beside `player_id`, where a game has servers.' }),
        ),
        account_number: Type.Optional(
          Type.String({ maxLength: 64, description: 'Of a subscriber, a meter or a vehicle.' }),
        ),
      },
      {
        title: 'RecipientAsked',
        minProperties: 1,
        maxProperties: 2,
        description: 'What the operator’s `inputs` demand, and nothing else.',
      },
    ),
    amount: MoneyAsked,
    pay_with: Type.Optional(
      Type.String({
        pattern: '^[A-Z]{3}$',
        description:
          'The currency of the wallet that pays, where `amount` is in the operator’s currency. Without it the wallet of the amount’s currency pays.',
      }),
    ),
    minimum_delivered: Type.Optional(MoneyAsked),
    deadline_seconds: Type.Optional(
      Type.Integer({
        minimum: DEADLINE_SECONDS_MIN,
        maximum: DEADLINE_SECONDS_MAX,
        default: DEADLINE_SECONDS_DEFAULT,
        description: 'For how long a refused order is tried again. An order in doubt has no deadline.',
      }),
    ),
  },
  { title: 'OrderRequest' },
);

/** The body of `POST /v1/orders`: an order, or the rest of one whose price was promised. */
export const OrderPlacement = exact(
  {
    ...OrderRequest.properties,
    product: Type.Optional(CatalogueId),
    amount: Type.Optional(MoneyAsked),
    quote: Type.Optional(
      Type.String({
        pattern: QUOTE_ID_PATTERN,
        description:
          'The price that was promised: then `product`, `amount` and `pay_with` are the quote’s and may be left out. Without a quote `product` and `amount` are required.',
      }),
    ),
  },
  { title: 'OrderPlacement' },
);

const Failure = exact(
  {
    code: oneOf(Object.keys(FAILURE_CODES) as FailureCode[]), // the object's own keys
    user_fixable: Type.Boolean({ description: 'Whether another number or product may help.' }),
    message: Type.String(),
  },
  { title: 'Failure' },
);

const VoucherOnWire = exact(
  {
    code: Type.String({ description: 'The PIN that the customer types into the phone.' }),
    serial: Type.String(),
    validity: Type.String(),
    ivr: Type.String(),
    instructions: Type.Array(Type.String()),
  },
  { title: 'Voucher' },
);

const Adjustment = exact(
  {
    id: Type.String(),
    cause: oneOf(['operator_reversal', 'late_delivery', 'partial', 'dispute_refund', 'correction']),
    amount: Money,
    created_at: Instant,
  },
  {
    title: 'Adjustment',
    description:
      'What followed the end of the order; `amount` is what the wallet gained: below zero in a correction that takes back what was given in error.',
  },
);

export const Order = exact(
  {
    id: Type.String({ pattern: '^ord_[1-9]\\d*$' }),
    status: oneOf(ORDER_STATUSES, { description: '`delivered`, `failed` and `cancelled` never change.' }),
    reference: nullable(Type.String()),
    dialect: Type.String({ description: 'The API that placed it.' }),
    product: CatalogueId,
    operator: CatalogueId,
    country: CountryCode,
    recipient: nullable(
      Type.Union(
        [
          exact({ phone: Type.String() }),
          exact({ email: Type.String() }),
          exact({ player_id: Type.String(), server: Type.Optional(Type.String()) }),
          exact({ account_number: Type.String() }),
        ],
        { description: 'Null once the person has been erased.' },
      ),
    ),
    wallet: Type.String({ pattern: '^wal_[1-9]\\d*$' }),
    amount_mode: oneOf(['send', 'receive'], { description: 'Which of the two amounts was asked for.' }),
    send: Money,
    receive: Money,
    fx_rate: FxRate,
    fx_version: Type.String(),
    discount: Money,
    commission: Money,
    fee: Money,
    tax: Money,
    cost: Money,
    balance_before: Money,
    balance_after: Money,
    minimum_delivered: nullable(Money),
    deadline_at: nullable(Instant),
    created_at: Instant,
    delivered: nullable(Money),
    operator_reference: nullable(Type.String()),
    voucher: nullable(VoucherOnWire),
    failure: nullable(Failure),
    completed_at: nullable(Instant),
    adjustments: Type.Array(Adjustment),
  },
  { title: 'Order' },
);
export const OrderList = listOf(Order, 'OrderList');

const EvidenceOnWire = exact(
  {
    source: oneOf(['submit', 'query', 'callback', 'statement', 'recovery', 'decision']),
    verdict: oneOf(
      ['delivered', 'refused', 'pending', 'unknown', 'unmapped', 'unsent', 'not_found', 'reversed'],
      { description: '`unknown`: no answer; `unmapped`: one in words that the switch does not know.' },
    ),
    code: nullable(Type.String({ description: 'In the words of whoever said it.' })),
    at: Instant,
  },
  { title: 'Evidence' },
);

export const Timeline = exact(
  {
    order: Type.String(),
    events: Type.Array(Event, { description: 'Every state change, in order.' }),
    attempts: Type.Array(
      exact(
        {
          number: Type.Integer(),
          status: oneOf(['ready', 'sending', 'pending', 'unknown', 'conflict', 'confirmed', 'refused']),
          created_at: Instant,
          sent_at: nullable(Instant),
          evidence: Type.Array(EvidenceOnWire),
        },
        { title: 'Attempt' },
      ),
      { description: 'Every try, with all that was said about it.' },
    ),
  },
  { title: 'Timeline' },
);

export const OrderFilters = {
  status: Type.Optional(oneOf(ORDER_STATUSES)),
  product: Type.Optional(CatalogueId),
  operator: Type.Optional(CatalogueId),
  country: Type.Optional(CountryCode),
  reference: Type.Optional(Type.String({ minLength: 1, maxLength: REFERENCE_CHARS_MAX })),
  created_from: Type.Optional(
    Type.String({ format: 'date-time', description: 'Accepted at this instant or later.' }),
  ),
  created_to: Type.Optional(
    Type.String({ format: 'date-time', description: 'Accepted before this instant.' }),
  ),
};

export type OrderRequest = Static<typeof OrderRequest>;
export type OrderPlacement = Static<typeof OrderPlacement>;
export type OrderView = Static<typeof Order>;
export type TimelineView = Static<typeof Timeline>;
