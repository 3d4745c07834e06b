/** SQL of quotes: kept before they are told, read by whoever they were made for. */
import type { AccountId } from '../core/ids.ts';
import type { Database } from '../platform/postgres.ts';
import { type Quote, readPrice, writePrice } from './quote.ts';

export type NewQuote = Omit<Quote, 'orderId' | 'createdAtMs' | 'expiresAtMs'>;

/** Keeps quotes, all or none of them; each is told after this has answered. */
export async function saveQuotes(
  database: Database,
  quotes: readonly NewQuote[],
  validSeconds: number,
): Promise<{ readonly createdAtMs: number; readonly expiresAtMs: number }> {
  const { rows } = await database.query<{ created_at: Date; expires_at: Date }>(
    `select * from toprail.save_quotes($1::bigint[], $2::bigint[], $3::integer[], $4::text[], $5::text[], $6::text[],
       $7::bigint[], $8)`,
    [
      quotes.map(({ accountId }) => accountId),
      quotes.map(({ id }) => id),
      quotes.map(({ productId }) => productId),
      quotes.map(({ walletCurrency }) => walletCurrency),
      quotes.map(({ amountMode }) => amountMode),
      quotes.map(({ price }) => writePrice(price)),
      quotes.map(({ minimumReceive }) => minimumReceive ?? null),
      validSeconds,
    ],
  );
  const [row] = rows;
  if (!row) throw new Error('save_quotes answered nothing');
  return { createdAtMs: row.created_at.getTime(), expiresAtMs: row.expires_at.getTime() };
}

interface QuoteRow {
  id: bigint;
  product_id: number;
  wallet_currency: string;
  amount_mode: 'send' | 'receive';
  price: string;
  minimum_receive: bigint | null;
  created_at: Date;
  expires_at: Date;
  order_id: bigint | null;
}

/** Undefined: there is none, it is another account's, or it went unused and was swept away. */
export async function findQuote(
  database: Database,
  accountId: AccountId,
  id: bigint,
): Promise<Quote | undefined> {
  const { rows } = await database.read<QuoteRow>(
    accountId,
    `select id, product_id, wallet_currency, amount_mode, price, minimum_receive, created_at, expires_at, order_id
     from toprail.quotes where account_id = $1 and id = $2`,
    [accountId, id],
  );
  const [row] = rows;
  return (
    row && {
      id: row.id,
      accountId,
      productId: row.product_id,
      walletCurrency: row.wallet_currency,
      amountMode: row.amount_mode,
      price: readPrice(row.price),
      minimumReceive: row.minimum_receive ?? undefined,
      createdAtMs: row.created_at.getTime(),
      expiresAtMs: row.expires_at.getTime(),
      orderId: row.order_id ?? undefined,
    }
  );
}
