/**
 * Fills a database with orders that have ended: copies of one that was really delivered, spread over last month and over
 * some accounts, in true books, written by PostgreSQL itself. Half a million a minute.
 */
import type { Client } from 'pg';
import { referenceHash } from '../src/orders/place-order.ts';
import type { Vault } from '../src/platform/crypto.ts';

/** Orders a transaction, and how often progress is told. */
const CHUNK = 250_000;
/** Orders of one account in a row that go to the same number. */
const ORDERS_A_RECIPIENT = 10;
const ID_BITS_BELOW_MS = 12;

export interface Preload {
  readonly superuser: Client;
  readonly vault: Vault;
  /** Wallets by account, as many as divide a chunk. The first one's references are real: its orders are found by them. */
  readonly wallets: readonly (readonly [accountId: bigint, walletId: bigint])[];
  /** The order that is copied; it has ended as delivered. */
  readonly templateId: bigint;
  readonly orders: number;
  readonly say: (line: string) => void;
}

/** The orders of the first account, numbered from 0. */
export interface Preloaded {
  readonly count: number;
  orderId(index: number): bigint;
  reference(index: number): string;
}

export async function preload(options: Preload): Promise<Preloaded> {
  const { superuser, vault, wallets, templateId, say } = options;
  const width = wallets.length;
  const orders = Math.ceil(options.orders / width) * width;
  const run = (sql: string) => superuser.query<Record<string, string>>(sql);
  const one = async (sql: string) => (await run(sql)).rows[0] ?? {};
  const lastMonth = "date_trunc('month', now() at time zone 'UTC') - interval '1 month'";
  const { first = '0', ms = '0' } = await one(
    `select toprail.first_id_at((${lastMonth}) at time zone 'UTC') as first,
       floor(extract(epoch from (${lastMonth} + interval '1 month') - (${lastMonth})) * 1000) as ms`,
  );
  const stepMs = Math.floor(Number(ms) / orders);
  if (stepMs < 1) throw new Error('a month has room for one order a millisecond');
  const reference = (index: number) => `preloaded-${index}`;

  await run('set search_path = toprail, public');
  await run('create temp table preload (k integer primary key, account_id bigint, wallet_id bigint)');
  await run(`insert into preload values ${wallets.map((ids, k) => `(${k}, ${ids.join(', ')})`).join(', ')}`);
  await run('create temp table preload_reference (n integer primary key, hash uuid)');
  const { cost = '0', events = '0' } = await one(
    `select cost, (select count(*) from events where order_id = o.id) as events from orders o where id = ${templateId}`,
  );
  await makeRoom(run, BigInt(cost) * BigInt(orders / width));
  // The past was closed while it was empty.
  await run(`delete from closed_sums; update books_closed set before_id = 0, until = '2025-01-01'`);
  const statements = await copyStatements(run, { templateId, first, stepMs, width, events: Number(events) });
  for (let from = 0; from < orders; from += CHUNK) {
    const to = Math.min(from + CHUNK, orders);
    const real = Array.from({ length: (to - from) / width }, (_, index) => {
      const n = from + index * width;
      return `(${n}, '${referenceHash({ vault }, reference(n / width))}')`;
    });
    await run('begin');
    await run(`truncate preload_reference; insert into preload_reference values ${real.join(', ')}`);
    for (const statement of statements(from, to)) await run(statement);
    await run('commit');
    await run('select create_partitions()');
    say(`${to.toLocaleString('en')} of ${orders.toLocaleString('en')} orders are stored`);
  }
  await run('vacuum (analyze)');
  await run('checkpoint');
  return {
    count: orders / width,
    orderId: (index) => BigInt(first) + (BigInt(index * width * stepMs) << BigInt(ID_BITS_BELOW_MS)),
    reference,
  };
}

type Run = (sql: string) => Promise<{ readonly rows: Record<string, string>[] }>;

/** Money for all of a wallet's orders, as if it had always been there. */
async function makeRoom(run: Run, amount: bigint): Promise<void> {
  await run(`update wallets w set opening = opening + ${amount}, posted = posted + ${amount}
    from preload p where w.id = p.wallet_id`);
  await run(`update transfers t set wallet_posted_after = wallet_posted_after + ${amount}
    from preload p where t.wallet_id = p.wallet_id`);
}

interface Source {
  readonly templateId: bigint;
  readonly first: string;
  readonly stepMs: number;
  readonly width: number;
  /** Of the template. */
  readonly events: number;
}

async function copyStatements(
  run: Run,
  { templateId, first, stepMs, width, events }: Source,
): Promise<(from: number, to: number) => string[]> {
  const idOf = (n: string) => `(${first} + ((${n})::bigint * ${stepMs} << ${ID_BITS_BELOW_MS}))`;
  const id = idOf('n');
  const nth = `((n - $from) / ${width} + 1)`; // of its wallet in this chunk
  const isWallets = (value: string) => `case when t.wallet_id is not null then ${value} end`;
  const rows = `generate_series($from, $to - 1) as n join preload p on p.k = n % ${width}`;
  const copy = async (table: string, key: string, replaced: Readonly<Record<string, string>> = {}) => {
    const { rows: columns } = await run(
      `select attname as name from pg_attribute where attrelid = '${table}'::regclass and attnum > 0 and not attisdropped
       order by attnum`,
    );
    const values: Readonly<Record<string, string>> = { account_id: 'p.account_id', [key]: id, ...replaced };
    return `insert into ${table} select ${columns.map(({ name = '' }) => values[name] ?? `t.${name}`).join(', ')}
      from ${rows} join wallets w on w.id = p.wallet_id cross join ${table} t
      where t.${key} = ${templateId}`;
  };
  const isFirstOfNumber = `n / ${width} % ${ORDERS_A_RECIPIENT} = 0`;
  const statements = [
    `insert into recipients select p.account_id, ${id}, t.kind, md5('recipient' || n)::uuid, t.value_sealed
      from ${rows} join orders o on o.id = ${templateId} join recipients t on t.id = o.recipient_id
      where ${isFirstOfNumber}`,
    `insert into order_references
      select p.account_id, coalesce(r.hash, md5('reference' || n)::uuid) as hash, md5('content' || n)::uuid, ${id}
      from ${rows} left join preload_reference r using (n) order by 1, 2`,
    await copy('orders', 'id', {
      wallet_id: 'p.wallet_id',
      recipient_id: idOf(`n - (n / ${width} % ${ORDERS_A_RECIPIENT}) * ${width}`),
    }),
    await copy('order_progress', 'order_id', { hold_wallet_id: 'p.wallet_id' }),
    await copy('attempts', 'order_id'),
    await copy('evidence', 'order_id'),
    await copy('transfers', 'source_id', {
      wallet_id: isWallets('p.wallet_id'),
      wallet_entry: isWallets(`w.entries + ${nth}`),
      wallet_posted_after: isWallets(`w.posted - ${nth} * t.amount`),
    }),
    await copy('events', 'order_id', {
      id: `(select last_id from event_counter) + (n - $from)::bigint * ${events} + t.seq`,
    }),
    `update wallets w set entries = w.entries + ($to - $from) / ${width},
        posted = w.posted - ($to - $from) / ${width} * o.cost
      from preload p, orders o where w.id = p.wallet_id and o.id = ${templateId}`,
    `update event_counter set last_id = last_id + ($to - $from)::bigint * ${events}`,
  ];
  return (from, to) =>
    statements.map((text) => text.replaceAll('$from', `${from}`).replaceAll('$to', `${to}`));
}
