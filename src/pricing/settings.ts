/** Prices and rates as an operator of the switch sets them. Running servers must be told afterwards. */
import { assert } from '../core/assert.ts';
import type { Minor } from '../core/money.ts';
import type { Database } from '../platform/postgres.ts';
import type { PriceRule } from './price-rules.ts';

/** A rule as it is set: from now on unless it says from when. */
export interface NewPriceRule extends Omit<PriceRule, 'id' | 'startsAtMs'> {
  readonly startsAtMs: number | undefined;
}

/** A new rule; it takes over from an older one of the same key. Returns its id. */
export async function addPriceRule(database: Database, rule: NewPriceRule): Promise<bigint> {
  const { rows } = await database.query<{ id: bigint }>(
    'select toprail.add_price_rule($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as id',
    [
      rule.term,
      rule.accountId ?? null,
      rule.operatorId ?? null,
      rule.plan ?? null,
      rule.productType ?? null,
      rule.percent,
      rule.fixed,
      rule.currency ?? null,
      instant(rule.startsAtMs),
      instant(rule.endsAtMs),
    ],
  );
  const [row] = rows;
  assert(row, 'add_price_rule returns an id');
  return row.id;
}

/** False: there is no such rule, or it has ended already. */
export async function endPriceRule(
  database: Database,
  id: number,
  atMs: number | undefined,
): Promise<boolean> {
  const { rows } = await database.query<{ ended: boolean }>(
    'select toprail.end_price_rule($1, $2) as ended',
    [id, instant(atMs)],
  );
  return rows[0]?.ended ?? false;
}

/** What the account above `childId` keeps of what the child would get. SQLSTATE TR003: there is none above it. */
export async function setResellerMargin(
  database: Database,
  margin: {
    readonly childId: bigint;
    readonly operatorId: number | undefined;
    readonly productType: string | undefined;
    readonly percent: string;
  },
): Promise<void> {
  await database.query('select toprail.set_reseller_margin($1, $2, $3, $4)', [
    margin.childId,
    margin.operatorId ?? null,
    margin.productType ?? null,
    margin.percent,
  ]);
}

export interface PlanTerms {
  readonly name: string;
  readonly percent: string;
  readonly fxMarginPercent: string | undefined;
  readonly sells: readonly string[] | undefined;
  /** What entering the plan costs, minor units. */
  readonly fee: { readonly amount: Minor; readonly currency: string } | undefined;
}

/** Makes a plan or changes one. What is not given is kept. */
export async function setPlan(database: Database, plan: PlanTerms): Promise<void> {
  await database.query('select toprail.set_plan($1, $2, $3, $4, $5, $6)', [
    plan.name,
    plan.percent,
    plan.fxMarginPercent ?? null,
    plan.sells ?? null,
    plan.fee?.amount ?? null,
    plan.fee?.currency ?? null,
  ]);
}

/** One US dollar in another currency, in force until the next one. Returns the version that orders will name. */
export async function setExchangeRate(
  database: Database,
  rate: { readonly quote: string; readonly rate: string; readonly note: string },
): Promise<string> {
  const { rows } = await database.query<{ version: string }>(
    'select toprail.set_exchange_rate($1, $2, $3) as version',
    [rate.quote, rate.rate, rate.note],
  );
  const [row] = rows;
  assert(row, 'set_exchange_rate returns a version');
  return row.version;
}

function instant(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
