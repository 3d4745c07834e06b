import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApp, type TestApp } from '../../harness/app.ts';
import { assertRefused, logIn, openAccount, TOPUPS } from './octopus-client.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PRODUCTS = `${TOPUPS}/products?per_page=1`;

describe('login, refresh and logout', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const post = (path: string, body?: unknown, headers = {}) =>
    app.request('POST', path, { ...(body === undefined ? {} : { body }), headers });
  const newPair = async () => {
    const { credentials } = await openAccount(app, []);
    const { body } = await post('/auth/login', { username: credentials.id, password: credentials.secret });
    return { credentials, ...body.data };
  };
  const use = (accessToken: string) =>
    app.request('GET', PRODUCTS, { headers: { authorization: `Bearer ${accessToken}` } });
  const refuses = async (accessToken: string, message = /access token/i) =>
    assertRefused(await use(accessToken), 401, 'UnauthorizedError', message);

  test('a login answers with an hour of access and a week of refresh', async () => {
    const { id, secret } = app.credentials.client;
    const answer = await post('/auth/login', { username: id, password: secret });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(Object.keys(answer.body), ['success', 'data']);
    assert.equal(answer.body.success, true);
    const { data } = answer.body;
    assert.deepEqual(Object.keys(data), [
      'access_token',
      'refresh_token',
      'access_expires_at',
      'refresh_expires_at',
      'client_id',
    ]);
    assert.ok(Number.isSafeInteger(data.client_id));
    for (const instant of [data.access_expires_at, data.refresh_expires_at]) assert.match(instant, INSTANT);
    const untilAccess = Date.parse(data.access_expires_at) - app.clock.now();
    const untilRefresh = Date.parse(data.refresh_expires_at) - app.clock.now();
    assert.ok(untilAccess > HOUR_MS - 60_000 && untilAccess <= HOUR_MS);
    assert.ok(untilRefresh > 7 * DAY_MS - 60_000 && untilRefresh <= 7 * DAY_MS + 1_000);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal((await use(data.access_token)).status, 200);
  });

  test('wrong credentials are told from missing ones', async () => {
    const { id, secret } = app.credentials.client;
    for (const body of [
      { username: id, password: 'wrong' },
      { username: 'nobody', password: secret },
      { username: id, password: `${secret} ` },
    ]) {
      const answer = await post('/auth/login', body);
      assertRefused(answer, 401, 'UnauthorizedError', /^Invalid credentials$/);
    }
    for (const body of [{}, [], { username: id }, { password: secret }, { username: '', password: '' }]) {
      const answer = await post('/auth/login', body);
      assertRefused(answer, 400, 'ValidationException', /^Username and password are required$/);
    }
  });

  test('a refresh token is good once; the former access token lives on', async () => {
    const first = await newPair();
    const answer = await post('/auth/refresh', { refresh_token: first.refresh_token });
    assert.equal(answer.status, 200, answer.text);
    assert.notEqual(answer.body.data.refresh_token, first.refresh_token);
    for (const token of [first.access_token, answer.body.data.access_token])
      assert.equal((await use(token)).status, 200);
    for (const used of [first.refresh_token, 'nonsense', 'x'.repeat(5_000), first.access_token]) {
      const again = await post('/auth/refresh', { refresh_token: used });
      assertRefused(again, 401, 'UnauthorizedError', /^Invalid credentials$/);
    }
    assertRefused(await post('/auth/refresh', {}), 400, 'ValidationException', /required/);
  });

  test('of two refreshes at once, one wins', async () => {
    const { refresh_token } = await newPair();
    const answers = await Promise.all([1, 2, 3, 4].map(() => post('/auth/refresh', { refresh_token })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401, 401]);
  });

  test('a logout ends every session of the client, and of nobody else', async () => {
    const first = await newPair();
    const { credentials } = first;
    const body = { username: credentials.id, password: credentials.secret };
    const { data: second } = (await post('/auth/login', body)).body;
    const other = await newPair();
    const headers = { authorization: `Bearer ${first.access_token}` };
    const left = await post('/auth/logout', undefined, headers);
    assert.deepEqual([left.status, left.body], [200, { success: true }]);
    for (const pair of [first, second]) {
      await refuses(pair.access_token);
      const answer = await post('/auth/refresh', { refresh_token: pair.refresh_token });
      assertRefused(answer, 401, 'UnauthorizedError', /^Invalid credentials$/);
    }
    assertRefused(await post('/auth/logout', undefined, headers), 401, 'UnauthorizedError', /access token/);
    assert.equal((await use(other.access_token)).status, 200);
    const { data: third } = (await post('/auth/login', body)).body;
    assert.equal((await use(third.access_token)).status, 200);
  });

  test('a token of the token endpoint works as well, and a logout does not end it', async () => {
    const { id, secret } = app.credentials.client;
    const headers = { authorization: `Bearer ${await app.token()}` };
    const client = await logIn(app, { id, secret });
    await post('/auth/logout', undefined, client.headers);
    assert.equal((await app.request('GET', PRODUCTS, { headers })).status, 200);
  });

  test('no token, half a token and a token of nobody', async () => {
    assertRefused(await app.request('GET', PRODUCTS), 401, 'UnauthorizedError', /access token/);
    for (const authorization of ['Bearer', 'Bearer x', 'Basic YTpi', 'Bearer eyJhbGciOiJub25lIn0.e30.'])
      assertRefused(
        await app.request('GET', PRODUCTS, { headers: { authorization } }),
        401,
        'UnauthorizedError',
        /access token/,
      );
  });

  test('a closed account does not log in, and what it has ends', async () => {
    const { accountId, credentials, client } = await openAccount(app, []);
    await app.rows(`update accounts set status = 'closed' where id = $1`, [accountId]);
    app.app.services.clients.forget();
    const body = { username: credentials.id, password: credentials.secret };
    assertRefused(await post('/auth/login', body), 403, 'ForbiddenError', /closed/);
    assertRefused(await client.ask('GET', '/products'), 403, 'ForbiddenError', /closed/);
  });

  test('tokens end: access after an hour, refresh after a week', async () => {
    const pair = await newPair();
    await app.advance(HOUR_MS);
    await refuses(pair.access_token, /expired/);
    const { body } = await post('/auth/refresh', { refresh_token: pair.refresh_token });
    assert.equal((await use(body.data.access_token)).status, 200);
    await app.advance(7 * DAY_MS);
    const answer = await post('/auth/refresh', { refresh_token: body.data.refresh_token });
    assertRefused(answer, 401, 'UnauthorizedError', /^Invalid credentials$/);
  });
});
