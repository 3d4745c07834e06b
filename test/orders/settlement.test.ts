/** Settling when the answer to the commit is lost, and callbacks about another life of the installation. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { onEvidence } from '../../src/orders/decide.ts';
import type { OrderRecord } from '../../src/orders/order.ts';
import type { OrderStore } from '../../src/orders/order-store.ts';
import { placeOrder } from '../../src/orders/place-order.ts';
import { Settlement } from '../../src/orders/settlement.ts';
import { loadOrders } from '../../src/orders/store.ts';

import { SANDBOX_CAPABILITY } from '../../src/protocols/sandbox/connector/capability.ts';
import { signCallback } from '../../src/protocols/sandbox/wire.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { topUp } from '../harness/orders.ts';

describe('settlement', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  it('tells who waits of an outcome whose commit was ambiguous', async () => {
    const { engine } = app.app.services;
    const id = await place('9005');
    await eventually(async () => assert.equal(await stateOf(id), 'IN_DOUBT'));
    const [order] = await loadOrders(engine.database, engine.vault, [id]);
    assert.ok(order);
    let lost = 0;
    const store: OrderStore = {
      ...engine.store,
      advance: async (steps) => {
        const result = await engine.store.advance(steps);
        if (++lost === 1) throw new Error('Connection terminated unexpectedly');
        return result;
      },
    };
    const told: OrderRecord[] = [];
    const { clock, vault, mint, market } = engine;
    const settlement = new Settlement({
      store,
      clock,
      vault,
      mint,
      market,
      onApplied: (stands) => void told.push(stands),
    });
    const settled = await settlement.apply(order, (current) =>
      onEvidence(
        current,
        1,
        { source: 'query', verdict: 'delivered' },
        {
          nowMs: clock.now(),
          capability: SANDBOX_CAPABILITY,
          routeLeft: () => true,
          jitter: 0,
        },
      ),
    );
    assert.equal(lost, 2);
    assert.equal(settled.progress.state, 'DELIVERED');
    assert.deepEqual(
      told.map(({ progress }) => progress.state),
      ['DELIVERED'],
      'whoever waits here would wait for nothing',
    );
  });

  it('does not take a callback about a reference of another epoch for its own', async () => {
    const { engine } = app.app.services;
    const id = await place('7111');
    await eventually(async () => assert.equal(await stateOf(id), 'DELIVERED'));
    const body = JSON.stringify({
      notice: 'of-another-epoch',
      reference: `7-${id}-1`,
      status: 'delivered',
      code: 'DELIVERED',
      provider_reference: 'SIM',
      delivered_amount: '1963.86',
    });
    const headers = signCallback({
      secret: engine.vault.token('callback-secret', 'sandbox'),
      body,
      atMs: engine.clock.now(),
    });
    const path = `/callbacks/sandbox/${engine.vault.token('callback', 'sandbox')}`;
    const answer = await app.request('POST', path, { raw: body, headers });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(await app.rows("select 1 from callback_inbox where notice = 'of-another-epoch'"), []);
  });

  it('keeps what a signed callback says, also where the status query says nothing of it', async () => {
    const { engine } = app.app.services;
    const id = await place('9006');
    await eventually(async () => assert.equal(await stateOf(id), 'IN_DOUBT'));
    const body = JSON.stringify({
      notice: 'contrary',
      reference: `1-${id}-1`,
      status: 'delivered',
      code: 'DELIVERED',
      provider_reference: 'SIM',
      delivered_amount: '1963.86',
    });
    const headers = signCallback({
      secret: engine.vault.token('callback-secret', 'sandbox'),
      body,
      atMs: engine.clock.now(),
    });
    const path = `/callbacks/sandbox/${engine.vault.token('callback', 'sandbox')}`;
    assert.equal((await app.request('POST', path, { raw: body, headers })).status, 200);
    await eventually(async () => {
      const kept = await app.rows<{ verdict: string }>(
        "select verdict from evidence where order_id = $1 and source = 'callback'",
        [id],
      );
      assert.deepEqual(
        kept.map(({ verdict }) => verdict),
        ['pending'],
        'else two NOT_FOUND prove what the provider itself has denied',
      );
    });
  });

  async function place(suffix: string): Promise<bigint> {
    const placed = await placeOrder(
      app.app.services.engine,
      topUp(app, { recipient: { kind: 'phone', value: `+5093637${suffix}` } }),
    );
    assert.equal(placed.kind, 'placed');
    return placed.kind === 'placed' ? placed.order.facts.id : 0n;
  }

  async function stateOf(id: bigint): Promise<string | undefined> {
    return (
      await app.rows<{ state: string }>('select state from order_progress where order_id = $1', [id])
    )[0]?.state;
  }
});
