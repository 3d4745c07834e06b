/** What is sold, as the native API tells it. Ids of operators and products are the same numbers in every dialect. */
import { type Static, Type } from 'typebox';
import {
  CatalogueId,
  CountryCode,
  CurrencyCode,
  Decimal,
  exact,
  FxRate,
  Instant,
  listOf,
  Money,
  nullable,
  oneOf,
} from './wire.ts';

export const PRODUCT_TYPES = ['airtime', 'data', 'bundle', 'combo', 'pin', 'bill', 'gaming'] as const;
export const PRODUCT_CLASSES = [
  'mobile',
  'dth',
  'postpaid',
  'electricity',
  'fastag',
  'gift_card',
  'gaming',
] as const;

export const LookupRequest = exact(
  { phone: Type.String({ minLength: 1, maxLength: 32, description: 'E.164: plus and digits.' }) },
  { title: 'LookupRequest' },
);

export const Lookup = exact(
  {
    phone: Type.String(),
    country: CountryCode,
    candidates: Type.Array(
      exact(
        {
          operator: CatalogueId,
          name: Type.String(),
          confidence: oneOf(['ported', 'prefix', 'country'], {
            description:
              '`ported`: a port of this number is known. `prefix`: the number range was given to this operator (a number may have been ported since). `country`: only the country is known.',
          }),
        },
        { title: 'Candidate' },
      ),
      { description: 'Best guess first.' },
    ),
  },
  { title: 'Lookup' },
);

export const Country = exact(
  {
    code: CountryCode,
    code3: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 3166-1 alpha-3.' }),
    name: Type.String(),
    continent: Type.String({ description: 'AF, AN, AS, EU, NA, OC, SA.' }),
    currency: CurrencyCode,
    calling_codes: Type.Array(Type.String({ pattern: '^\\+\\d+$' })),
  },
  { title: 'Country' },
);
export const CountryList = listOf(Country, 'CountryList');

const InputField = exact(
  {
    name: oneOf(['phone', 'email', 'player_id', 'server', 'account_number']),
    type: oneOf(['phone', 'email', 'text', 'choice']),
    label: Type.String(),
    pattern: Type.Optional(
      Type.String({ description: 'Of `text`: a regular expression of the whole value.' }),
    ),
    choices: Type.Optional(Type.Array(Type.String(), { description: 'Of `choice`.' })),
  },
  { title: 'InputField' },
);

export const Operator = exact(
  {
    id: CatalogueId,
    name: Type.String(),
    country: CountryCode,
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'The currency that recipients get.' }),
    types: Type.Array(oneOf(PRODUCT_TYPES), { description: 'What it sells.' }),
    recipient: Type.Union(
      [
        exact({ kind: Type.Literal('phone') }),
        exact({ kind: Type.Literal('email'), domains: Type.Array(Type.String()) }),
        exact({ kind: Type.Literal('player') }),
        exact({ kind: Type.Literal('account') }),
      ],
      { description: 'Who is served: a phone number, an address, a player of a game, an account or meter.' },
    ),
    inputs: Type.Array(InputField, { description: 'What to ask a customer for; all of it is required.' }),
    logo_url: Type.String({ format: 'uri', description: 'An SVG that this server makes.' }),
    network: Type.Integer({
      description: 'The operator whose number ranges decide: itself, or the base brand.',
    }),
    in_service: Type.Boolean(),
  },
  { title: 'Operator' },
);
export const OperatorList = listOf(Operator, 'OperatorList');

const Pair = exact({ send: Money, receive: Money }, { title: 'AmountPair' });

const Benefits = exact(
  {
    data_megabytes: nullable(Type.Integer()),
    voice_minutes: nullable(Type.Integer()),
    messages: nullable(Type.Integer()),
    talk_time: nullable(Money),
  },
  { title: 'Benefits', description: 'What a plan contains; null: none of it, or nobody says.' },
);

export const Product = exact(
  {
    id: CatalogueId,
    operator: CatalogueId,
    country: CountryCode,
    name: Type.String(),
    type: oneOf(PRODUCT_TYPES),
    class: oneOf(PRODUCT_CLASSES, { description: 'What price lists and plans of accounts tell apart.' }),
    description: Type.String(),
    validity: Type.String({ description: 'Empty: without end, or as the operator says.' }),
    validity_days: nullable(Type.Integer()),
    benefits: Benefits,
    circle: nullable(
      exact(
        { code: Type.String({ pattern: '^[A-Z]{2}$' }), name: Type.String() },
        { title: 'Circle', description: 'A telecom circle of India; null: sold in the whole country.' },
      ),
    ),
    tax: exact(
      {
        percent: Decimal,
        included: Type.Boolean({ description: 'The amounts hold it already; otherwise it is added.' }),
      },
      { title: 'Tax' },
    ),
    denomination: Type.Union([
      exact({ kind: Type.Literal('range'), min: Money, max: Money }),
      exact({ kind: Type.Literal('fixed'), amounts: Type.Array(Money) }),
    ]),
    suggested: Type.Array(Money),
    price: nullable(
      exact(
        {
          currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'Of the wallet.' }),
          fx_rate: FxRate,
          discount_percent: Decimal,
          range: nullable(exact({ min: Money, max: Money })),
          amounts: Type.Array(Pair, {
            description:
              'What a fixed or suggested amount costs before the discount. All are accepted as they are.',
          }),
        },
        { title: 'PriceTerms', description: 'Null where no rate between the currencies is known.' },
      ),
    ),
  },
  { title: 'Product' },
);
export const ProductList = listOf(Product, 'ProductList');

export const Promotion = exact(
  {
    id: CatalogueId,
    operator: CatalogueId,
    title: Type.String(),
    subtitle: Type.String(),
    description: Type.String(),
    starts_at: Instant,
    ends_at: Instant,
    denominations: nullable(Type.String({ description: 'For which amounts, in words.' })),
    local_denominations: nullable(Type.String({ description: 'The same, in the operator’s currency.' })),
  },
  { title: 'Promotion' },
);
export const PromotionList = listOf(Promotion, 'PromotionList');

export const CatalogueChange = exact(
  {
    version: Type.String({ description: 'The version of the catalogue that made it.' }),
    at: Instant,
    kind: oneOf(['added', 'changed', 'withdrawn'], {
      description: '`withdrawn`: sold no longer; an operator may come back, which is a change.',
    }),
    resource: oneOf(['catalogue', 'country', 'operator', 'product', 'promotion', 'rate'], {
      description: '`catalogue`: all of it was loaded.',
    }),
    id: Type.String({ description: 'Of the resource; of a country or rate its code.' }),
    fields: Type.Array(Type.String(), {
      description:
        'Members that have other values now; `prefixes` are the number ranges of an operator. Empty for what was added or withdrawn whole.',
    }),
  },
  { title: 'CatalogueChange' },
);
export const CatalogueChangeList = exact(
  {
    data: Type.Array(CatalogueChange),
    next: Type.String({
      pattern: '^\\d+$',
      description: 'Always a cursor: ask again with it, now or later.',
    }),
  },
  { title: 'CatalogueChangeList' },
);

export type PromotionView = Static<typeof Promotion>;
export type CatalogueChangeView = Static<typeof CatalogueChange>;
export type CountryView = Static<typeof Country>;
export type OperatorView = Static<typeof Operator>;
export type ProductView = Static<typeof Product>;
