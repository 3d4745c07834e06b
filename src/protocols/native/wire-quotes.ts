/** Quotes on the wire of the native API. */
import { type Static, Type } from 'typebox';
import { CatalogueId, Decimal, exact, FxRate, Instant, Money, MoneyAsked, nullable } from './wire.ts';

export const QUOTE_ID_PATTERN = '^quo_[1-9]\\d{0,15}$';
export const QUOTES_MAX = 100;
export const VALID_SECONDS_DEFAULT = 60;
const VALID_SECONDS_MAX = 900;

const asked = {
  product: CatalogueId,
  amount: MoneyAsked,
  pay_with: Type.Optional(
    Type.String({
      pattern: '^[A-Z]{3}$',
      description:
        'The currency of the wallet that pays, where `amount` is in the operator’s currency. Without it the wallet of the amount’s currency pays.',
    }),
  ),
  minimum_delivered: Type.Optional(MoneyAsked),
};
const validSeconds = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: VALID_SECONDS_MAX,
    default: VALID_SECONDS_DEFAULT,
    description: 'For how long the price is promised.',
  }),
);

export const QuoteRequest = exact({ ...asked, valid_seconds: validSeconds }, { title: 'QuoteRequest' });

export const QuoteBatchRequest = exact(
  {
    quotes: Type.Array(exact(asked, { title: 'QuoteAsked' }), { minItems: 1, maxItems: QUOTES_MAX }),
    valid_seconds: validSeconds,
  },
  { title: 'QuoteBatchRequest' },
);

export const Quote = exact(
  {
    id: Type.String({ pattern: QUOTE_ID_PATTERN }),
    product: CatalogueId,
    operator: CatalogueId,
    send: Money,
    receive: Money,
    fx_rate: FxRate,
    fx_version: Type.String(),
    discount_percent: Decimal,
    discount: Money,
    fee: Money,
    tax: Money,
    cost: Money,
    minimum_delivered: nullable(Money),
    created_at: Instant,
    expires_at: Instant,
    order: nullable(Type.String({ description: 'The order that has used it.' })),
  },
  { title: 'Quote', description: 'An order that names it costs exactly this and delivers exactly this.' },
);

export const QuoteBatch = exact(
  {
    data: Type.Array(
      exact(
        {
          quote: nullable(Quote),
          error: nullable(exact({ code: Type.String(), message: Type.String() }, { title: 'QuoteError' })),
        },
        { title: 'QuoteOutcome' },
      ),
      { description: 'One outcome for each that was asked for, in order.' },
    ),
  },
  { title: 'QuoteBatch' },
);

export type QuoteAsked = Omit<Static<typeof QuoteRequest>, 'valid_seconds'>;
export type QuoteView = Static<typeof Quote>;
