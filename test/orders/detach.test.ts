/**
 * Old months leave the live tables and come back. What is asked about them afterwards has a clear answer in every API,
 * nothing that goes on is moved by it, and what is still to be done about them holds them back.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { attachMonth, detachMonths, listDetachable } from '../../src/cli/detach.ts';
import { parseProviderReference } from '../../src/orders/order.ts';
import { verifyBooks } from '../../src/verify/verify.ts';
import { settleDay } from '../../src/wallet/settle-day.ts';
import type { TestApp } from '../harness/app.ts';
import { quiet } from '../harness/quiet.ts';
import { allBreaks, importFile } from '../reconciliation/kit.ts';
import { foundAfter } from '../verify/planted.ts';
import {
  attach,
  contents,
  detach,
  EVENTS_SPLIT,
  layout,
  logInAnew,
  monthEnd,
  type OldMonth,
  obstacleAfter,
  openOldMonth,
  WISHES,
} from './detach-kit.ts';

const DAY_MS = 24 * 3_600_000;

describe('a month that is detached', () => {
  let app: TestApp;
  let old: OldMonth;
  const toMonthEnd = () => app.advance(monthEnd(app.clock.now()) - app.clock.now());
  const verify = async (form: 'full' | 'incremental' = 'full', mark: 'move' | 'leave' = 'leave') => {
    const report = await verifyBooks({
      databaseUrl: app.db.appUrl,
      journalPath: join(app.config.dataDir, 'simulator', 'journal.ndjson'),
      settleMs: -60_000 - app.clock.offsetMs,
      form,
      mark,
    });
    return report;
  };
  const holds = async () => {
    const { checks } = await verify();
    assert.deepEqual(
      checks.filter(({ violations }) => violations > 0),
      [],
    );
  };
  const database = () => app.app.services.engine.database;
  before(async () => {
    old = await openOldMonth();
    app = old.app;
  });
  after(() => app.close());

  it('is not one of the last ones, and can go when it is older', async () => {
    assert.match((await detach(old)).fault ?? '', /stays: this month and the 2 before it stay$/);
    for (let month = 0; month < 2; month++) {
      await database().query('select toprail.create_partitions()');
      await toMonthEnd();
    }
    await database().query('select toprail.create_partitions()');
    await settleDay(app.app.services.engine);
    await quiet(app);
    const listed = await listDetachable(database(), '2100-01-01');
    const fates = listed.map(({ month, obstacle }) => [month <= old.month, obstacle === undefined]);
    for (const [isOld, goes] of fates) assert.equal(goes, isOld);
  });

  it('stays while something is to be done about one of its orders, and says what', async () => {
    const order = old.ids.get('native') ?? '';
    const account = `(select account_id from orders where id = ${order})`;
    const plants: readonly (readonly [why: RegExp, sql: string])[] = [
      [/the books are not closed beyond it/, 'update books_closed set before_id = 0'],
      [
        /ord_\d+ has not ended/,
        `alter table order_progress drop constraint order_progress_wakeup; update order_progress set next_wakeup = now() where order_id = ${order}`,
      ],
      [
        /ord_\d+ is in review/,
        `insert into review_cases (account_id, order_id, reason, opened_at) values (${account}, ${order}, 'conflict', now())`,
      ],
      [
        /the dispute dsp_7 is open/,
        `insert into disputes (account_id, id, order_id, reason, created_at) values (${account}, 7, ${order}, 'not_received', now())`,
      ],
      [
        /the break brk_\d+ is open/,
        `insert into statement_breaks (provider_id, class, statement_id, account_id, order_id, attempt, day, opened_at)
         values ('sandbox', 'missing_with_them', 1, ${account}, ${order}, 1, now(), now())`,
      ],
      [
        /the batch bat_7 is not done/,
        `insert into batches (account_id, id, client_id, key_hash, state, next_wakeup, created_at)
         values (${account}, 7, 'x', gen_random_uuid(), 'receiving', now(), now())`,
      ],
      [
        /the schedule sch_7 has an occurrence/,
        `insert into schedules (account_id, id, client_id, reference_hash, fingerprint, starts_on, time_zone, state, next_due, next_wakeup, created_at)
         values (${account}, 7, 'x', gen_random_uuid(), gen_random_uuid(), now(), 'UTC', 'active', '2025-01-01', now(), now())`,
      ],
      [
        /a callback about ord_\d+ waits/,
        `insert into callback_inbox (provider_id, notice, order_id, attempt, verdict, received_at, next_wakeup)
         values ('sandbox', 'x', ${order}, 1, 'delivered', now(), now())`,
      ],
      [
        /a client is still to be told of ord_/,
        `insert into status_callbacks (account_id, order_id, outcome, client_id, next_wakeup, created_at)
         values (${account}, ${order}, 'success', 'x', now(), now())`,
      ],
      [/events of ord_\d+ are not read yet/, 'update event_cursors set last_id = 0'],
      [
        /the statement stm_7 has lines that are not done/,
        `insert into statement_lines (provider_id, content, occurrence, statement_id, verdict, currency, at, named_order, named_attempt, named_epoch)
         values ('sandbox', gen_random_uuid(), 1, 7, 'delivered', 'USD', now(), ${order}, 1, 1)`,
      ],
    ];
    for (const [why, sql] of plants) assert.match(await obstacleAfter(old, sql), why);
    assert.match(await obstacleAfter(old, 'select 1'), /^goes$/);
    const { fault } = await detachMonths(database(), [old.month]);
    assert.match(fault ?? '', /is not the oldest month/);
  });

  it('waits for whoever reads the tables, a little at a time, and nobody for it', async () => {
    const reader = new Client({ connectionString: app.db.superuserUrl });
    await reader.connect();
    await reader.query('begin; select count(*) from toprail.evidence');
    const going = detach(old);
    try {
      const { status, body } = await old.native('meanwhile');
      assert.deepEqual([status, body.status], [201, 'delivered']);
    } finally {
      await reader.end();
    }
    const { gone, fault } = await going;
    assert.deepEqual([gone.at(-1), fault], [{ month: old.month, orders: 7 }, undefined]);
    await assert.rejects(
      attachMonth(database(), gone[0]?.month ?? ''),
      new RegExp(`${old.month} went later: attach it first`),
    );
    await attach(old);
  });

  it('comes back as it was', async () => {
    await database().query("select mark_verified('{}')".replace('mark', 'toprail.mark'));
    const was = [await contents(old), await layout(old)];
    assert.equal((await detach(old)).fault, undefined);
    assert.notDeepEqual(await contents(old), was[0]);
    const [left] = await app.rows<{ events: string; archived: string }>(
      `select (select min(id) from events)::text as events, (select count(*) from pg_class
         where relnamespace = 'toprail_archive'::regnamespace and relkind = 'r')::text as archived`,
    );
    assert.deepEqual(left, { events: `${EVENTS_SPLIT}`, archived: '11' });
    await holds();
    assert.equal(await attach(old), 7);
    assert.deepEqual([await contents(old), await layout(old)], was);
    await holds();
    await assert.rejects(attachMonth(database(), old.month), /is not detached/);
  });

  describe('and gone', () => {
    const events = (query: string) => app.request('GET', `/v1/events${query}`, { as: 'native' });
    let cursor = '';
    before(async () => {
      cursor = (await events('?limit=1')).body.next;
      assert.equal((await detach(old)).fault, undefined);
      await logInAnew(old);
    });

    it('leaves books that hold, and what is broken is still found', async () => {
      await holds();
      const plants: readonly (readonly [check: string, sql: string])[] = [
        ['M2 posted', 'update wallets set posted = posted + 1, held = held where entries > 0'],
        ['M2 posted', 'update closed_sums set amount = amount + 1 where credit = $$wallet$$'],
        ['M2 closed', 'update detached_wallets set moved = moved + 1'],
        ['M2 closed', 'update detached_wallets set entries = entries + 1'],
        [
          'M2 statement',
          'update transfers set wallet_posted_after = wallet_posted_after + 1 where wallet_entry = (select max(last_entry) + 1 from detached_wallets)',
        ],
        ['M2 statement', 'update detached_wallets set last_posted = last_posted + 1'],
        ['M2 statement', 'update transfers set wallet_entry = wallet_entry + 100 where wallet_entry > 3'],
        ['A2', 'update order_references set order_id = order_id + 1 where order_id >= detached_before()'],
        ['E1 log', 'delete from events where id = (select min(id) from events)'],
        ['M5', 'delete from orders'],
        ['E3', 'delete from recipients'],
      ];
      for (const [check, sql] of plants)
        assert.ok((await foundAfter(app.db, sql)).includes(check), `${check}: ${sql}`);
    });

    it('lets an incremental run go on from a full one', async () => {
      assert.equal((await verify('full', 'move')).ok, true);
      assert.equal((await old.native('after the mark')).body.status, 'delivered');
      await quiet(app);
      const { ok, form } = await verify('incremental');
      assert.deepEqual([ok, form], [true, 'incremental']);
    });

    for (const { api, ask, status, words } of WISHES) {
      it(`a reference of its orders is told to stand for an order that is archived: ${api}`, async () => {
        const counted = () =>
          app.rows('select (select count(*) from orders) + (select count(*) from order_references) as n');
        const was = await counted();
        const answer = await ask(old);
        assert.equal(answer.status, status, answer.text);
        assert.ok(answer.text.includes(words), answer.text);
        assert.ok(answer.text.includes(old.ids.get(api) ?? 'none'), answer.text);
        assert.deepEqual(await counted(), was);
      });
    }

    it('its orders are not found, nor disputed or cancelled', async () => {
      const id = old.ids.get('native');
      const asks = [
        ['GET', `/v1/orders/ord_${id}`],
        ['GET', `/v1/orders/ord_${id}/timeline`],
        ['POST', `/v1/orders/ord_${id}/cancel`],
        ['POST', `/v1/orders/ord_${id}/disputes`],
      ] as const;
      for (const [method, path] of asks) {
        const body = path.endsWith('disputes') ? { body: { reason: 'not_received' } } : {};
        const answer = await app.request(method, path, { as: 'native', ...body });
        assert.deepEqual([answer.status, answer.body.code], [404, 'not_found'], path);
      }
      const path = `/topups/${old.ids.get('reloadly')}/status`;
      assert.equal((await app.request('GET', path, { headers: old.tokens.reloadly })).status, 404);
      assert.equal((await old.tokens.octopus.ask('GET', `/orders/${old.ids.get('octopus')}`)).status, 404);
    });

    it('a callback about one of them is taken, and nothing comes of it', async () => {
      const { engine } = app.app.services;
      const entry = app.journal(old.ids.get('native') ?? '')[0];
      assert.ok(entry);
      const notice = { notice: 'late', reference: entry.reference } as const;
      const evidence = { source: 'callback', verdict: 'refused', code: 'BARRED' } as const;
      const about = parseProviderReference(entry.reference);
      assert.ok(about);
      assert.equal(await engine.store.takeNotice('sandbox', { ...notice, evidence }, about), false);
      assert.deepEqual(await app.rows("select 1 from callback_inbox where notice = 'late'"), []);
    });

    it('a line of a statement about one of them is a break', async () => {
      const entry = app.journal(old.ids.get('native') ?? '').find(({ event }) => event === 'delivered');
      assert.ok(entry);
      const line = {
        our_reference: entry.reference,
        their_reference: 'SIM-late',
        verdict: 'delivered',
        recipient: entry.number,
        amount: entry.amount,
        currency: entry.currency,
        cost: '1',
        cost_currency: 'USD',
        at: entry.at,
      };
      const path = join(app.config.dataDir, 'late.json');
      writeFileSync(path, JSON.stringify([line]));
      const imported = await importFile(app, path);
      assert.deepEqual([...imported.outcomes], [['unknown_reference', 1]]);
      assert.equal((await allBreaks(app)).length, 1);
    });

    it('statements and reports say where they begin, and go on from there', async () => {
      const begins = new Date(monthEnd(Date.parse(`${old.month}-01`)) + DAY_MS).toISOString();
      const wallets = await app.rows<{ id: string; posted: string; still: boolean }>(
        `select w.id::text, w.posted::text, w.entries = d.last_entry as still
         from wallets w join detached_wallets d on d.wallet_id = w.id order by w.id`,
      );
      assert.deepEqual(new Set(wallets.map(({ still }) => still)), new Set([true, false]));
      for (const { id, posted, still } of wallets) {
        const read = (from: string) =>
          app.request('GET', `/v1/wallets/wal_${id}/statement?from=${from}&to=2100-01-01T00:00:00Z`, {
            as: 'native',
          });
        const early = await read(`${old.month}-01T00:00:00Z`);
        assert.equal(early.status, 400, early.text);
        if (!still) assert.ok(early.body.issues[0].issue.includes(begins), early.text);
        const { opening, closing, sums } = (await read(begins)).body;
        const minor = (amount: { value: string }) => Math.round(Number(amount.value) * 100);
        assert.equal(minor(closing), Number(posted));
        const moved = sums.map((sum: { amount: { value: string } }) => minor(sum.amount));
        assert.equal(
          moved.reduce((total: number, one: number) => total + one, minor(opening)),
          minor(closing),
        );
        assert.equal(moved.length === 0, still);
      }
      await assert.rejects(
        database().query('select * from toprail.report_statements($1, $2, $2)', [
          'sandbox',
          `${old.month}-02`,
        ]),
        /is detached: reports begin the day after/,
      );
    });

    it('events after one that is gone begin with the first that is there', async () => {
      const { status, body } = await events(`?limit=100&after=${cursor}`);
      assert.equal(status, 200);
      assert.deepEqual(body, (await events('?limit=100')).body);
      const [live] = await app.rows<{ count: string }>('select count(*) from events where account_id = 1001');
      assert.equal(`${body.data.length}`, live?.count);
    });
  });
});
