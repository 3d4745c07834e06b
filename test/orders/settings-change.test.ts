/** What leaves is what the books have, whatever changes while a draft waits for its batch. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { placeOrder } from '../../src/orders/place-order.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { topUp } from '../harness/orders.ts';

describe('settings that change while drafts wait', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  it('a reference of an older epoch never leaves: the order is verified as if it had', async () => {
    const { engine } = app.app.services;
    const blocker = new Client({ connectionString: app.db.superuserUrl });
    await blocker.connect();
    await blocker.query('begin; select 1 from toprail.event_counter for update');
    const ahead = [];
    for (let lane = 1; lane <= 3; lane++) {
      ahead.push(placeOrder(engine, topUp(app)));
      await eventually(async () => {
        const rows = await app.rows(
          "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%accept_orders%' and datname = current_database()",
        );
        assert.equal(rows.length, 1, 'the others stand behind the first');
      });
      await eventually(() => assert.equal(engine.intake.running, lane));
    }
    const waiting = placeOrder(engine, topUp(app));
    await eventually(() => assert.equal(engine.intake.depth, 1));
    await app.rows('update installation set epoch = epoch + 1, sending_blocked = true');
    await app.rows("select pg_notify('toprail_settings', '')");
    await eventually(() => assert.equal(engine.market().epoch, 2));
    await blocker.query('commit');
    await blocker.end();
    await Promise.all(ahead);
    const placed = await waiting;
    assert.equal(placed.kind, 'placed');
    const id = placed.kind === 'placed' ? placed.order.facts.id : 0n;
    await engine.dispatcher.settled();
    await app.rows('update installation set sending_blocked = false');
    await app.rows("select pg_notify('toprail_settings', '')");
    const state = async () => {
      const [row] = await app.rows<{ state: string }>(
        'select state from order_progress where order_id = $1',
        [id],
      );
      return row?.state;
    };
    for (let passed = 0; passed < 60 && (await state()) !== 'FAILED'; passed += 5) {
      await engine.wakeups.idle();
      await app.advance(5_000);
    }
    await eventually(async () => assert.equal(await state(), 'FAILED'));
    const [attempt] = await app.rows<{ epoch: number; state: string }>(
      'select epoch, state from attempts where order_id = $1',
      [id],
    );
    assert.deepEqual(
      attempt,
      { epoch: 1, state: 'REFUSED' },
      'the books have the epoch that it was made with',
    );
    assert.deepEqual(app.journal(id), []);
  });
});
