/** What no dialect owns: health, metrics, keys, flags, callbacks; and what a stopping process does. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callbackPath } from '../../src/system-api.ts';
import { orderBody } from '../api/native/native-client.ts';
import { startApp, type TestApp } from '../harness/app.ts';

describe('system API', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  it('lives, is ready, and counts', async () => {
    assert.deepEqual((await app.request('GET', '/healthz')).body, { status: 'alive' });
    assert.deepEqual((await app.request('GET', '/readyz')).body, { status: 'ready' });
    await app.request('POST', '/v1/orders', {
      as: 'native',
      body: orderBody(),
      headers: { prefer: 'wait=10' },
    });
    const { text, headers } = await app.request('GET', '/metrics');
    assert.match(headers.get('content-type') ?? '', /^text\/plain/);
    assert.match(text, /toprail_orders_accepted(_total)? 1\b|toprail_orders_accepted(_total)?\{[^}]*\} 1\b/);
    assert.match(text, /toprail_order_events[^\n]*order\.delivered/);
    const queues = (name: string) =>
      [...text.matchAll(new RegExp(`^${name}\\{queue="([^"]+)"`, 'gm'))].map(([, queue]) => queue);
    assert.deepEqual(queues('toprail_queue_length'), [
      'intake',
      'settlement',
      'dispatch:sandbox',
      'due orders',
      'waiting clients',
      'database',
    ]);
    assert.deepEqual(queues('toprail_queue_limit'), queues('toprail_queue_length'));
  });

  it('publishes its keys, and never the private part', async () => {
    const { body } = await app.request('GET', '/.well-known/jwks.json');
    assert.ok(body.keys.length > 0);
    for (const key of body.keys) assert.deepEqual([key.kty, key.crv, key.d], ['OKP', 'Ed25519', undefined]);
  });

  it('shows a flag for each country, and none for others', async () => {
    const flag = await app.request('GET', '/flags/ht.svg');
    assert.equal(flag.status, 200);
    assert.match(flag.text, /^<svg /);
    for (const path of ['/flags/zz.svg', '/flags/HT.svg', '/flags/ht.png', '/flags/..%2fht.svg']) {
      assert.equal((await app.request('GET', path)).status, 404, path);
    }
  });

  it('answers what nobody owns with problem details', async () => {
    for (const [method, path, status] of [
      ['GET', '/nowhere', 404],
      ['POST', '/nowhere', 404],
      ['GET', '/callbacks/sandbox', 404],
    ] as const) {
      const answer = await app.request(method, path, method === 'POST' ? { body: {} } : {});
      assert.equal(answer.status, status);
      assert.match(answer.headers.get('content-type') ?? '', /problem\+json/);
      assert.equal(answer.body.status, status);
    }
  });

  it('takes no callback without the token of the path or with a forged signature', async () => {
    const good = callbackPath(app.app.services.engine, 'sandbox');
    const forged = { notice: 'n', reference: '1-1-1', status: 'delivered' };
    const rows: readonly (readonly [string, number])[] = [
      [`${good.slice(0, -1)}x`, 404],
      ['/callbacks/sandbox/guess', 404],
      [callbackPath(app.app.services.engine, 'nobody'), 404],
      [good, 401],
    ];
    for (const [path, status] of rows) {
      assert.equal((await app.request('POST', path, { body: forged })).status, status, path);
    }
    assert.equal((await app.rows('select 1 from callback_inbox')).length, 0);
  });

  it('writes no number, token or secret to its log', async () => {
    await app.request('POST', '/v1/orders', {
      as: 'native',
      body: orderBody({ reference: 'canary-reference' }),
    });
    await app.request('GET', `/v1/orders?reference=canary-query`, { as: 'native' });
    const all = app.logged.join('\n');
    assert.ok(app.logged.length > 0, 'something was logged');
    for (const secret of [
      '36377111',
      'canary-reference',
      'canary-query',
      app.credentials.apiKey,
      app.credentials.client.secret,
      await app.token(),
    ]) {
      assert.ok(!all.includes(secret), `${secret.slice(0, 12)} is in the log`);
    }
  });

  it('a stopping process takes no new order and says so', async () => {
    const { url } = app;
    const slow = app.request('POST', '/v1/orders', {
      as: 'native',
      headers: { prefer: 'wait=30' },
      body: orderBody({ recipient: { phone: '+50936379000' } }),
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const restarted = app.restart();
    const { services } = app.app;
    assert.equal(services.takesOrders(), false);
    await app.advance(2000);
    const answer = await slow.catch(() => undefined);
    if (answer) assert.equal(answer.status, 201);
    await restarted;
    await assert.rejects(fetch(`${url}/healthz`));
    assert.deepEqual((await app.request('GET', '/readyz')).body, { status: 'ready' });
  });
});
