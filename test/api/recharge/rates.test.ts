/** GET /rates, POST /webhook/verify, and everything once more in XML. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { webhookSecret } from '../../../src/identity/webhook-secret.ts';
import { parseSecret, sign } from '../../../src/protocols/recharge/dialect/signature.ts';
import { makeAccount } from '../../harness/accounts.ts';
import { startApp, type TestApp } from '../../harness/app.ts';
import { assertError, CARD_SAMPLE, post, stored, WALLET_TWIN } from './recharge-client.ts';

const XML = { accept: 'application/xml' };
const TEXTS = [
  '',
  ' ',
  '\u202e',
  '🦜',
  "' or 1=1--",
  '__proto__',
  '<a>&"\'',
  ']]>',
  '1e999',
  'x'.repeat(400),
];
const VALUES: readonly unknown[] = [...TEXTS, 0, -1, 1.5, 1e300, true, null, [], {}, [[]]];

describe('the article, rates and webhooks', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const rates = (headers: Record<string, string> = {}) =>
    app.request('GET', '/rates', { as: 'native', headers });

  test('rates: every bundle once, with its price', async () => {
    const answer = await rates();
    assert.equal(answer.status, 200);
    const { currency, bundles } = answer.body;
    assert.equal(currency, 'USD');
    assert.ok(bundles.length > 400, `${bundles.length}`);
    assert.equal(new Set(bundles.map((one: { bundle_id: string }) => one.bundle_id)).size, bundles.length);
    const { price, ...sample } = bundles.find((one: { bundle_id: string }) => one.bundle_id === 'BND001');
    assert.deepEqual(sample, {
      bundle_id: 'BND001',
      name: 'Yas Tanzania 1 GB / 7 days',
      type: 'data',
      country: 'TZ',
      operator: { id: 11258, name: 'Yas Tanzania' },
      validity_days: 7,
      data_megabytes: 1024,
      voice_minutes: null,
      messages: null,
      value: { amount: '2000.00', currency: 'TZS' },
    });
    assert.match(price.amount, /^\d+\.\d\d$/);
    for (const bundle of bundles) assert.ok(Number(bundle.price.amount) > 0, bundle.bundle_id);
  });

  test('rates are cached by their tag: 304 while nothing has changed', async () => {
    const first = await rates();
    const etag = first.headers.get('etag') ?? '';
    assert.match(etag, /^"[\w-]{22}"$/);
    assert.equal(first.headers.get('cache-control'), 'private, max-age=60');
    assert.match(first.headers.get('vary') ?? '', /Accept/);
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await rates({ 'if-none-match': tag });
      assert.deepEqual([again.status, again.text], [304, '']);
      assert.equal(again.headers.get('etag'), etag);
    }
    assert.equal((await rates({ 'if-none-match': '"other"' })).status, 200);
    const xml = await rates(XML);
    assert.notEqual(xml.headers.get('etag'), etag, 'another representation, another tag');
    const { headers } = await makeAccount(app, { funds: { INR: 0n } });
    const other = await app.request('GET', '/rates', { headers });
    assert.equal(other.body.currency, 'INR');
    assert.notEqual(other.headers.get('etag'), etag, 'another currency, another tag');
  });

  test('an account without a wallet has no rates, and nobody has none either', async () => {
    const { headers } = await makeAccount(app);
    assertError(await app.request('GET', '/rates', { headers }), 409, 'insufficient_balance');
    assertError(await app.request('GET', '/rates'), 401, 'unauthorized');
  });

  const verify = (body: unknown, headers: Record<string, string> = {}) =>
    app.request('POST', '/webhook/verify', { as: 'native', body, headers });
  const PAYLOAD = '{"type":"order.delivered","data":{"amount":"10.00"}}';
  const received = (key: Buffer, seconds = 0) => {
    const timestamp = String(Math.floor(app.clock.now() / 1000) + seconds);
    const message = { id: 'msg_1', timestamp, payload: PAYLOAD };
    return {
      'webhook-id': message.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': sign(key, message),
    };
  };

  test('a webhook with the client’s own signature is valid; changed, late or of another client it is not', async () => {
    const keyOf = (clientId: string) =>
      parseSecret(webhookSecret(app.app.services.engine.vault, clientId)) ?? assert.fail('no secret');
    const key = keyOf(app.credentials.client.id);
    assert.equal(key.length, 32);
    const headers = received(key);
    const good = await verify({ payload: PAYLOAD, headers });
    assert.deepEqual([good.status, good.body], [200, { valid: true, reason: null, webhook_id: 'msg_1' }]);
    const upper = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    assert.equal((await verify({ payload: PAYLOAD, headers: upper })).body.valid, true);
    const reason = async (body: object) => {
      const answer = await verify(body);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.body.valid, false);
      return answer.body.reason;
    };
    assert.equal(await reason({ payload: `${PAYLOAD} `, headers }), 'signature_mismatch');
    assert.equal(await reason({ payload: PAYLOAD, headers: received(key, -301) }), 'timestamp_too_old');
    assert.equal(await reason({ payload: PAYLOAD, headers: received(key, 400) }), 'timestamp_too_new');
    assert.equal(await reason({ payload: PAYLOAD, headers: {} }), 'header_missing');
    const others = keyOf('cl_another');
    assert.equal(await reason({ payload: PAYLOAD, headers: received(others) }), 'signature_mismatch');
  });

  test('a secret may come along; one that is none is refused', async () => {
    const key = Buffer.alloc(24, 5);
    const secret = `whsec_${key.toString('base64')}`;
    const headers = received(key);
    assert.equal((await verify({ payload: PAYLOAD, headers, secret })).body.valid, true);
    assert.equal((await verify({ payload: PAYLOAD, headers })).body.valid, false);
    for (const wrong of ['whsec_short', 'secret!', '']) {
      const answer = await verify({ payload: PAYLOAD, headers, secret: wrong });
      assertError(answer, 400, 'invalid_request');
    }
    assert.ok(!app.logged.join('\n').includes(secret));
    for (const body of [{}, { payload: { a: 1 }, headers }, { payload: PAYLOAD, headers: [] }]) {
      assertError(await verify(body), 400, 'invalid_request');
    }
    assertError(await app.request('POST', '/webhook/verify', { body: {} }), 401, 'unauthorized');
  });

  test('XML on demand: an answer, a transaction, rates, a verification and errors', async () => {
    const answer = await post(app, { ...WALLET_TWIN, client_reference: '<&> "x"' }, { headers: XML });
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.get('content-type'), 'application/xml; charset=utf-8');
    const id = /<transaction_id>(TX\d+)<\/transaction_id>/.exec(answer.text)?.[1] ?? '';
    assert.match(
      answer.text,
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<response>.*<status>pending<\/status>.*<\/response>$/s,
    );
    const shown = await app.request('GET', `/recharge/${id}`, { as: 'native', headers: XML });
    assert.match(shown.text, /<client_reference>&lt;&amp;&gt; &quot;x&quot;<\/client_reference>/);
    assert.match(shown.text, /<history><change><sequence>1<\/sequence><event>order.accepted<\/event>/);
    assert.match((await rates(XML)).text, /<bundle><bundle_id>BND001<\/bundle_id>/);
    const verified = await verify({ payload: '', headers: {} }, XML);
    assert.match(verified.text, /<valid>false<\/valid><reason>header_missing<\/reason>/);

    const ERRORS: [
      answer: Promise<{ status: number; text: string; headers: Headers }>,
      status: number,
      code: string,
    ][] = [
      [post(app, CARD_SAMPLE, { headers: XML }), 400, 'pan_not_accepted'],
      [post(app, {}, { headers: XML }), 400, 'invalid_request'],
      [post(app, undefined, { raw: '{', headers: XML }), 400, 'malformed_request'],
      [post(app, WALLET_TWIN, { as: 'nobody', headers: XML }), 401, 'unauthorized'],
      [post(app, { ...WALLET_TWIN, bundle_id: '<x>' }, { headers: XML }), 404, 'bundle_not_found'],
      [app.request('GET', '/recharge/TX1', { as: 'native', headers: XML }), 404, 'not_found'],
      [app.request('DELETE', '/rates', { headers: XML }), 405, 'method_not_allowed'],
      [
        post(app, undefined, { raw: '<a/>', headers: { ...XML, 'content-type': 'text/xml' } }),
        415,
        'unsupported_media_type',
      ],
    ];
    for (const [asked, status, code] of ERRORS) {
      const { status: got, text, headers } = await asked;
      assert.equal(got, status, text);
      assert.equal(headers.get('content-type'), 'application/xml; charset=utf-8');
      assert.match(text, new RegExp(`^<\\?xml[^>]*\\?>\\n<response><error><code>${code}</code><message>`));
    }
  });

  test('naughty values are answered, never with a 5xx, and buy nothing that was not meant', async () => {
    const ask = async (
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ) => {
      const answer = await app.request(method, path, {
        as: 'native',
        headers,
        ...(body === undefined ? {} : { body }),
      });
      assert.ok(answer.status < 500, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`);
    };
    for (const value of VALUES) {
      for (const field of [...Object.keys(WALLET_TWIN), 'card_details', 'payment_token', 'metadata']) {
        await ask('POST', '/recharge', { ...WALLET_TWIN, bundle_id: 'none', [field]: value }, XML);
      }
      await ask('POST', '/recharge', { ...WALLET_TWIN, client_reference: value });
      for (const field of ['payload', 'headers', 'secret']) {
        await ask('POST', '/webhook/verify', { payload: '', headers: {}, [field]: value });
      }
      await ask('POST', '/webhook/verify', { payload: '', headers: { 'webhook-id': value } }, XML);
    }
    const earlier = await stored(app);
    for (const text of ['%zz', '%00', '..%2f', 'TX', '%F0%9F%A6%9C', '%3Ca%3E', 'x'.repeat(600)]) {
      await ask('GET', `/recharge/${text}`, undefined, XML);
      await ask('GET', `/rates?x=${text}`, undefined, { 'if-none-match': ',,"' });
    }
    assert.deepEqual(
      ((await stored(app)) as { orders: number }[])[0]?.orders,
      (earlier as { orders: number }[])[0]?.orders,
    );
  });
});
