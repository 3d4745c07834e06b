/** What is sold, as the native API tells it. Ids of operators and products are the same numbers in every dialect. */
import { type Static, Type } from 'typebox';
import {
  CatalogueId,
  CountryCode,
  CurrencyCode,
  Decimal,
  exact,
  FxRate,
  listOf,
  Money,
  nullable,
  oneOf,
} from './wire.ts';

export const PRODUCT_TYPES = ['airtime', 'data', 'bundle', 'pin'] as const;

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

export const Operator = exact(
  {
    id: CatalogueId,
    name: Type.String(),
    country: CountryCode,
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'The currency that recipients get.' }),
    types: Type.Array(oneOf(PRODUCT_TYPES), { description: 'What it sells.' }),
    recipient: Type.Union([
      exact({ kind: Type.Literal('phone') }),
      exact({ kind: Type.Literal('email'), domains: Type.Array(Type.String()) }),
    ]),
    network: Type.Integer({
      description: 'The operator whose number ranges decide: itself, or the base brand.',
    }),
    in_service: Type.Boolean(),
  },
  { title: 'Operator' },
);
export const OperatorList = listOf(Operator, 'OperatorList');

const Pair = exact({ send: Money, receive: Money }, { title: 'AmountPair' });

export const Product = exact(
  {
    id: CatalogueId,
    operator: CatalogueId,
    country: CountryCode,
    name: Type.String(),
    type: oneOf(PRODUCT_TYPES),
    description: Type.String(),
    validity: Type.String({ description: 'Empty: without end, or as the operator says.' }),
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

export type CountryView = Static<typeof Country>;
export type OperatorView = Static<typeof Operator>;
export type ProductView = Static<typeof Product>;
