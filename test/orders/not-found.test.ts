/** NOT_FOUND counts by when it was answered, not by when it could be written down. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { onEvidence } from '../../src/orders/decide.ts';
import { placeOrder } from '../../src/orders/place-order.ts';
import { loadOrders } from '../../src/orders/store.ts';
import { SANDBOX_CAPABILITY } from '../../src/protocols/sandbox/connector/capability.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { topUp } from '../harness/orders.ts';

const SECOND = 1000;

describe('NOT_FOUND', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  it('that was answered too early proves nothing, though it was written down late', async () => {
    const others = [await place('9005'), await place('9005')];
    const gone = await place('9006');
    for (const id of [...others, gone]) await inState(id, 'IN_DOUBT');
    const blocker = new Client({ connectionString: app.db.superuserUrl });
    await blocker.connect();
    await blocker.query('begin; select 1 from toprail.event_counter for update');
    // Two batches are in flight and do not come on: whatever is said now waits for its turn.
    const settled = [];
    for (const [index, id] of others.entries()) {
      settled.push(settle(id));
      await eventually(async () =>
        assert.equal((await stuck()).length, 1, 'the second stands behind the first'),
      );
      await eventually(() => assert.equal(app.app.services.engine.settlement.running, index + 1));
    }
    await app.advance(2 * SECOND);
    // NOT_FOUND, 2 s after the send, and what is said of the one that stands behind and is not locked yet.
    await eventually(() => assert.equal(app.app.services.engine.settlement.depth, 2));
    await app.advance(10 * SECOND);
    await blocker.query('commit');
    await blocker.end();
    await Promise.all(settled);
    await eventually(async () => assert.equal((await notFound(gone)).length, 1));
    await eventually(async () => assert.equal((await dueSoon(gone)).length, 0));
    await app.advance(6 * SECOND);
    await eventually(async () => assert.equal((await notFound(gone)).length, 2));
    const [row] = await app.rows<{ state: string }>('select state from order_progress where order_id = $1', [
      gone,
    ]);
    assert.equal(row?.state, 'IN_DOUBT', 'only the second answer was given after the horizon');
  });

  async function settle(id: bigint): Promise<void> {
    const { engine } = app.app.services;
    const [order] = await loadOrders(engine.database, engine.vault, [id]);
    assert.ok(order);
    await engine.settlement.apply(order, (current) =>
      onEvidence(
        current,
        1,
        { source: 'query', verdict: 'delivered' },
        {
          nowMs: app.clock.now(),
          capability: SANDBOX_CAPABILITY,
          routeLeft: () => true,
          jitter: 0,
        },
      ),
    );
  }

  const stuck = () =>
    app.rows(
      "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%advance_orders%' and datname = current_database()",
    );
  const notFound = (id: bigint) =>
    app.rows("select 1 from evidence where order_id = $1 and verdict = 'not_found'", [id]);
  const dueSoon = (id: bigint) =>
    app.rows('select 1 from order_progress where order_id = $1 and next_wakeup <= toprail.now()', [id]);

  async function place(suffix: string): Promise<bigint> {
    const placed = await placeOrder(
      app.app.services.engine,
      topUp(app, { recipient: { kind: 'phone', value: `+5093637${suffix}` } }),
    );
    assert.equal(placed.kind, 'placed');
    return placed.kind === 'placed' ? placed.order.facts.id : 0n;
  }

  async function inState(id: bigint, wanted: string): Promise<void> {
    await eventually(async () => {
      const [row] = await app.rows<{ state: string }>(
        'select state from order_progress where order_id = $1',
        [id],
      );
      assert.equal(row?.state, wanted);
    });
  }
});
