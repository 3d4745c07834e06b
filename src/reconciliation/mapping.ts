/**
 * How a provider's file is read: which of its columns are which of our fields, and what its times, amounts and words
 * mean. Kept as data, named and versioned per provider; a file in our own format needs none.
 */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { timeFormat } from './time-format.ts';

const Column = Type.String({ minLength: 1, maxLength: 100 });
const CurrencyCode = Type.String({ pattern: '^[A-Z]{3}$' });
const strict = { additionalProperties: false };

const MappingSchema = Type.Object(
  {
    format: Type.Union([Type.Literal('csv'), Type.Literal('json')]),
    /** Of CSV; a comma unless given. */
    delimiter: Type.Optional(
      Type.Union([Type.Literal(','), Type.Literal(';'), Type.Literal('\t'), Type.Literal('|')]),
    ),
    /** Of each field, the column or member that has it. */
    columns: Type.Object(
      {
        our_reference: Type.Optional(Column),
        their_reference: Type.Optional(Column),
        recipient: Type.Optional(Column),
        verdict: Column,
        code: Type.Optional(Column),
        amount: Column,
        currency: Type.Optional(Column),
        cost: Type.Optional(Column),
        cost_currency: Type.Optional(Column),
        at: Column,
      },
      strict,
    ),
    /** Of every line, where no column says it. */
    currency: Type.Optional(CurrencyCode),
    /** Put before a recipient of digits only: `+`, or `+91` where the numbers are national. */
    recipient_prefix: Type.Optional(Type.String({ pattern: '^\\+[0-9]{0,4}$' })),
    time: Type.Object(
      {
        format: Type.String({ minLength: 1, maxLength: 60 }),
        offset: Type.Optional(Type.String({ maxLength: 6 })),
      },
      strict,
    ),
    amounts: Type.Object(
      {
        unit: Type.Union([Type.Literal('decimal'), Type.Literal('minor')]),
        /** Digits after the point that the provider's minor units have, where they are not those of ISO 4217. */
        exponents: Type.Optional(Type.Record(CurrencyCode, Type.Integer({ minimum: 0, maximum: 6 }))),
        point: Type.Optional(Type.Union([Type.Literal('.'), Type.Literal(',')])),
        grouping: Type.Optional(
          Type.Union([Type.Literal(','), Type.Literal('.'), Type.Literal(' '), Type.Literal("'")]),
        ),
      },
      strict,
    ),
    /** The provider's words, in any case. What is `left_out` says nothing yet. */
    verdicts: Type.Record(
      Type.String({ minLength: 1, maxLength: 60 }),
      Type.Union([
        Type.Literal('delivered'),
        Type.Literal('refused'),
        Type.Literal('reversed'),
        Type.Literal('left_out'),
      ]),
    ),
    /** How far a line's time may lie from our send. */
    window_seconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 604_800 })),
    /** By how many minor units a charge may be off: providers round in their own ways. */
    cost_tolerance: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000 })),
  },
  strict,
);

export type Mapping = Static<typeof MappingSchema>;
export type Field = keyof Mapping['columns'];

export const FIELDS = Object.keys(MappingSchema.properties.columns.properties) as readonly Field[]; // the schema's own keys

const DEFAULT_WINDOW_SECONDS = 900;
const DEFAULT_COST_TOLERANCE = 1;

/** Our own format: our names, our words, decimal amounts, RFC 3339. */
export function ownMapping(format: Mapping['format']): Mapping {
  return {
    format,
    columns: Object.fromEntries(FIELDS.map((field) => [field, field])) as unknown as Mapping['columns'], // each to itself
    time: { format: 'rfc3339' },
    amounts: { unit: 'decimal' },
    verdicts: { delivered: 'delivered', refused: 'refused', reversed: 'reversed', pending: 'left_out' },
  };
}

const mapping = Compile(MappingSchema);

/** What was given, or everything that is wrong with it. */
export function readMapping(
  value: unknown,
): { readonly mapping: Mapping } | { readonly issues: readonly string[] } {
  if (!mapping.Check(value)) {
    return {
      issues: mapping.Errors(value).map(({ instancePath, message }) => `${instancePath} ${message}`.trim()),
    };
  }
  const issues = contradictions(value);
  return issues.length > 0 ? { issues } : { mapping: value };
}

function contradictions({ columns, currency, time, amounts, verdicts }: Mapping): string[] {
  const words = Object.keys(verdicts).map(foldWord);
  return [
    ...((columns.currency === undefined) === (currency === undefined)
      ? ['/currency is given, or else /columns/currency names its column']
      : []),
    ...((columns.our_reference ?? columns.their_reference ?? columns.recipient)
      ? []
      : ['/columns has none of our_reference, their_reference and recipient']),
    ...(columns.cost === undefined && columns.cost_currency !== undefined
      ? ['/columns/cost_currency stands without cost']
      : []),
    ...(timeFormat(time.format, time.offset) ? [] : ['/time is no format with its offset']),
    ...(amounts.grouping !== undefined && amounts.grouping === (amounts.point ?? '.')
      ? ['/amounts/grouping is the point, too']
      : []),
    ...(new Set(words).size === words.length ? [] : ['/verdicts has a word twice']),
  ];
}

/** Words are told apart whatever their case and the spaces around them. */
export function foldWord(word: string): string {
  return word.trim().toLowerCase();
}

/** The terms of comparison that a mapping sets. */
export function termsOf({ window_seconds, cost_tolerance }: Mapping): {
  readonly windowSeconds: number;
  readonly costTolerance: bigint;
} {
  return {
    windowSeconds: window_seconds ?? DEFAULT_WINDOW_SECONDS,
    costTolerance: BigInt(cost_tolerance ?? DEFAULT_COST_TOLERANCE),
  };
}
