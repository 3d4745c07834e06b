/** Books are closed behind what has ended: sums go on from there, and come to what a sum over all history comes to. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { setResellerMargin } from '../../src/pricing/settings.ts';
import { setPayoutDestination } from '../../src/wallet/payouts.ts';
import { settleDay } from '../../src/wallet/settle-day.ts';
import { type MadeAccount, makeAccount, withSettings } from '../harness/accounts.ts';
import { startApp, type TestApp } from '../harness/app.ts';
import { foundAfter } from '../verify/planted.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 7;
const BANK = { beneficiary: 'Acme', bankAccount: '000123456789', bankCode: 'HDFC0001234' };

describe('closed books', () => {
  let app: TestApp;
  let root: MadeAccount;
  let leaf: MadeAccount;
  before(async () => {
    app = await startApp();
    const { engine } = app.app.services;
    root = await makeAccount(app, { plan: 'platinum' });
    leaf = await makeAccount(app, {
      plan: 'platinum',
      parentId: root.accountId,
      funds: { USD: 100_000n, INR: 1_000_000n },
    });
    await withSettings(app, () =>
      setResellerMargin(engine.database, {
        childId: leaf.accountId,
        operatorId: undefined,
        productType: undefined,
        percent: '2',
      }),
    );
    await setPayoutDestination(engine, { accountId: leaf.accountId, currency: 'INR' }, BANK);
  });
  after(() => app.close());

  async function trade(): Promise<void> {
    const { body } = await app.request('POST', '/v1/orders', {
      headers: { ...leaf.headers, prefer: 'wait=10' },
      body: {
        reference: `${app.clock.now()}`,
        recipient: { phone: '+50936377111' },
        product: 173,
        amount: { value: '15.00', currency: 'USD' },
      },
    });
    assert.equal(body.status, 'delivered');
    const recharged = await app.request('POST', '/api/v1/recharge', {
      body: { api_key: leaf.apiKey, mobile: '9876543210', operator: 'AIRTEL', amount: 299, circle: 'AP' },
    });
    assert.equal(recharged.body.status, 'success', recharged.text);
  }
  /** What all transfers say is owed and was not paid, by currency. */
  const owed = () =>
    app.rows<{ shares: string; commissions: string }>(
      `select sum(case when credit like 'share:%' then amount when debit like 'share:%' then -amount else 0 end)::text as shares,
         sum(case when kind = 'commission' then amount when kind in ('commission_payout', 'commission_clawback') then -amount else 0 end)
           filter (where account_id = ${leaf.accountId})::text as commissions
       from transfers`,
    );

  it('a settlement pays the same from closed books as from all of them', async () => {
    for (let day = 0; day < DAYS; day++) {
      await trade();
      await app.advance(DAY_MS + HOUR_MS);
      await settleDay(app.app.services.engine);
      assert.deepEqual(await owed(), [{ shares: '0', commissions: '0' }], `day ${day}`);
    }
    const [closed] = await app.rows<{ sums: string; open: string }>(
      `select (select count(*) from closed_sums where kind in ('share', 'commission_payout')) as sums,
         (select count(*) from transfers where source_id >= before_id) as open from books_closed`,
    );
    assert.ok(Number(closed?.sums) >= 2, 'days were closed');
    const [all] = await app.rows<{ all: string }>('select count(*) as all from transfers');
    assert.ok(Number(closed?.open) < Number(all?.all), 'and are not looked at any more');
    const settled = await app.rows('select 1 from settlements');
    assert.equal(settled.length, 3 * DAYS, 'shares in two currencies, commissions in one');
  });

  it("a provider's charges of a day are all there, of closed days and of open ones", async () => {
    const reported = await app.rows<{ day: string; currency: string; ours: string }>(
      `select r.day::text, r.currency, r.ours::text from generate_series(0, ${DAYS + 1}) as n
       cross join lateral (select (toprail.now() at time zone 'UTC')::date - n as day) d
       cross join lateral report_statements('sandbox', d.day, d.day) r order by 1, 2`,
    );
    const posted = await app.rows(
      `select (created_at at time zone 'UTC')::date::text as day, currency,
         sum(case when credit = 'payable:sandbox' then amount else -amount end)::text as ours
       from transfers where 'payable:sandbox' in (debit, credit) group by 1, 2 order by 1, 2`,
    );
    assert.ok(posted.length >= DAYS);
    assert.deepEqual(reported, posted);
  });

  it('sums that are not what was posted are found, and so is what was posted below them', async () => {
    const late = `insert into transfers select account_id, first_id_at(toprail.now() - interval '5 days'), kind, seq, debit,
      credit, amount, currency, wallet_id, wallet_entry, wallet_posted_after, created_at from transfers where kind = 'share' limit 1`;
    for (const damage of ['update closed_sums set amount = amount + 1', 'delete from closed_sums', late])
      assert.ok((await foundAfter(app.db, damage)).includes('M2 closed'), damage);
  });

  it('an incremental run goes on from the sums: more paid out than was earned is seen', async () => {
    const mark = "select mark_verified('{}')";
    assert.deepEqual(await foundAfter(app.db, mark, 'incremental'), []);
    const found = await foundAfter(
      app.db,
      `${mark}; update closed_sums set amount = amount + 1 where kind = 'share_payout'`,
      'incremental',
    );
    assert.deepEqual(found, ['M5 settlements']);
  });

  it('nothing is closed that lives, and nothing behind it', async () => {
    const superuser = new Client({ connectionString: app.db.superuserUrl });
    await superuser.connect();
    try {
      const {
        rows: [first],
      } = await superuser
        .query(
          `begin; set local search_path = toprail;
         update books_closed set before_id = 0; delete from closed_sums;
         alter table order_progress drop constraint order_progress_completed;
         select order_id from order_progress order by order_id offset 2 limit 1`,
        )
        .then((results) => (results as unknown as { rows: { order_id: string }[] }[]).at(-1) ?? { rows: [] });
      await superuser.query(
        `update order_progress set completed_at = null where order_id = ${first?.order_id}`,
      );
      const { rows } = await superuser.query(
        'select close_books(1000) as closed, close_books(1000) as again',
      );
      assert.deepEqual(rows, [{ closed: 2, again: 0 }]);
      const bound = await superuser.query('select before_id from books_closed');
      assert.equal(bound.rows[0].before_id, first?.order_id);
    } finally {
      await superuser.end();
    }
  });

  it('closing by small steps comes to the same', async () => {
    const superuser = new Client({ connectionString: app.db.superuserUrl });
    await superuser.connect();
    const sums = 'select * from closed_sums order by 1, 2, 3, 4, 5, 6';
    try {
      await superuser.query(
        `begin; set local search_path = toprail; update books_closed set before_id = 0; delete from closed_sums`,
      );
      await superuser.query('select close_books(100000)');
      const atOnce = (await superuser.query(sums)).rows;
      await superuser.query('update books_closed set before_id = 0');
      await superuser.query('delete from closed_sums');
      for (let closed = 1; closed === 1; ) {
        closed = (await superuser.query('select close_books(1) as closed')).rows[0].closed;
      }
      assert.ok(atOnce.length > 4);
      assert.deepEqual((await superuser.query(sums)).rows, atOnce);
    } finally {
      await superuser.end();
    }
  });

  it('a day whose books are closed is not settled any more', async () => {
    await assert.rejects(
      app.app.services.engine.database.query(
        "select toprail.settle_shares((toprail.now() at time zone 'UTC')::date - 6, array[1]::bigint[])",
      ),
      /books of the day .* are closed/,
    );
  });

  it('a period of a statement begins with the same entry, found by halving or by reading all of them', async () => {
    const wrong = await app.rows(
      `select w.id, x.at from wallets w join transfers t on t.wallet_id = w.id
       cross join lateral (values (t.created_at), (t.created_at + interval '1 microsecond'), (t.created_at - interval '5 hours')) as x(at)
       where first_entry_since(w.id, x.at) is distinct from
         (select min(wallet_entry) from transfers where wallet_id = w.id and created_at >= x.at)`,
    );
    assert.deepEqual(wrong, []);
  });
});
