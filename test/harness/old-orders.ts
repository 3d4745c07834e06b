/**
 * Many orders that have ended, written at once: copies of one, an hour older and a millisecond apart, in true books and
 * in the journal of their operator.
 */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestApp } from './app.ts';

/** `orderId` has ended, moves one wallet once, and is the only one that the copies are made from. */
export async function copyOrder(app: TestApp, orderId: string, copies: number): Promise<void> {
  const [wallet] = await app.rows<{ id: string }>(
    `select wallet_id::text as id from orders where id = ${orderId}`,
  );
  const columns = async (table: string, replaced: Readonly<Record<string, string>>) => {
    const rows = await app.rows<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = 'toprail.${table}'::regclass and attnum > 0 and not attisdropped order by attnum`,
    );
    return rows.map(({ name }) => replaced[name] ?? `t.${name}`).join(', ');
  };
  const copy = async (table: string, key: string, replaced: Readonly<Record<string, string>> = {}) => {
    const id = `t.${key} - (3600000 + n)::bigint * 4096`;
    await app.rows(
      `insert into ${table} select ${await columns(table, { [key]: id, ...replaced })}
       from ${table} t cross join generate_series(1, ${copies}) as n where t.${key} = ${orderId}`,
    );
  };
  // Room for all of them, as if it had always been there.
  await app.rows(
    `update wallets set opening = opening + 1e12::bigint, posted = posted + 1e12::bigint where id = ${wallet?.id}`,
  );
  await app.rows(
    'update transfers set wallet_posted_after = wallet_posted_after + 1e12::bigint where wallet_id = $1',
    [wallet?.id],
  );
  await copy('orders', 'id');
  await copy('order_progress', 'order_id');
  await copy('attempts', 'order_id');
  await copy('evidence', 'order_id');
  const of = (column: string) => `(select ${column} from wallets where id = t.wallet_id)`;
  await copy('transfers', 'source_id', {
    wallet_entry: `${of('entries')} + n`,
    wallet_posted_after: `${of('posted')} - n * t.amount`,
  });
  const told = `(select count(*) from events where order_id = ${orderId})`;
  await copy('events', 'order_id', { id: `(select last_id from event_counter) + (n - 1) * ${told} + t.seq` });
  await app.rows(`update event_counter set last_id = (select max(id) from events)`);
  await app.rows(
    `update wallets w set entries = w.entries + ${copies}, posted = w.posted - ${copies} * o.cost
     from orders o where o.id = ${orderId} and w.id = o.wallet_id`,
  );
  const delivered = Array.from({ length: copies }, (_, n) => {
    const reference = `1-${BigInt(orderId) - (3_600_001n + BigInt(n)) * 4096n}-1`;
    return `${JSON.stringify({ seq: 1, at: new Date(0).toISOString(), provider: 'sandbox', reference, event: 'delivered', number: '+1', product: 'airtime:173', amount: '1.00', currency: 'HTG' })}\n`;
  });
  await appendFile(join(app.config.dataDir, 'simulator', 'journal.ndjson'), delivered.join(''));
}
