/** New partitions are made under traffic: a dump or a long report that reads the tables must not stop the orders. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { placeOrder } from '../../src/orders/place-order.ts';
import { startApp, type TestApp } from '../harness/app.ts';
import { topUp } from '../harness/orders.ts';

const MONTH_MS = 31 * 24 * 3_600_000;

describe('a new month', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  it('begins while somebody reads the tables, and orders go on', async () => {
    const { engine } = app.app.services;
    const reader = new Client({ connectionString: app.db.superuserUrl });
    await reader.connect();
    await reader.query('begin; select count(*) from toprail.orders');
    try {
      await app.advance(MONTH_MS);
      const making = engine.database
        .query('select toprail.create_partitions()')
        .catch((error: unknown) => error);
      await sleep(200); // it waits for the reader, or has given up
      const placed = placeOrder(engine, topUp(app));
      const first = await Promise.race([placed.then(({ kind }) => kind), sleep(3_000, 'still waiting')]);
      await reader.query('rollback');
      await Promise.all([making, placed]);
      assert.equal(first, 'placed');
    } finally {
      await reader.end();
    }
  });

  it('has partitions for orders that were minted at its first millisecond and at the last of the one before', async () => {
    const [row] = await app.rows<{ covered: boolean }>(
      `select bool_and(exists (select from pg_class where relname = 'orders_' || to_char(m, 'YYYY_MM'))) as covered
       from (select date_trunc('month', toprail.now() at time zone 'UTC') + make_interval(months => n) as m from generate_series(-1, 2) n) t`,
    );
    assert.equal(row?.covered, true);
  });

  it('is listed with what it takes, table by table, and so are all indexes', async () => {
    const { database } = app.app.services.engine;
    const { rows } = await database.query<{ tables: string[]; gaps: bigint; bytes: bigint }>(
      `select array_agg(distinct table_name order by table_name) as tables, min(bytes + index_bytes) as bytes,
         count(*) filter (where first_id <> before) as gaps
       from (select *, lag(past_id) over (partition by table_name order by first_id) as before
         from toprail.list_partitions()) p`,
    );
    const tables = ['attempts', 'events', 'evidence', 'order_progress', 'orders', 'transfers'];
    assert.deepEqual(rows[0]?.tables, tables);
    assert.equal(rows[0]?.gaps, 0n);
    assert.ok((rows[0]?.bytes ?? 0n) > 0n);
    const indexes = await database.query<{ index_name: string }>(
      'select index_name from toprail.list_indexes() where bytes > 0',
    );
    const names = indexes.rows.map(({ index_name }) => index_name);
    for (const name of ['transfers_pkey', 'wallets_pkey']) assert.ok(names.includes(name), name);
  });
});
