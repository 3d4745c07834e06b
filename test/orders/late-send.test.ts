/** What is sent must be sent within the send deadline of the commit: NOT_FOUND proves a refusal only because of it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Moment, momentOf } from '../../src/core/time.ts';
import type { Draft } from '../../src/orders/draft.ts';
import type { Accepted } from '../../src/orders/engine.ts';
import { placeOrder } from '../../src/orders/place-order.ts';
import { Batcher } from '../../src/platform/batcher.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { topUp } from '../harness/orders.ts';

const SECOND = 1000;
/** As the settlement's timing is: a statement whose answer never comes is given up after 35 s. */
const ANSWER_LOST_MS = 35 * SECOND;

describe('the send deadline', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  it('counts from the commit, also where the answer to the commit was lost and the batch was run again', async () => {
    const { engine } = app.app.services;
    let runs = 0;
    let startedAt: Moment | undefined;
    const { promise: committed, resolve } = Promise.withResolvers<bigint>();
    const intake = new Batcher<Draft, Accepted>({
      clock: engine.clock,
      rowsMax: 512,
      lanes: 1,
      queueMax: 10,
      reconnectAfterMs: [ANSWER_LOST_MS],
      run: async (items, { retried }) => {
        startedAt ??= momentOf(engine.clock);
        const since = startedAt;
        const accepted = (await engine.store.accept(items, { retried, leaseSeconds: 20 })).map((one) => ({
          ...one,
          startedAt: since,
        }));
        runs += 1;
        if (runs > 1) return accepted;
        resolve(accepted[0]?.orderId ?? 0n);
        throw Object.assign(new Error('Query read timeout'), {});
      },
    });
    const placing = placeOrder({ ...engine, intake }, topUp(app, { deadlineSeconds: undefined }));
    const id = await committed;
    const state = async () =>
      (await app.rows<{ state: string }>('select state from order_progress where order_id = $1', [id]))[0]
        ?.state;
    // The lease ends; the operator has no trace of it, twice: the order fails and its hold is released.
    for (const seconds of [21, 2, 6]) {
      await app.advance(seconds * SECOND);
      await quiet();
    }
    assert.equal(await state(), 'FAILED');
    await app.advance(ANSWER_LOST_MS - 29 * SECOND);
    await placing;
    await engine.dispatcher.settled();
    assert.deepEqual(app.journal(id), [], 'nothing is sent for an order that has failed');
  });

  it('does not depend on what the clocks of server and database say of each other', async () => {
    const { engine } = app.app.services;
    app.clock.advance(10 * SECOND); // the database's clock is 10 s behind ours now
    const placed = await placeOrder(engine, topUp(app));
    assert.equal(placed.kind, 'placed');
    const id = placed.kind === 'placed' ? placed.order.facts.id : 0n;
    await engine.dispatcher.settled();
    const [first] = await app.rows<{ verdict: string; code: string }>(
      'select verdict, code from evidence where order_id = $1 and attempt = 1',
      [id],
    );
    await app.advance(0);
    assert.deepEqual(first, { verdict: 'delivered', code: 'DELIVERED' });
  });

  /** Nothing is due and every status query has been answered. */
  async function quiet(): Promise<void> {
    await eventually(async () => {
      const due = await app.rows('select 1 from order_progress where next_wakeup <= toprail.now()');
      const asked = await app.rows(
        "select 1 from order_progress p where next_wakeup > toprail.now() + interval '16 seconds' and state <> 'ACCEPTED'",
      );
      assert.equal(due.length + asked.length, 0);
    });
  }
});
