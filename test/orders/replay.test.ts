import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { orderBody } from '../api/native/native-client.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';

describe('a reference answers with its order for ever (A2)', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  it('regression: a replay after the last route has gone is the order, not a refusal', async () => {
    const body = orderBody({ reference: 'kept' });
    const first = await app.request('POST', '/v1/orders', { as: 'native', body });
    assert.equal(first.status, 201);
    const { services } = app.app;
    await app.rows('update routes set in_service = false');
    await app.rows("select pg_notify('toprail_settings', '')");
    await eventually(() =>
      assert.equal(
        services.engine
          .market()
          .routing.routesFor({ environment: 'sandbox', operatorId: 173, productId: 173, type: 'airtime' })
          .length,
        0,
      ),
    );

    const replay = await app.request('POST', '/v1/orders', { as: 'native', body });
    assert.deepEqual([replay.status, replay.text], [200, first.text]);
    const other = await app.request('POST', '/v1/orders', {
      as: 'native',
      body: { ...body, amount: { value: '16.00', currency: 'USD' } },
    });
    assert.deepEqual([other.status, other.body.code], [422, 'reference_reused']);
    const fresh = await app.request('POST', '/v1/orders', { as: 'native', body: orderBody() });
    assert.deepEqual([fresh.status, fresh.body.code], [503, 'no_route']);
  });
});
