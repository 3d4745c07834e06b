/** Prices and rates as an operator of the switch sets them. Running servers must be told afterwards. */
import { assert } from '../core/assert.ts';
import type { Database } from '../platform/postgres.ts';

/** A new version of the rate of an account, an operator, or both. */
export async function setPriceRate(
  database: Database,
  rate: {
    readonly accountId: bigint | undefined;
    readonly operatorId: number | undefined;
    readonly percent: string;
  },
): Promise<bigint> {
  const { rows } = await database.query<{ id: bigint }>('select toprail.set_price_rate($1, $2, $3) as id', [
    rate.accountId ?? null,
    rate.operatorId ?? null,
    rate.percent,
  ]);
  const [row] = rows;
  assert(row, 'set_price_rate returns an id');
  return row.id;
}

/** Makes a plan or changes one. Without a margin, the one that it has is kept. */
export async function setPlan(
  database: Database,
  plan: { readonly name: string; readonly percent: string; readonly fxMarginPercent: string | undefined },
): Promise<void> {
  await database.query('select toprail.set_plan($1, $2, $3)', [
    plan.name,
    plan.percent,
    plan.fxMarginPercent ?? null,
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
