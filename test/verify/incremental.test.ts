/** An incremental run goes on from the mark of the last clean one: it finds what is new, and reads nothing else. */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { placeOrder } from '../../src/orders/place-order.ts';
import { type VerifyForm, verifyBooks } from '../../src/verify/verify.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { copyOrder } from '../harness/old-orders.ts';
import { topUp } from '../harness/orders.ts';
import { foundAfter } from './planted.ts';

const OLD_ORDERS = 2_000;

/** What is done to an order, and the check that has to see it. Constraints that stand in the way are lifted. */
const PLANTS: readonly (readonly [check: string, sql: (order: string) => string])[] = [
  [
    'M1',
    (order) =>
      `alter table transfers drop constraint transfers_two_legs; update transfers set credit = debit where kind = 'cost' and source_id = ${order}`,
  ],
  ['M2 posted', (order) => `delete from transfers where kind = 'capture' and source_id = ${order}`],
  [
    'M2 statement',
    (order) =>
      `update transfers set wallet_posted_after = wallet_posted_after + 1 where kind = 'capture' and source_id = ${order}`,
  ],
  ['M4', (order) => `update order_progress set hold_amount = hold_amount + 1 where order_id = ${order}`],
  ['M4 capture', (order) => `delete from transfers where kind = 'cost' and source_id = ${order}`],
  [
    'M5',
    (order) =>
      `update transfers set source_id = source_id + 1 where kind = 'cost' and source_id = (select max(order_id) from order_progress) and ${order} > 0`,
  ],
  ['M6', (order) => `update orders set pricing = '{"rounding":{"cost":"2/3"}}' where id = ${order}`],
  ['D1', (order) => `delete from attempts where order_id = ${order}`],
  ['D1 evidence', (order) => `delete from evidence where order_id = ${order}`],
  ['A2', (order) => `update order_references set order_id = order_id + 1 where order_id = ${order}`],
  ['E1', (order) => `delete from events where order_id = ${order} and seq = 2`],
  ['E3', (order) => `update orders set recipient_id = recipient_id + 1 where id = ${order}`],
  ['E4', (order) => `update orders set currency = 'INR' where id = ${order}`],
];
/** They see what they are for wherever it is: only the whole book has it. */
const WHOLE_BOOK = ['M5'];

describe('an incremental verify', () => {
  let app: TestApp;
  let old = '';
  let fresh = '';
  let reversed = '';
  const journalPath = () => join(app.config.dataDir, 'simulator', 'journal.ndjson');
  /** `settleMs` before now, as the app's clock has it, is as far as the journal is compared. */
  const verify = (form: VerifyForm, mark: 'move' | 'leave' = 'leave', settleMs = -60_000) =>
    verifyBooks({
      databaseUrl: app.db.appUrl,
      journalPath: journalPath(),
      settleMs: settleMs - app.clock.offsetMs,
      form,
      mark,
    });
  const place = async (phone = '+50936377111') => {
    const { engine } = app.app.services;
    const placed = await placeOrder(engine, topUp(app, { recipient: { kind: 'phone', value: phone } }));
    if (placed.kind !== 'placed') throw new Error(`an order was ${placed.kind}`);
    return String(placed.order.facts.id);
  };
  const ended = (count: number) =>
    eventually(async () => {
      const [row] = await app.rows<{ count: string }>(
        'select count(*) from order_progress where completed_at is not null',
      );
      assert.equal(Number(row?.count), count);
    });

  before(async () => {
    app = await startApp();
    old = await place();
    reversed = await place('+50936379011');
    await ended(2);
    await copyOrder(app, old, OLD_ORDERS);
    await app.rows('analyze'); // as autovacuum does
  });
  after(() => app.close());

  it('looks at everything when there is no mark, and leaves one', async () => {
    const first = await verify('incremental', 'move');
    assert.equal(first.ok, true);
    assert.equal(first.form, 'full');
    assert.equal(first.since, undefined);
    const second = await verify('incremental');
    assert.equal(second.form, 'incremental');
    assert.equal(second.ok, true);
    assert.ok((second.since?.event ?? 0n) > 0n);
  });

  it('finds what is wrong with a new order, each check of its own', async () => {
    fresh = await place();
    await app.rows(
      `insert into order_references select account_id, '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', id from orders where id = ${fresh}`,
    );
    await ended(OLD_ORDERS + 3);
    assert.deepEqual(await foundAfter(app.db, '', 'incremental'), []);
    for (const [check, sql] of PLANTS) {
      const found = await foundAfter(app.db, sql(fresh), 'incremental');
      assert.ok(found.includes(check), `${check} saw nothing`);
    }
  });

  it('leaves an old order alone, which a full run does not', async () => {
    const plants = PLANTS.filter(([name]) => !WHOLE_BOOK.includes(name) && name !== 'A2');
    for (const [check, sql] of plants) {
      assert.deepEqual(await foundAfter(app.db, sql(old), 'incremental'), [], check);
    }
    const all = plants.filter(([name]) => ['M6', 'D1', 'E1'].includes(name));
    const found = await foundAfter(app.db, all.map(([, sql]) => sql(old)).join('; '), 'full');
    for (const [check] of all) assert.ok(found.includes(check), check);
  });

  it('looks at an old order again that something has happened to', async () => {
    await app.advance(11_000);
    await eventually(async () => {
      const rows = await app.rows(`select 1 from adjustments where order_id = ${reversed}`);
      assert.equal(rows.length, 1);
    });
    const damage = `delete from evidence where order_id = ${reversed}; update adjustments set amount = amount + 1`;
    const found = await foundAfter(app.db, damage, 'incremental');
    assert.ok(found.includes('D1 evidence') && found.includes('M5 adjustments'), found.join());
  });

  it('reads the rows of what is new, and no others', async () => {
    const incremental = await rowsRead('incremental');
    const full = await rowsRead('full');
    assert.ok(full > 4 * OLD_ORDERS, `a full run reads all: ${full}`);
    assert.ok(incremental < OLD_ORDERS / 5, `${incremental} rows were read for two orders`);
  });

  it('does not move the mark when something is wrong, and moves it when all is well', async () => {
    const at = async () => (await verify('incremental')).since?.event;
    const marked = await at();
    await app.rows(`update wallets set held = held + 1 where currency = 'USD'`);
    assert.equal((await verify('incremental', 'move')).ok, false);
    assert.equal((await verify('full', 'move')).ok, false);
    assert.equal(await at(), marked);
    await app.rows(`update wallets set held = held - 1 where currency = 'USD'`);
    assert.equal((await verify('incremental', 'move')).ok, true);
    assert.ok(((await at()) ?? 0n) > (marked ?? 0n));
    const found = await foundAfter(app.db, PLANTS[3]?.[1](fresh) ?? '', 'incremental');
    assert.deepEqual(found, [], 'what was new is old now');
  });

  it('compares with the journal in the next run what it had to leave', async () => {
    assert.equal((await verify('incremental', 'move')).ok, true);
    fresh = await place();
    await ended(OLD_ORDERS + 4);
    assert.equal((await verify('incremental', 'move', 3_600_000)).ok, true, 'its lines are too young');
    const kept = readFileSync(journalPath(), 'utf8');
    const line = kept
      .split('\n')
      .find((one) => one.includes(`-${fresh}-`) && one.includes('"event":"delivered"'));
    appendFileSync(journalPath(), `${line}\n`);
    const { checks } = await verify('incremental', 'move');
    writeFileSync(journalPath(), kept);
    const broken = checks.filter(({ violations }) => violations > 0).map(({ name }) => name);
    assert.deepEqual(broken, ['D2 delivered', 'D2 once']);
    assert.equal((await verify('incremental', 'move')).ok, true);
  });

  it('is left by one of two runs at the same time, and disturbs neither', async () => {
    const both = await Promise.all([verify('incremental', 'move'), verify('incremental', 'move')]);
    assert.deepEqual(
      both.map(({ ok }) => ok),
      [true, true],
    );
  });

  /** Of the partitioned tables, as PostgreSQL counts them. */
  async function rowsRead(form: VerifyForm): Promise<number> {
    const superuser = new Client({ connectionString: app.db.superuserUrl });
    await superuser.connect();
    try {
      await superuser.query('begin');
      await superuser.query('select * from toprail.verify_books($1)', [form]);
      const { rows } = await superuser.query<{ read: string }>(
        `select sum(seq_tup_read + idx_tup_fetch) as read from pg_stat_xact_user_tables
         where relname ~ '^(orders|order_progress|attempts|evidence|transfers|events)_'`,
      );
      return Number(rows[0]?.read);
    } finally {
      await superuser.end();
    }
  }
});
