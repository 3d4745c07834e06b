/** What a wallet may pay for in a day (UTC): the batch that accepts orders counts and refuses. */
import type { Minor } from '../core/money.ts';
import type { Database } from '../platform/postgres.ts';

/** Sets both limits; undefined is none. Returns the wallet, undefined when the account has none in this currency. */
export async function setDayLimits(
  database: Database,
  limits: {
    readonly accountId: bigint;
    readonly currency: string;
    readonly ordersMax: number | undefined;
    readonly amountMax: Minor | undefined;
  },
): Promise<bigint | undefined> {
  const { accountId, currency, ordersMax, amountMax } = limits;
  const { rows } = await database.query<{ id: bigint | null }>(
    'select toprail.set_day_limits($1, $2, $3, $4) as id',
    [accountId, currency, ordersMax ?? null, amountMax ?? null],
  );
  return rows[0]?.id ?? undefined;
}
