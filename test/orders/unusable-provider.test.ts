/** A provider that cannot be used must not take orders, nor the other settings, with it. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { SETTINGS_CHANNEL } from '../../src/cli/connect.ts';
import { placeOrder } from '../../src/orders/place-order.ts';
import { SANDBOX_CAPABILITY } from '../../src/protocols/sandbox/connector/capability.ts';
import { addProvider, addRoute } from '../../src/routing/settings.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { topUp } from '../harness/orders.ts';

const BROKEN = 'broken';

describe('a provider that cannot be used', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
    const { engine } = app.app.services;
    await addProvider(engine.database, engine.vault, {
      id: BROKEN,
      environment: 'sandbox',
      connector: 'nothing-speaks-this',
      config: {},
      defaultCapability: SANDBOX_CAPABILITY,
      capability: SANDBOX_CAPABILITY,
      pinned: true,
      settlement: 'payable',
    });
  });
  afterEach(() => app.close());

  it('without a connector is passed over while another route is there', async () => {
    const { engine } = app.app.services;
    await addRoute(engine.database, {
      environment: 'sandbox',
      provider: BROKEN,
      costPercent: '90',
      priority: 1,
    });
    await told();
    await eventually(() => assert.ok(engine.market().routing.provider(BROKEN)));
    const placed = await placeOrder(engine, topUp(app, { deadlineSeconds: 30 }));
    assert.equal(placed.kind, 'placed');
    await eventually(async () => {
      const [row] = await app.rows<{ state: string }>(
        'select state from order_progress where completed_at is not null',
      );
      assert.equal(row?.state, 'DELIVERED');
    });
  });

  it('with settings that cannot be opened does not keep the switch from hearing that sending is blocked', async () => {
    await app.rows("update providers set config_sealed = '\\x00' where id = $1", [BROKEN]);
    await app.rows('update installation set sending_blocked = true');
    await told();
    await eventually(() => assert.ok(app.app.services.engine.market().sendingBlocked));
  });

  async function told(): Promise<void> {
    await app.rows(`notify ${SETTINGS_CHANNEL}`);
  }
});
