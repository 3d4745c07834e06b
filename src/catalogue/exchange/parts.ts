/**
 * What can be exported and imported: a column per column of the table, what each may hold, and what must agree
 * within a row. Pure.
 */
import { circles } from '../circles.ts';
import type {
  CatalogueRows,
  OperatorRow,
  ProductRow,
  PromotionRow,
  PromotionTextRow,
  RateRow,
} from '../rows.ts';
import {
  amount,
  byLanguage,
  day,
  flag,
  instant,
  type Json,
  type Kind,
  list,
  matching,
  nullable,
  oneOf,
  percent,
  rate,
  record,
  text,
  textOf,
  whole,
} from './cells.ts';

export type Row = Readonly<Record<string, Json>>;

/** Something wrong in one column. */
export interface ColumnIssue {
  readonly column: string;
  readonly issue: string;
}

export interface Part {
  /** In `catalogue_changes` and in what is printed. */
  readonly resource: string;
  readonly key: string;
  readonly columns: Readonly<Record<string, Kind>>;
  /** What is in force, as rows of this part. */
  readonly rowsOf: (catalogue: CatalogueRows) => readonly Row[];
  /** Columns that disagree with each other; each is fine by itself. */
  readonly check: (row: Row) => readonly ColumnIssue[];
}

const id = whole(1);
const currency = matching(/^[A-Z]{3}$/, 'an ISO 4217 code');
const status = oneOf(['in_service', 'out_of_service']);
const code = nullable(matching(/^[A-Z0-9]{1,20}$/, '1 to 20 of A-Z and 0-9'));
const count = nullable(whole(1));
const source = text({ min: 1, max: 60 });

const OPERATOR = {
  id,
  name: text({ min: 1, max: 200 }),
  country: matching(/^[A-Z]{2}$/, 'an ISO 3166-1 code of two letters'),
  currency,
  bundle: flag,
  data: flag,
  pin: flag,
  combo: flag,
  supports_local_amounts: flag,
  commission_international: percent,
  commission_local: percent,
  recipient_kind: oneOf(['phone', 'email', 'player', 'account']),
  email_domains: nullable(list(matching(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a domain in small letters'))),
  input_label: nullable(text({ min: 1, max: 60 })),
  input_pattern: nullable(text({ min: 1, max: 100 })),
  servers: nullable(list(text({ min: 1, max: 60 }))),
  network: id,
  product_id: id,
  code,
  status,
  list_order: whole(0),
  source,
} as const satisfies Record<keyof OperatorRow, Kind>;

const PRODUCT = {
  id,
  operator_id: id,
  name: text({ min: 1, max: 200 }),
  type: oneOf(['airtime', 'data', 'bundle', 'combo', 'pin', 'bill', 'gaming']),
  class: oneOf(['mobile', 'dth', 'postpaid', 'electricity', 'fastag', 'gift_card', 'gaming']),
  currency,
  minimum: nullable(amount),
  maximum: nullable(amount),
  fixed_amounts: nullable(list(amount)),
  suggested: list(amount),
  most_popular: nullable(amount),
  validity: text({ max: 100 }),
  description: text({ max: 500 }),
  source,
  code,
  validity_days: count,
  data_megabytes: count,
  voice_minutes: count,
  messages: count,
  talk_time: nullable(amount),
  circle: nullable(oneOf(circles().map((circle) => circle.code))),
  tax_percent: percent,
  tax_included: flag,
  names: byLanguage(text({ min: 1, max: 200 })),
  descriptions: byLanguage(text({ min: 1, max: 500 })),
  status,
} as const satisfies Record<keyof ProductRow, Kind>;

const PROMOTION_TEXT = {
  title: text({ min: 1, max: 300 }),
  title2: text({ max: 300 }),
  description: text({ max: 2_000 }),
  denominations: nullable(text({ max: 500 })),
  local_denominations: nullable(text({ max: 500 })),
} as const satisfies Record<keyof PromotionTextRow, Kind>;

const PROMOTION = {
  id,
  operator_id: id,
  ...PROMOTION_TEXT,
  starts_at: instant,
  ends_at: instant,
  source,
  texts: byLanguage(record(PROMOTION_TEXT)),
} as const satisfies Record<keyof PromotionRow, Kind>;

/** A version is made, and the source is always the hand that imports. */
const RATE = { quote: currency, rate, valid_on: day } as const satisfies Partial<Record<keyof RateRow, Kind>>;
const PREFIX = { prefix: matching(/^[1-9]\d{0,14}$/, 'digits from the calling code on'), operator_id: id };

const asRows = (rows: readonly unknown[]) => rows as readonly Row[]; // rows of tables are JSON

/** In the order in which they are written: what others refer to comes first. */
export const PARTS = {
  operators: {
    resource: 'operator',
    key: 'id',
    columns: OPERATOR,
    rowsOf: ({ operators }) => asRows(operators),
    check: checkOperator,
  },
  products: {
    resource: 'product',
    key: 'id',
    columns: PRODUCT,
    rowsOf: ({ products }) => asRows(products),
    check: checkProduct,
  },
  prefixes: {
    resource: 'prefix',
    key: 'prefix',
    columns: PREFIX,
    rowsOf: ({ prefixes }) =>
      prefixes.flatMap(({ operator_id, prefixes: held }) => held.map((prefix) => ({ prefix, operator_id }))),
    check: () => [],
  },
  promotions: {
    resource: 'promotion',
    key: 'id',
    columns: PROMOTION,
    rowsOf: ({ promotions }) => asRows(promotions),
    check: ({ starts_at, ends_at }) =>
      textOf(starts_at) < textOf(ends_at) ? [] : [{ column: 'ends_at', issue: 'must be after starts_at' }],
  },
  rates: {
    resource: 'rate',
    key: 'quote',
    columns: RATE,
    rowsOf: ({ rates }) =>
      rates.map(({ quote, rate: known, valid_on }) => ({ quote, rate: known, valid_on })),
    check: () => [],
  },
} as const satisfies Record<string, Part>;

export type PartName = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as PartName[]; // the object's own keys

function checkOperator(row: Row): ColumnIssue[] {
  const { recipient_kind: kind, input_pattern: pattern } = row;
  const wanted = {
    email_domains: kind === 'email',
    input_label: kind === 'player' || kind === 'account',
    input_pattern: kind === 'player' || kind === 'account',
  };
  const issues = Object.entries(wanted)
    .filter(([column, isWanted]) => (row[column] !== null) !== isWanted)
    .map(([column, isWanted]) => ({
      column,
      issue: isWanted ? `is required of recipient ${textOf(kind)}` : `is none of recipient ${textOf(kind)}`,
    }));
  if (row['servers'] !== null && kind !== 'player')
    issues.push({ column: 'servers', issue: `is none of recipient ${textOf(kind)}` });
  if (typeof pattern === 'string' && !isPattern(pattern))
    issues.push({ column: 'input_pattern', issue: 'must be a regular expression' });
  return issues;
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

function checkProduct(row: Row): ColumnIssue[] {
  const { minimum, maximum, fixed_amounts: fixed, type, class: sold } = row;
  const issues: ColumnIssue[] = [];
  const say = (column: string, issue: string) => void issues.push({ column, issue });
  if ((minimum === null) !== (maximum === null)) say('maximum', 'belongs to a minimum');
  else if ((minimum === null) === (fixed === null)) say('fixed_amounts', 'must stand instead of a range');
  else if (Number(minimum) > Number(maximum)) say('maximum', 'must not be below the minimum');
  if (Array.isArray(fixed) && (fixed.length === 0 || !rises(fixed.map(Number))))
    say('fixed_amounts', 'must rise, and be at least one');
  if ((type === 'gaming') !== (sold === 'gaming'))
    say('class', 'must be gaming for type gaming, and only there');
  if (type === 'bill' && !BILLS.includes(textOf(sold)))
    say('class', `must be one of ${BILLS.join(', ')} for a bill`);
  return issues;
}

const BILLS = ['dth', 'postpaid', 'electricity', 'fastag'];

function rises(amounts: readonly number[]): boolean {
  return amounts.every((one, at) => at === 0 || one > (amounts[at - 1] ?? 0));
}
