/** What every part of the native API is made of: money, instants, lists, errors. Requests are strict, answers exact. */
import { type TEnum, type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { ERROR_CODES, type ErrorCode } from '../../core/errors.ts';
import { PROBLEM_STATUS } from '../../platform/problem.ts';

/** An object without members that are not listed. A `title` names the schema in the published document. */
export function exact<Properties extends TProperties>(
  properties: Properties,
  options: Readonly<Record<string, unknown>> = {},
): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** One of some words. */
export function oneOf<Word extends string>(
  words: readonly Word[],
  options: { readonly description?: string } = {},
): TEnum<Word[]> {
  return Type.Enum([...words], { type: 'string', ...options });
}

export const CurrencyCode = Type.String({
  pattern: '^[A-Z]{3}$',
  description: 'ISO 4217.',
  examples: ['USD'],
});
export const CountryCode = Type.String({
  pattern: '^[A-Z]{2}$',
  description: 'ISO 3166-1 alpha-2.',
  examples: ['HT'],
});
export const Instant = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$',
  description: 'RFC 3339, UTC, with milliseconds.',
});
export const CatalogueId = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 });
export const Decimal = Type.String({ pattern: '^-?\\d+(\\.\\d+)?$' });

export const Money = exact(
  {
    value: Type.String({
      pattern: '^-?\\d+(\\.\\d+)?$',
      description: 'Decimal, with all digits of the currency.',
    }),
    currency: CurrencyCode,
  },
  { title: 'Money' },
);

/** Money as a client writes it: trailing zeros may be left out, more digits than the currency has are refused. */
export const MoneyAsked = exact(
  {
    value: Type.String({
      pattern: '^\\d{1,18}(\\.\\d{1,6})?$',
      description: 'Decimal, never a number of JSON.',
    }),
    currency: CurrencyCode,
  },
  { title: 'MoneyAsked' },
);

export const FxRate = Type.String({
  pattern: '^\\d+(\\.\\d+)?$',
  description: 'Units of the operator’s currency for one of the wallet’s, margin included.',
});

/** Rows of a list that are answered at once. */
export const LIMIT_DEFAULT = 50;
export const LIMIT_MAX = 200;

export const limit = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: LIMIT_MAX,
    default: LIMIT_DEFAULT,
    description: 'Rows at most. A page may be shorter; the list ends where `next` is null.',
  }),
);

export function after(description: string) {
  return Type.String({ minLength: 1, maxLength: 100, description });
}

/** `next` is a cursor for `?after=`, null at the end. */
export function listOf<Row extends TSchema>(row: Row, title: string) {
  return exact(
    {
      data: Type.Array(row),
      next: nullable(Type.String({ description: 'The cursor of the next page, for `?after=`.' })),
    },
    { title },
  );
}

/** An answer with its example, for the published document. The example is data of a test, too. */
export function answer<Schema extends TSchema>(
  schema: Schema,
  told: { description: string; example: unknown },
): Schema {
  return { ...schema, 'x-response-description': told.description, examples: [told.example] };
}

const FieldIssue = exact({
  field: Type.String({ description: 'Path of the member, `amount.currency`; empty for the whole.' }),
  issue: Type.String(),
});

/** RFC 9457. Extension members say more where a code has more to say. */
const Problem = Type.Object(
  {
    type: Type.String({ format: 'uri', description: '`urn:toprail:error:` and the code.' }),
    title: Type.String({ description: 'The sentence of the code; always the same.' }),
    status: Type.Integer(),
    code: oneOf(Object.keys(ERROR_CODES) as ErrorCode[]), // the object's own keys
    detail: Type.Optional(Type.String({ description: 'What is wrong in this very request.' })),
    issues: Type.Optional(Type.Array(FieldIssue)),
    order_id: Type.Optional(
      Type.String({
        description: '`reference_reused`, `order_archived`: the order that holds the reference.',
      }),
    ),
    required: Type.Optional(Type.String({ description: '`insufficient_balance`: what the order costs.' })),
    available: Type.Optional(Type.String({ description: '`insufficient_balance`: what the wallet has.' })),
    currency: Type.Optional(CurrencyCode),
  },
  { title: 'Problem', additionalProperties: false },
);

/** What any request may be answered with, whatever it asks. */
const ALWAYS = [
  'unauthenticated',
  'invalid_credentials',
  'token_expired',
  'account_inactive',
  'rate_limited',
  'internal',
  'overloaded',
] as const;

/** The error answers of an operation: one for each status, with the codes that it stands for. */
export function problems(...codes: readonly ErrorCode[]): Record<number, object> {
  const byStatus = Map.groupBy([...codes, ...ALWAYS], (code) => PROBLEM_STATUS[code]);
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, several]) => [
        status,
        {
          description: several.map((code) => `\`${code}\`: ${ERROR_CODES[code]}`).join('\n\n'),
          content: { 'application/problem+json': { schema: Problem, examples: examplesOf(several) } },
        },
      ]),
  );
}

function examplesOf(codes: readonly ErrorCode[]) {
  return Object.fromEntries(
    codes.map((code) => {
      const status = PROBLEM_STATUS[code];
      return [code, { value: { type: `urn:toprail:error:${code}`, title: ERROR_CODES[code], status, code } }];
    }),
  );
}
