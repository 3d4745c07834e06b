/** Each check is shown to find what it is for: a row is broken behind the product's back, and put right again. */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { verifyBooks } from '../../src/verify/verify.ts';
import { orderBody } from '../api/native/native-client.ts';
import { startApp, type TestApp } from '../harness/app.ts';

describe('verify', () => {
  let app: TestApp;
  let delivered = '';
  let failed = '';
  before(async () => {
    app = await startApp();
    const place = async (phone: string) => {
      const { body } = await app.request('POST', '/v1/orders', {
        as: 'native',
        headers: { prefer: 'wait=10' },
        body: orderBody({ recipient: { phone } }),
      });
      return body.id.replace('ord_', '') as string;
    };
    delivered = await place('+50936377111');
    failed = await place('+50936379001');
    await place('+50936379013');
  });
  after(() => app.close());

  const journalPath = () => join(app.config.dataDir, 'simulator', 'journal.ndjson');
  const broken = async () => {
    const { ok, checks } = await verifyBooks({
      databaseUrl: app.db.appUrl,
      journalPath: journalPath(),
      settleMs: -60_000,
    });
    const names = checks.filter(({ violations }) => violations > 0).map(({ name }) => name);
    assert.equal(ok, names.length === 0);
    return names;
  };

  it('finds nothing in good books', async () => assert.deepEqual(await broken(), []));

  /** Constraints stand in the way of most of these in life; here they are lifted for a moment. */
  const plants: readonly (readonly [check: string, plant: () => string])[] = [
    [
      'M1',
      () =>
        `alter table transfers drop constraint transfers_two_legs; update transfers set credit = debit where kind = 'cost'`,
    ],
    ['M2 posted', () => "update wallets set posted = posted + 1 where currency = 'USD'"],
    ['M2 held', () => "update wallets set held = held + 1 where currency = 'USD'"],
    [
      'M2 statement',
      () => 'update transfers set wallet_posted_after = wallet_posted_after + 1 where kind = $$capture$$',
    ],
    [
      'M3',
      () =>
        "alter table wallets drop constraint wallets_available; update wallets set held = posted + 1 where currency = 'USD'",
    ],
    ['M4', () => `update order_progress set hold_amount = hold_amount + 1 where order_id = ${failed}`],
    ['M4 capture', () => `delete from transfers where kind = 'capture' and source_id = ${delivered}`],
    [
      'M5',
      () =>
        `insert into transfers select account_id, source_id + 1, kind, seq, debit, credit, amount, currency, wallet_id, wallet_entry, wallet_posted_after, created_at from transfers where kind = 'cost'`,
    ],
    ['M5 adjustments', () => 'update adjustments set amount = amount + 1'],
    [
      'M6',
      () =>
        `update orders set pricing = jsonb_set(pricing, '{rounding}', '{"discount":"2/3"}') where id = ${delivered}`,
    ],
    ['M6', () => `update orders set terms_id = gen_random_uuid() where id = ${delivered}`],
    [
      'D1',
      () =>
        `insert into attempts select account_id, order_id, 3, provider_id, sku, epoch, instruction_hash, provider_cost, provider_cost_wallet, 'REFUSED', created_at, sent_at from attempts where order_id = ${failed}`,
    ],
    ['D1 ends', () => `update attempts set state = 'REFUSED' where order_id = ${delivered}`],
    [
      'D3',
      () =>
        `insert into attempts select account_id, order_id, 2, provider_id, sku, epoch, instruction_hash, provider_cost, provider_cost_wallet, 'REFUSED', created_at, sent_at from attempts where order_id = ${delivered}`,
    ],
    [
      'D4',
      () =>
        `alter table attempts drop constraint attempts_sent; update attempts set sent_at = null where order_id = ${delivered}`,
    ],
    ['A2', () => `update order_references set order_id = order_id + 1 where order_id = ${delivered}`],
    [
      'A4',
      () =>
        `alter table order_progress drop constraint order_progress_completed; update order_progress set completed_at = null where order_id = ${failed}`,
    ],
    [
      'A5',
      () =>
        `update order_progress set state = 'IN_DOUBT', hold = 'ACTIVE', failure_code = null, completed_at = null, next_wakeup = now() - interval '1 hour' where order_id = ${failed}`,
    ],
    ['E1', () => `delete from events where order_id = ${delivered} and seq = 1`],
    ['E1 log', () => 'update event_counter set last_id = last_id + 1'],
    ['E3', () => `delete from recipients`],
    ['E4', () => `update orders set currency = 'INR' where id = ${delivered}`],
    ['E4 environments', () => "update accounts set environment = 'live'"],
  ];
  for (const [check, plant] of plants) {
    it(`${check} finds what breaks it`, async () => {
      // The whole state is put back by a copy: a broken book cannot be mended row by row.
      await app.rows('create schema if not exists kept');
      const tables = [
        'transfers',
        'wallets',
        'orders',
        'order_progress',
        'attempts',
        'adjustments',
        'order_references',
        'recipients',
        'events',
        'event_counter',
        'accounts',
      ];
      for (const table of tables) await app.rows(`create table kept.${table} as table toprail.${table}`);
      await app.app.services.engine.wakeups.stop();
      try {
        await app.rows("set session_replication_role = 'replica'");
        for (const statement of plant().split('; ')) await app.rows(statement);
        assert.ok((await broken()).includes(check), `${check} saw nothing`);
      } finally {
        for (const table of tables) {
          await app.rows(`delete from toprail.${table}`);
          const columns = await app.rows<{ list: string }>(
            `select string_agg(quote_ident(attname), ',' order by attnum) as list from pg_attribute where attrelid = 'toprail.${table}'::regclass and attnum > 0 and not attisdropped`,
          );
          const list = columns[0]?.list ?? '';
          await app.rows(
            `insert into toprail.${table} (${list}) overriding system value select ${list} from kept.${table}`,
          );
        }
        await app.rows('drop schema kept cascade');
        await app.rows("set session_replication_role = 'origin'");
        app.app.services.engine.wakeups.start();
      }
      assert.deepEqual(await broken(), [], 'the books are whole again');
    });
  }

  const entry = (reference: string, event: string) =>
    `${JSON.stringify({ seq: 1, at: new Date().toISOString(), provider: 'sandbox', reference, event, number: '+1', product: 'airtime:173', amount: '1.00', currency: 'HTG', plan: event === 'submitted' ? 'deliver' : undefined })}\n`;
  const lines: readonly (readonly [check: string, line: () => string])[] = [
    ['D2 delivered', () => entry(`1-${delivered}-1`, 'delivered')],
    ['D2 once', () => entry(`1-${delivered}-1`, 'delivered')],
    ['D2 failed', () => entry(`1-${failed}-1`, 'delivered')],
    ['D2 reversed', () => entry(`1-${delivered}-1`, 'reversed')],
    [
      'D4 references',
      () =>
        readFileSync(journalPath(), 'utf8')
          .split('\n')
          .find((line) => line.includes('"submitted"') && line.includes(`-${failed}-`))
          ?.replace(`-${failed}-1`, `-${failed}-7`)
          .concat('\n') ?? '',
    ],
  ];
  for (const [check, line] of lines) {
    it(`${check} finds what breaks it`, async () => {
      const kept = readFileSync(journalPath());
      appendFileSync(journalPath(), line());
      try {
        assert.ok((await broken()).includes(check), `${check} saw nothing`);
      } finally {
        writeFileSync(journalPath(), kept);
      }
    });
  }

  it('lists the delivery checks as skipped where there is no journal', async () => {
    const { ok, checks } = await verifyBooks({ databaseUrl: app.db.appUrl, journalPath: undefined });
    assert.ok(ok);
    assert.deepEqual(
      checks.filter(({ skipped }) => skipped).map(({ name }) => name),
      ['D2 delivered', 'D2 failed', 'D2 once', 'D2 reversed', 'D4 references'],
    );
  });
});
