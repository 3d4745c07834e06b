/**
 * A backup was restored: what happened since is known to providers only. No reference is used twice, nothing leaves
 * before somebody allows it, and what was delivered in the time that is lost is found.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { placeOrder } from '../../src/orders/place-order.ts';
import { allowSending, restoreEpoch } from '../../src/routing/epoch.ts';
import { withSettings } from '../harness/accounts.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { topUp } from '../harness/orders.ts';

const SECOND = 1_000;

describe('after a restore', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const engine = () => app.app.services.engine;
  const state = async (id: bigint) => {
    const [row] = await app.rows<{ state: string }>('select state from order_progress where order_id = $1', [
      id,
    ]);
    return row?.state;
  };
  async function place(suffix: string): Promise<bigint> {
    const placed = await placeOrder(
      engine(),
      topUp(app, { recipient: { kind: 'phone', value: `+5093637${suffix}` }, deadlineSeconds: undefined }),
    );
    assert.equal(placed.kind, 'placed');
    return placed.kind === 'placed' ? placed.order.facts.id : 0n;
  }
  const submitted = (id: bigint) =>
    app
      .journal(id)
      .filter(({ event }) => event === 'submitted')
      .map(({ reference }) => reference);

  it('open orders are verified under their old references, and new ones leave under the new epoch only', async () => {
    // As the backup has them: accepted, and nothing sent yet.
    await withSettings(app, () => app.rows('update installation set sending_blocked = true'));
    const [delivered, never] = [await place('7111'), await place('7112')];
    // In the time that was lost, one of them left and was delivered.
    const lost = await fetch(`${app.app.operators?.url}/p/sandbox/topups`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        reference: `1-${delivered}-1`,
        sku: 'airtime:173',
        number: '+50936377111',
        amount: '1963.86',
        currency: 'HTG',
      }),
    });
    assert.equal(lost.status, 200, await lost.text());

    const restored = await withSettings(app, () => restoreEpoch(engine().database));
    assert.deepEqual(restored, { epoch: 2, orders: 2 });
    engine().wakeups.soon();
    await eventually(async () => {
      for (const id of [delivered, never]) assert.notEqual(await state(id), 'ACCEPTED');
    });
    const waiting = await place('7113');
    for (let passed = 0; passed < 60; passed += 5) {
      await engine().wakeups.idle();
      await app.advance(5 * SECOND);
    }
    await eventually(async () => assert.equal(await state(delivered), 'DELIVERED'));
    await eventually(async () => assert.equal(await state(never), 'FAILED'));
    assert.deepEqual(submitted(delivered), [`1-${delivered}-1`], 'sent once, by the time that was lost');
    assert.deepEqual(submitted(never), []);
    assert.equal(await state(waiting), 'ACCEPTED', 'nothing leaves before it is allowed');
    assert.deepEqual(submitted(waiting), []);

    assert.equal(await withSettings(app, () => allowSending(engine().database)), true);
    assert.equal(await allowSending(engine().database), false);
    await app.advance(10 * SECOND);
    await eventually(async () => assert.equal(await state(waiting), 'DELIVERED'));
    assert.deepEqual(submitted(waiting), [`2-${waiting}-1`]);
  });
});
