/** Where a client may call from, in the shape of every API: who is elsewhere learns nothing and leaves nothing. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setClientAddresses } from '../../src/identity/client-store.ts';
import { type Answer, startApp, type TestApp } from '../harness/app.ts';
import { recharge, stored, wireQuery } from './a1topup/a1topup-client.ts';

describe('networks that a client may call from', () => {
  let app: TestApp;
  let session: { access_token: string; refresh_token: string };
  before(async () => {
    app = await startApp();
    session = (await login()).body.data;
    await app.token();
  });
  after(() => app.close());

  const allow = async (networks: readonly string[] | undefined) => {
    const { engine, clients } = app.app.services;
    assert.ok(await setClientAddresses(engine.database, app.credentials.client.id, networks));
    clients.forget();
  };
  const login = () => {
    const { id: username, secret: password } = app.credentials.client;
    return app.request('POST', '/auth/login', { body: { username, password } });
  };
  const refresh = () =>
    app.request('POST', '/auth/refresh', { body: { refresh_token: session.refresh_token } });
  const octopus = () =>
    app.request('GET', '/api/v1/topups/products', {
      headers: { authorization: `Bearer ${session.access_token}` },
    });
  const grant = () => {
    const { id, secret } = app.credentials.client;
    const audience = 'https://topups-sandbox.reloadly.com';
    const body = { client_id: id, client_secret: secret, grant_type: 'client_credentials', audience };
    return app.request('POST', '/oauth/token', { body });
  };
  const wire = () => app.request('GET', `/recharge/api?${wireQuery(app, { orderid: 'F-1' })}`);

  /** What each API says, by the members that tell why. */
  const DOORS: readonly [
    name: string,
    ask: () => Promise<Answer>,
    status: number,
    told: (body: Answer['body']) => unknown,
    why: unknown,
  ][] = [
    ['reloadly, a token', grant, 403, (body) => body.errorCode, 'NOT_AUTHORIZED'],
    [
      'reloadly',
      () => app.request('GET', '/operators', { as: 'reloadly' }),
      403,
      (body) => body.errorCode,
      'NOT_AUTHORIZED',
    ],
    ['octopus, a login', login, 403, (body) => body.error, undefined],
    ['octopus, a refresh', refresh, 403, (body) => body.error, undefined],
    ['octopus', octopus, 403, (body) => body.error, undefined],
    ['a1topup', () => recharge(app), 200, (body) => body.error_code, '1001'],
    ['a1topup, the wire form', wire, 200, (body) => [body.status, body.opid], ['Failure', 'Invalid API key']],
    [
      'recharge',
      () => app.request('GET', '/rates', { as: 'native' }),
      403,
      (body) => body.error.code,
      'forbidden',
    ],
    [
      'native',
      () => app.request('GET', '/v1/wallets', { as: 'native' }),
      403,
      (body) => body.code,
      'forbidden',
    ],
  ];
  const OCTOPUS = { name: 'ForbiddenError', code: 'FORBIDDEN' };

  test('from elsewhere every door is closed, in its own words', async () => {
    await allow(['203.0.113.0/24', '2001:db8::/32']);
    const earlier = await stored(app);
    for (const [name, ask, status, told, why] of DOORS) {
      const answer = await ask();
      assert.equal(answer.status, status, `${name}: ${answer.text}`);
      if (why !== undefined) assert.deepEqual(told(answer.body), why, `${name}: ${answer.text}`);
      else {
        const { message, ...rest } = told(answer.body) as { message: string };
        assert.deepEqual(rest, OCTOPUS, name);
        assert.ok(message.length > 0);
      }
    }
    assert.deepEqual(await stored(app), earlier);
  });

  test('who gives wrong credentials is not told that there is a list', async () => {
    await allow(['203.0.113.0/24']);
    const body = { username: app.credentials.client.id, password: 'wrong' };
    assert.equal((await app.request('POST', '/auth/login', { body })).status, 401);
  });

  for (const networks of [['127.0.0.0/8'], ['203.0.113.1', '127.0.0.1'], undefined]) {
    test(`open again from ${networks ?? 'anywhere'}`, async () => {
      await allow(networks);
      for (const [name, ask] of DOORS) {
        if (ask === refresh) continue; // good once
        const answer = await ask();
        assert.equal(answer.status, 200, `${name}: ${answer.text}`);
        assert.notEqual(answer.body.error_code, '1001');
        assert.notEqual(answer.body.status, 'Failure');
      }
    });
  }
});
