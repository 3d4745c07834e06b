/**
 * Plans: what an operator sells beside its main product, for a fixed amount, with a content and a validity. Made
 * for the sandbox: those of a whole country (`plans.csv`), those of the telecom circles of India
 * (`circle-plans.csv`) and the packs of games (`services.json`). Rows are only ever added to the first, and slots
 * and numbers of the second and the order of packs never change, so a plan keeps its id and its code for good.
 */
import type { Benefits } from '../../src/catalogue/catalogue.ts';
import { circles } from '../../src/catalogue/circles.ts';
import { contentIn, LANGUAGES, type Language, validityIn } from '../../src/catalogue/plan-text.ts';
import type { OperatorRow, ProductRow } from '../../src/catalogue/rows.ts';
import { assert } from '../../src/core/assert.ts';
import { parseAmount } from '../../src/core/money.ts';
import { serviceOf } from './services.ts';
import { readCsv, sandboxChoices } from './sources.ts';

/** Product ids of plans start here; those below are main products. */
const PLAN_IDS_FROM = 500_001;
/** Of circle plans: a slot per operator, in it 22 circles of up to 99 plans. */
const CIRCLE_PLAN_IDS_FROM = 600_000;
const IDS_PER_SLOT = 10_000;
const IDS_PER_CIRCLE = 100;
/** Of packs: 20 for each operator with an id of ours. */
const PACK_IDS_FROM = 700_000;
const IDS_PER_GAME = 20;
const OWN_OPERATORS_FROM = 10_000;

const CONTENT_COLUMNS = ['validity_days', 'data_megabytes', 'voice_minutes', 'messages'] as const;
const COLUMNS = ['id', 'code', 'operator_id', 'type', 'amount', ...CONTENT_COLUMNS, 'talk_time'] as const;
const CIRCLE_COLUMNS = [
  'slot',
  'operator_id',
  'number',
  'type',
  'amount',
  'talk_time',
  ...CONTENT_COLUMNS,
  'circles',
] as const;

type ContentFields = Readonly<
  Record<(typeof CONTENT_COLUMNS)[number] | 'type' | 'amount' | 'talk_time', string>
>;

interface Input {
  readonly operators: readonly OperatorRow[];
  /** The main products: a plan is named after its operator's. */
  readonly products: readonly ProductRow[];
  readonly exponents: ReadonlyMap<string, number>;
}

export function renderPlans(input: Input): ProductRow[] {
  const seller = sellers(input);
  return [...countryPlans(seller), ...circlePlans(seller), ...packs(input, seller)];
}

interface Seller {
  readonly operator: OperatorRow;
  readonly main: ProductRow;
  readonly minor: (amount: string) => bigint;
}

function sellers({ operators, products, exponents }: Input): (operatorId: number) => Seller {
  const mainProducts = new Map(products.map((product) => [product.operator_id, product]));
  const byId = new Map(operators.map((operator) => [operator.id, operator]));
  return (id) => {
    const [operator, main] = [byId.get(id), mainProducts.get(id)];
    const exponent = operator && exponents.get(operator.currency);
    assert(operator && main && exponent !== undefined, `plans: no operator ${id}`);
    const minor = (amount: string) => {
      const value = parseAmount(amount, exponent);
      assert(value, `plans: not an amount: ${amount}`);
      return value;
    };
    return { operator, main, minor };
  };
}

function countryPlans(seller: (id: number) => Seller): ProductRow[] {
  return readCsv('plans.csv', COLUMNS).map((fields, at): ProductRow => {
    assert(Number(fields.id) === PLAN_IDS_FROM + at, `plans.csv: ids rise by one, not so ${fields.id}`);
    const plan = planOf(seller(Number(fields.operator_id)), fields);
    return { ...plan, id: Number(fields.id), code: fields.code };
  });
}

function circlePlans(seller: (id: number) => Seller): ProductRow[] {
  const places = new Map(circles().map(({ code }, at) => [code, at + 1]));
  const rows = readCsv('circle-plans.csv', CIRCLE_COLUMNS).flatMap((fields): ProductRow[] => {
    const wanted = fields.circles === '*' ? [...places.keys()] : fields.circles.split(' ');
    return wanted.map((circle) => {
      const place = places.get(circle);
      assert(place !== undefined, `circle-plans.csv: no circle ${circle}`);
      const plan = planOf(seller(Number(fields.operator_id)), fields);
      const base = CIRCLE_PLAN_IDS_FROM + Number(fields.slot) * IDS_PER_SLOT;
      return { ...plan, id: base + place * IDS_PER_CIRCLE + Number(fields.number), circle };
    });
  });
  return rows.sort((a, b) => a.id - b.id);
}

function packs({ operators }: Input, seller: (id: number) => Seller): ProductRow[] {
  return operators.flatMap(({ id, country, name }) =>
    (serviceOf(country, name)?.packs ?? []).map(([amount, content], at): ProductRow => {
      const { main, minor } = seller(id);
      return {
        ...main,
        id: PACK_IDS_FROM + (id - OWN_OPERATORS_FROM) * IDS_PER_GAME + at,
        name: `${main.name} ${content}`,
        fixed_amounts: [Number(minor(amount))],
        most_popular: null,
        description: content,
      };
    }),
  );
}

/** All but the id. */
function planOf({ operator, main, minor }: Seller, fields: ContentFields): ProductRow {
  const { type } = fields;
  assert(type === 'airtime' || type === 'data' || type === 'bundle' || type === 'combo', `plans: ${type}`);
  const talkTime = fields.talk_time === '' ? undefined : minor(fields.talk_time);
  const days = numberOrNull(fields.validity_days);
  const row = {
    data_megabytes: numberOrNull(fields.data_megabytes),
    voice_minutes: numberOrNull(fields.voice_minutes),
    messages: numberOrNull(fields.messages),
  };
  const benefits: Benefits = {
    ...(talkTime !== undefined && { talkTime }),
    ...(row.data_megabytes !== null && { dataMegabytes: row.data_megabytes }),
    ...(row.voice_minutes !== null && { voiceMinutes: row.voice_minutes }),
    ...(row.messages !== null && { messages: row.messages }),
  };
  const content = (language: Language) => contentIn(language, benefits, operator.currency);
  const name = (language: Language) =>
    `${main.name} ${content(language)}${days === null ? '' : ` / ${validityIn(language, days)}`}`;
  return {
    ...main,
    name: name('en'),
    type,
    minimum: null,
    maximum: null,
    fixed_amounts: [Number(minor(fields.amount))],
    suggested: [],
    most_popular: null,
    validity: days === null ? '' : validityIn('en', days),
    description: content('en'),
    source: 'sandbox',
    validity_days: days,
    ...row,
    talk_time: talkTime === undefined ? null : Number(talkTime),
    tax_percent: sandboxChoices.taxes[operator.country] ?? '0',
    names: inOtherLanguages(name),
    descriptions: inOtherLanguages(content),
  };
}

function inOtherLanguages(textIn: (language: Language) => string): Record<string, string> {
  return Object.fromEntries(
    LANGUAGES.filter((language) => language !== 'en').map((language) => [language, textIn(language)]),
  );
}

function numberOrNull(text: string): number | null {
  return text === '' ? null : Number(text);
}
