import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Answer, startApp, type TestApp } from '../../harness/app.ts';
import { assertRefused, assertShape, ERROR } from './shapes.ts';

const SANDBOX = 'https://topups-sandbox.reloadly.com';
const LIVE = 'https://topups.reloadly.com';
const GRANT = 'client_credentials';

function basic(id: string, secret: string) {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

describe('POST /oauth/token', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const fields = (changes: Record<string, unknown> = {}) => ({
    client_id: app.credentials.client.id,
    client_secret: app.credentials.client.secret,
    grant_type: GRANT,
    audience: SANDBOX,
    ...changes,
  });
  const asJson = (changes?: Record<string, unknown>) =>
    app.request('POST', '/oauth/token', { body: fields(changes) });
  const asForm = (changes: Record<string, string>, headers: Record<string, string> = {}) =>
    app.request('POST', '/oauth/token', {
      raw: new URLSearchParams(changes).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  const assertGranted = async (answer: Answer) => {
    assert.equal(answer.status, 200, answer.text);
    assertShape(answer.body, {
      access_token: 'string',
      scope: 'string',
      expires_in: 'number',
      token_type: 'string',
    });
    assert.equal(answer.body.token_type, 'Bearer');
    assert.equal(answer.body.expires_in, 86_400);
    for (const scope of ['send-topups', 'read-topups-history', 'read-operators', 'read-promotions']) {
      assert.ok(answer.body.scope.split(' ').includes(scope), scope);
    }
    const headers = { authorization: `Bearer ${answer.body.access_token}` };
    assert.equal((await app.request('GET', '/accounts/balance', { headers })).status, 200);
  };

  test('JSON', async () => assertGranted(await asJson()));
  test('a form', async () => assertGranted(await asForm(fields() as Record<string, string>)));
  test('Basic beside a form', async () => {
    const { id, secret } = app.credentials.client;
    await assertGranted(await asForm({ grant_type: GRANT, audience: SANDBOX }, basic(id, secret)));
  });
  test('Basic beside JSON', async () => {
    const { id, secret } = app.credentials.client;
    const body = { grant_type: GRANT, audience: SANDBOX };
    await assertGranted(await app.request('POST', '/oauth/token', { body, headers: basic(id, secret) }));
  });
  test('our own audience, and none', async () => {
    await assertGranted(await asJson({ audience: app.app.services.issuer }));
    await assertGranted(await asJson({ audience: undefined }));
  });
  test('two tokens in one second differ', async () => {
    const [one, two] = await Promise.all([asJson(), asJson()]);
    assert.notEqual(one.body.access_token, two.body.access_token);
  });

  test('a wrong audience', async () => {
    const answer = await asJson({ audience: 'https://giftcards.reloadly.com' });
    assertRefused(answer, 401, 'INVALID_AUDIENCE');
    assert.equal(answer.body.message, 'The provided audience is not valid');
  });
  test('sandbox credentials do not open the live service', async () => {
    assertRefused(await asJson({ audience: LIVE }), 401, 'INVALID_CREDENTIALS');
  });

  const WRONG: [name: string, changes: Record<string, unknown>][] = [
    ['another secret', { client_secret: 'guess' }],
    ['an unknown client', { client_id: 'nobody' }],
    ['no secret', { client_secret: undefined }],
    ['no client', { client_id: undefined }],
    ['an empty secret', { client_secret: '' }],
    ['null', { client_id: null }],
  ];
  for (const [name, changes] of WRONG) {
    test(`${name} is denied`, async () => {
      const answer = await asJson(changes);
      assertRefused(answer, 401, 'INVALID_CREDENTIALS');
      assert.equal(answer.body.message, 'Access Denied');
    });
  }

  test('another grant, and fields of another type', async () => {
    assertRefused(await asJson({ grant_type: 'password' }), 400, 'INVALID_REQUEST');
    assertRefused(await asJson({ grant_type: undefined }), 400, 'INVALID_REQUEST');
    assertRefused(await asJson({ client_id: 5 }), 400, 'INVALID_REQUEST');
    assertRefused(await asJson({ audience: [SANDBOX] }), 400, 'INVALID_REQUEST');
    assertRefused(
      await asForm(fields({ scope: 'everything' }) as Record<string, string>),
      400,
      'INVALID_REQUEST',
    );
    assertRefused(await app.request('POST', '/oauth/token', { body: [] }), 400, 'INVALID_REQUEST');
    assertRefused(await app.request('POST', '/oauth/token'), 400, 'INVALID_REQUEST');
  });
  test('a form that names a field twice', async () => {
    const raw = `${new URLSearchParams(fields() as Record<string, string>)}&client_id=other`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    assertRefused(await app.request('POST', '/oauth/token', { raw, headers }), 400, 'INVALID_REQUEST');
  });
  test('a zero character, which only a form or Basic can spell', async () => {
    const form = fields({ client_id: 'a\0b' }) as Record<string, string>;
    assertRefused(await asForm(form), 400, 'INVALID_REQUEST');
    const rest = { grant_type: GRANT };
    assertRefused(await asForm(rest, basic('a\0b', 'c')), 401, 'INVALID_CREDENTIALS');
    assertRefused(await asForm(rest, basic('a', '%00')), 401, 'INVALID_CREDENTIALS');
    assertRefused(await asForm(rest, { authorization: 'Basic YWI=' }), 401, 'INVALID_CREDENTIALS');
  });
  test('JSON that cannot be read, another type, another method, another answer', async () => {
    assertRefused(
      await app.request('POST', '/oauth/token', { raw: '{"client_id":' }),
      400,
      'INVALID_REQUEST',
    );
    const xml = { 'content-type': 'application/xml' };
    assertRefused(
      await app.request('POST', '/oauth/token', { raw: '<a/>', headers: xml }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    );
    assertRefused(await app.request('GET', '/oauth/token'), 405, 'METHOD_NOT_SUPPORTED');
    const answer = await app.request('POST', '/oauth/token', {
      body: fields(),
      headers: { accept: 'text/html' },
    });
    assertRefused(answer, 406, 'MEDIA_TYPE_NOT_ACCEPTABLE');
  });

  test('a token with fewer scopes opens less', async () => {
    const { body } = await asJson({ scope: 'read-operators' });
    assert.equal(body.scope, 'read-operators');
    const headers = { authorization: `Bearer ${body.access_token}` };
    assert.equal((await app.request('GET', '/operators/173', { headers })).status, 200);
    assert.equal((await app.request('GET', '/accounts/balance', { headers })).status, 200);
    const closed: [method: string, path: string, body?: object][] = [
      ['POST', '/topups', {}],
      ['POST', '/topups-async', {}],
      ['GET', '/topups/1/status'],
      ['GET', '/topups/reports/transactions'],
      ['GET', '/transactions'],
      ['GET', '/promotions'],
    ];
    for (const [method, path, sent] of closed) {
      const answer = await app.request(method, path, { headers, ...(sent ? { body: sent } : {}) });
      assert.equal(answer.status, 403, path);
      assert.equal(answer.body.errorCode, 'NOT_AUTHORIZED');
    }
  });

  test('no token, no bearer, garbage, and one that has expired', async () => {
    const get = (authorization?: string) =>
      app.request(
        'GET',
        '/accounts/balance',
        authorization === undefined ? {} : { headers: { authorization } },
      );
    const missing = await get();
    assert.equal(missing.status, 401);
    assertShape(missing.body, ERROR);
    assert.equal(missing.body.errorCode, 'INVALID_TOKEN');
    assert.equal(missing.body.message, 'Full authentication is required to access this resource');
    const otherScheme = await get('Basic YTpi');
    assert.deepEqual([otherScheme.status, otherScheme.body.errorCode], [401, 'AUTHENTICATION_FAILURE']);
    for (const authorization of ['Bearer', 'Bearer x.y.z', 'Bearer naïve', 'Bearer a b']) {
      const answer = await get(Buffer.from(authorization).toString('latin1'));
      assert.equal(answer.status, 401, authorization);
      assert.equal(answer.body.errorCode, 'INVALID_TOKEN', authorization);
    }
    const { body } = await asJson();
    await app.advance(86_400_000);
    const expired = await get(`Bearer ${body.access_token}`);
    assert.equal(expired.status, 401);
    assert.equal(expired.body.errorCode, 'TOKEN_EXPIRED');
  });
});
