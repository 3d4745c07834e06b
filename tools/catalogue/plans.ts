/**
 * Plans: what an operator sells beside its main product, for a fixed amount, with a content and a validity. Made
 * for the sandbox (`plans.csv`), which is also their registry: rows are only ever added, so a plan keeps its id
 * and its code for good.
 */
import type { OperatorRow, ProductRow } from '../../src/catalogue/rows.ts';
import { assert } from '../../src/core/assert.ts';
import { parseAmount } from '../../src/core/money.ts';
import { readCsv } from './sources.ts';

/** Product ids of plans start here; those below are main products. */
const PLAN_IDS_FROM = 500_001;
const MEGABYTES_PER_GIGABYTE = 1024;

const COLUMNS = [
  'id',
  'code',
  'operator_id',
  'type',
  'amount',
  'validity_days',
  'data_megabytes',
  'voice_minutes',
  'messages',
] as const;

type PlanFields = Record<(typeof COLUMNS)[number], string>;

export function renderPlans(input: {
  readonly operators: readonly OperatorRow[];
  /** The main products: a plan is named after its operator's. */
  readonly products: readonly ProductRow[];
  readonly exponents: ReadonlyMap<string, number>;
}): ProductRow[] {
  const operators = new Map(input.operators.map((operator) => [operator.id, operator]));
  const mainProducts = new Map(input.products.map((product) => [product.id, product]));
  return readCsv('plans.csv', COLUMNS).map((fields, at): ProductRow => {
    const operator = operators.get(Number(fields.operator_id));
    const brand = operator && mainProducts.get(operator.product_id)?.name;
    const exponent = operator && input.exponents.get(operator.currency);
    assert(operator && brand && exponent !== undefined, `plans.csv: no operator ${fields.operator_id}`);
    const amount = parseAmount(fields.amount, exponent);
    const { type } = fields;
    assert(amount && (type === 'data' || type === 'bundle'), `plans.csv: ${fields.id}`);
    assert(Number(fields.id) === PLAN_IDS_FROM + at, `plans.csv: ids rise by one, not so ${fields.id}`);
    const validity = counted(Number(fields.validity_days), 'day', 'days');
    const content = contentOf(fields);
    return {
      id: Number(fields.id),
      operator_id: operator.id,
      name: `${brand} ${content} / ${validity}`,
      type,
      currency: operator.currency,
      minimum: null,
      maximum: null,
      fixed_amounts: [Number(amount)],
      suggested: [],
      most_popular: null,
      validity,
      description: content,
      source: 'sandbox',
      code: fields.code,
      validity_days: Number(fields.validity_days),
      data_megabytes: numberOrNull(fields.data_megabytes),
      voice_minutes: numberOrNull(fields.voice_minutes),
      messages: numberOrNull(fields.messages),
    };
  });
}

/** "3 GB + 1000 minutes + 100 SMS". */
function contentOf(fields: PlanFields): string {
  const gigabytes = Number(fields.data_megabytes) / MEGABYTES_PER_GIGABYTE;
  return [
    ...(gigabytes > 0 ? [`${Number(gigabytes.toFixed(1))} GB`] : []),
    ...(fields.voice_minutes ? [counted(Number(fields.voice_minutes), 'minute', 'minutes')] : []),
    ...(fields.messages ? [`${fields.messages} SMS`] : []),
  ].join(' + ');
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function numberOrNull(text: string): number | null {
  return text === '' ? null : Number(text);
}
