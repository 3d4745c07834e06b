/** SQL of price lists. */
import type { Database } from '../platform/postgres.ts';
import { PriceBook } from './price-book.ts';
import type { PriceRule, Term } from './price-rules.ts';

interface PlanRow {
  name: string;
  percent: string;
  fx_margin_percent: string;
  sells: string[] | null;
}

interface RuleRow {
  id: bigint;
  term: Term;
  account_id: bigint | null;
  operator_id: number | null;
  plan: string | null;
  product_type: string | null;
  percent: string;
  fixed: bigint;
  currency: string | null;
  starts_at: Date;
  ends_at: Date | null;
}

interface MarginRow {
  child_id: bigint;
  operator_id: number | null;
  product_type: string | null;
  percent: string;
}

/** Percentages leave without trailing zeros, as orders show them. */
const RULE_COLUMNS = `id, term, account_id, operator_id, plan, product_type, trim_scale(percent)::text as percent, fixed,
  currency, starts_at, ends_at`;

export async function loadPriceBook(database: Database): Promise<PriceBook> {
  const [plans, rules, margins] = await Promise.all([
    database.query<PlanRow>(
      `select name, trim_scale(percent)::text as percent, trim_scale(fx_margin_percent)::text as fx_margin_percent, sells
       from toprail.plans`,
    ),
    database.query<RuleRow>(`select ${RULE_COLUMNS} from toprail.read_price_rules()`),
    database.query<MarginRow>(
      `select child_id, operator_id, product_type, trim_scale(percent)::text as percent
       from toprail.read_reseller_margins()`,
    ),
  ]);
  return new PriceBook(
    plans.rows.map((row) => ({
      name: row.name,
      percent: row.percent,
      fxMarginPercent: row.fx_margin_percent,
      sells: row.sells ?? undefined,
    })),
    rules.rows.map(ruleFrom),
    margins.rows.map((row) => ({
      childId: row.child_id,
      operatorId: row.operator_id ?? undefined,
      productType: row.product_type ?? undefined,
      percent: row.percent,
    })),
  );
}

/** Every rule there ever was, for whoever runs the switch. */
export async function listPriceRules(database: Database): Promise<PriceRule[]> {
  const { rows } = await database.query<RuleRow>(`select ${RULE_COLUMNS} from toprail.list_price_rules()`);
  return rows.map(ruleFrom);
}

function ruleFrom(row: RuleRow): PriceRule {
  return {
    id: Number(row.id),
    term: row.term,
    accountId: row.account_id ?? undefined,
    operatorId: row.operator_id ?? undefined,
    plan: row.plan ?? undefined,
    productType: row.product_type ?? undefined,
    percent: row.percent,
    fixed: row.fixed,
    currency: row.currency ?? undefined,
    startsAtMs: row.starts_at.getTime(),
    endsAtMs: row.ends_at?.getTime(),
  };
}
