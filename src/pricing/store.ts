/** SQL of price lists. */
import type { Database } from '../platform/postgres.ts';
import { PriceBook } from './price-book.ts';

export async function loadPriceBook(database: Database): Promise<PriceBook> {
  const [plans, rates] = await Promise.all([
    database.query<{ name: string; percent: string; fx_margin_percent: string }>(
      'select name, percent::text, fx_margin_percent::text from toprail.plans',
    ),
    database.query<{ id: bigint; account_id: bigint | null; operator_id: number | null; percent: string }>(
      'select id, account_id, operator_id, percent::text from toprail.read_price_rates()',
    ),
  ]);
  return new PriceBook(
    plans.rows.map((row) => ({
      name: row.name,
      percent: row.percent,
      fxMarginPercent: row.fx_margin_percent,
    })),
    rates.rows.map((row) => ({
      id: Number(row.id),
      accountId: row.account_id ?? undefined,
      operatorId: row.operator_id ?? undefined,
      percent: row.percent,
    })),
  );
}
