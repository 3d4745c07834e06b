import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { onEvidence } from '../../src/orders/decide.ts';
import { loadOrders } from '../../src/orders/store.ts';
import { anotherAccount, orderBody } from '../api/native/native-client.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';

describe('races', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  it('100 concurrent orders on a wallet that can pay for 37 give exactly 37', async () => {
    // Plan "starter" has no rate of its own for this operator: the published 12 % off 15.00 is 13.20.
    const { ask, wallet } = await anotherAccount(app, { cents: 37n * 1320n + 1319n });
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => ask('POST', '/v1/orders', { body: orderBody() })),
    );
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    assert.deepEqual([count(201), count(402)], [37, 63]);
    assert.ok(
      answers
        .filter(({ status }) => status === 402)
        .every(({ body }) => body.code === 'insufficient_balance'),
    );
    const balances = answers
      .filter(({ status }) => status === 201)
      .map(({ body }) => Number(body.balance_before.value));
    assert.equal(new Set(balances).size, 37, 'each was accepted on a balance of its own');
    await eventually(async () => {
      const entries = await ask('GET', `/v1/wallets/${wallet}/entries?limit=100`);
      assert.equal(entries.body.data.length, 38);
      assert.equal(entries.body.data[0].posted_after.value, '13.19');
    });
  });

  it('the same reference with two contents at once: one order, one refusal, whoever comes first', async () => {
    for (let round = 0; round < 10; round++) {
      const { ask } = await anotherAccount(app, { cents: 10_000n });
      const bodies = ['15.00', '16.00'].map((value) =>
        orderBody({ reference: `twin-${round}`, amount: { value, currency: 'USD' } }),
      );
      const answers = await Promise.all(bodies.map((body) => ask('POST', '/v1/orders', { body })));
      assert.deepEqual(
        answers.map(({ status }) => status).sort((a, b) => a - b),
        [201, 422],
      );
    }
  });

  it('a client that goes away changes nothing: its order ends all the same', async () => {
    const controller = new AbortController();
    const body = JSON.stringify(orderBody({ reference: 'gone', recipient: { phone: '+50936379000' } }));
    const request = fetch(`${app.url}/v1/orders`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${app.credentials.apiKey}`,
        'content-type': 'application/json',
        prefer: 'wait=30',
      },
      body,
      signal: controller.signal,
    });
    await eventually(() => {
      const submitted = app.app.operators?.own?.journal
        .entries()
        .some(({ number }) => number === '+50936379000');
      assert.ok(submitted, 'the operator holds the answer back');
    });
    controller.abort();
    await assert.rejects(request);
    await app.advance(2000);
    await eventually(async () => {
      const { body: found } = await app.request('GET', '/v1/orders?reference=gone', { as: 'native' });
      assert.equal(found.data[0].status, 'delivered');
    });
  });

  it('an outcome that another process settles is heard of', async () => {
    const { engine } = app.app.services;
    const { body } = await app.request('POST', '/v1/orders', {
      as: 'native',
      body: orderBody({ recipient: { phone: '+50936379005' } }),
    });
    const id = BigInt(body.id.slice('ord_'.length));
    await eventually(async () => {
      const rows = await app.rows("select 1 from order_progress where order_id = $1 and state = 'IN_DOUBT'", [
        id,
      ]);
      assert.equal(rows.length, 1);
    });
    // This process hears of nothing by itself: the order is settled behind its back and announced.
    const waiting = engine.waiting.outcome(id, 60_000);
    await engine.wakeups.stop();
    const [order] = await loadOrders(engine.database, engine.vault, [id]);
    assert.ok(order);
    const provider = engine.market().routing.provider('sandbox');
    assert.ok(provider);
    const told = engine.waiting.told.bind(engine.waiting);
    engine.waiting.told = () => {};
    await engine.settlement.apply(order, (current) =>
      onEvidence(
        current,
        1,
        { source: 'query', verdict: 'delivered' },
        {
          nowMs: app.clock.now(),
          capability: provider.capability,
          routeLeft: () => true,
          jitter: 0,
        },
      ),
    );
    engine.waiting.told = told;
    await app.rows("select pg_notify('toprail_outcomes', $1)", [`another-process:${id}`]);
    assert.equal((await waiting)?.progress.state, 'DELIVERED');
    engine.wakeups.start();
  });
});
