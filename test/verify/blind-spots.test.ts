/** What could be wrong with the books and stay unseen: each is done on purpose and must be found. */
import assert from 'node:assert/strict';
import { appendFile, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { placeOrder } from '../../src/orders/place-order.ts';
import { verifyBooks } from '../../src/verify/verify.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { topUp } from '../harness/orders.ts';

interface Orders {
  /** Delivered at once. */
  readonly delivered: bigint;
  /** Refused by the operator. */
  readonly failed: bigint;
  /** Half of it delivered, the rest given back. */
  readonly partial: bigint;
  /** Refused twice, delivered by the third attempt. */
  readonly retried: bigint;
  readonly inDoubt: bigint;
}

/** Lifts a constraint that would stop it: the check is the second line of defence. */
const without = (table: string, constraint: string) => `alter table ${table} drop constraint ${constraint};`;

const PLANTS: Readonly<Record<string, readonly [check: string, sql: (orders: Orders) => string]>> = {
  'an ended order that is due': [
    'A4',
    (o) =>
      `${without('order_progress', 'order_progress_wakeup')} update order_progress set next_wakeup = toprail.now() where order_id = ${o.delivered}`,
  ],
  'a refund while the attempt is in doubt': [
    'D1 ends',
    (o) => `update attempts set state = 'UNKNOWN' where order_id = ${o.failed}`,
  ],
  'a living order without an attempt': ['D1', (o) => `delete from attempts where order_id = ${o.inDoubt}`],
  'a last attempt that is not the last': [
    'D1',
    (o) => `update order_progress set attempt = 1 where order_id = ${o.retried}`,
  ],
  'an attempt that was sent before the refusal of the one before it': [
    'D3',
    (o) =>
      `update evidence set received_at = received_at + interval '1 hour' where order_id = ${o.retried} and attempt = 1`,
  ],
  'a confirmation that nobody has given': [
    'D1 evidence',
    (o) => `delete from evidence where order_id = ${o.delivered}`,
  ],
  'a refusal that nobody has given': [
    'D1 evidence',
    (o) => `delete from evidence where order_id = ${o.failed}`,
  ],
  'two days of doubt without a review case': [
    'A5',
    (o) =>
      `update order_progress set doubt_since = toprail.now() - interval '2 days' where order_id = ${o.inDoubt}`,
  ],
  'a review without a case': [
    'A5',
    (o) => `update order_progress set state = 'REVIEW' where order_id = ${o.inDoubt}`,
  ],
  'an open case of an ended order': [
    'A5',
    (o) =>
      `insert into review_cases select account_id, id, 'conflict', created_at, null from orders where id = ${o.delivered}`,
  ],
  'a callback that nobody has acted on': [
    'A5',
    () => "update callback_inbox set next_wakeup = toprail.now() - interval '1 day'",
  ],
  'an event twice where another one is missing': [
    'E1',
    (o) => `update events set seq = 1 where order_id = ${o.retried} and seq = 2`,
  ],
  'an end that the history does not tell': [
    'E1',
    (o) =>
      `update events set type = 'order.failed' where order_id = ${o.delivered} and type = 'order.delivered'`,
  ],
  'a progress, and so a hold, of no order': [
    'M4',
    (o) =>
      `delete from orders where id = ${o.inDoubt}; delete from attempts where order_id = ${o.inDoubt}; delete from order_references where order_id = ${o.inDoubt}; delete from recipients r where not exists (select from orders x where x.recipient_id = r.id)`,
  ],
  'a cost that was never posted': [
    'M4 capture',
    (o) => `delete from transfers where source_id = ${o.delivered} and kind in ('cost', 'cost_exchange')`,
  ],
  'less delivered than asked, and nothing given back': [
    'M5 adjustments',
    (o) => `update order_progress set delivered_amount = 1 where order_id = ${o.delivered}`,
  ],
  'a refund of an order that was never captured': [
    'M5 adjustments',
    (o) => `update adjustments set order_id = ${o.failed} where order_id = ${o.partial}`,
  ],
  'a funding that was never posted': [
    'M5',
    () =>
      'insert into money_requests select account_id, gen_random_uuid(), fingerprint, 5, reason, actor, created_at from money_requests limit 1',
  ],
};

describe('verify', () => {
  let app: TestApp;
  let orders: Orders;
  before(async () => {
    app = await startApp();
    const [delivered, failed, partial, retried] = await Promise.all(
      ['7111', '9001', '9013', '9015'].map(place),
    );
    await place('9007');
    for (const ms of [1_000, 2_000, 3_000]) {
      await eventually(async () => {
        const due = await app.rows('select 1 from order_progress where next_wakeup <= toprail.now()');
        assert.equal(due.length, 0);
      });
      await app.advance(ms);
    }
    await eventually(async () =>
      assert.equal((await app.rows('select 1 from order_progress where completed_at is not null')).length, 5),
    );
    await eventually(async () =>
      assert.equal((await app.rows('select 1 from callback_inbox where next_wakeup is null')).length, 1),
    );
    const inDoubt = await place('9005');
    await eventually(async () =>
      assert.equal((await app.rows("select 1 from order_progress where state = 'IN_DOUBT'")).length, 1),
    );
    orders = { delivered, failed, partial, retried, inDoubt } as Orders;
  });
  after(async () => {
    await app.advance(2_000);
    await eventually(async () =>
      assert.equal((await app.rows('select 1 from order_progress where completed_at is null')).length, 0),
    );
    await app.close();
  });

  it('finds nothing in books that are right', async () => assert.deepEqual(await found(''), []));

  for (const [what, [check, sql]] of Object.entries(PLANTS)) {
    it(`finds ${what} (${check})`, async () => assert.notDeepEqual(await found(sql(orders)), []));
  }

  it('finds an order that an operator delivered and that the books have lost, also when it was the newest', async () => {
    const journalPath = join(app.config.dataDir, 'copy.ndjson');
    await copyFile(join(app.config.dataDir, 'simulator', 'journal.ndjson'), journalPath);
    const [submitted] = app.journal(orders.delivered);
    assert.ok(submitted);
    const at = new Date(app.clock.now()).toISOString();
    const lost = { ...submitted, seq: 9_999, at, reference: `1-${app.app.services.engine.mint.next()}-1` };
    await appendFile(journalPath, `${JSON.stringify(lost)}\n`);
    const report = await verifyBooks({
      databaseUrl: app.db.appUrl,
      journalPath,
      settleMs: -app.clock.offsetMs - 1_000,
    });
    const check = report.checks.find(({ name }) => name === 'D4 references');
    assert.deepEqual(check?.sample, [lost.reference]);
  });

  /** The checks that are broken once this was done to the books; it is undone afterwards. */
  async function found(sql: string): Promise<string[]> {
    const superuser = new Client({ connectionString: app.db.superuserUrl });
    await superuser.connect();
    try {
      await superuser.query('set search_path = toprail, public');
      await superuser.query('begin');
      await superuser.query('set local session_replication_role = replica'); // no foreign keys either
      await superuser.query(sql);
      const { rows } = await superuser.query<{ name: string }>(
        'select name from toprail.verify_books() where violations > 0',
      );
      return rows.map(({ name }) => name);
    } finally {
      await superuser.end(); // rolls back
    }
  }

  async function place(suffix: string): Promise<bigint> {
    const recipient = { kind: 'phone', value: `+5093637${suffix}` } as const;
    const placed = await placeOrder(app.app.services.engine, topUp(app, { recipient, reference: suffix }));
    assert.equal(placed.kind, 'placed');
    return placed.kind === 'placed' ? placed.order.facts.id : 0n;
  }
});
