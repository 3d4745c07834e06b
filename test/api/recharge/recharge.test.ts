/** POST /recharge and GET /recharge/{transactionId}: the samples, every status of the table, the life of an order. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRechargeDialect } from '../../../src/protocols/recharge/dialect/routes.ts';
import { makeAccount } from '../../harness/accounts.ts';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { assertError, CARD_NUMBER, CARD_SAMPLE, post, stored, WALLET_TWIN } from './recharge-client.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

describe('the article, recharges', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const take = async (body: unknown) => {
    const answer = await post(app, body);
    assert.equal(answer.status, 202, answer.text);
    return answer.body;
  };
  const read = async (id: string) => {
    const answer = await app.request('GET', `/recharge/${id}`, { as: 'native' });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  const ended = (id: string, status: string) =>
    eventually(async () => {
      const shown = await read(id);
      assert.equal(shown.status, status, JSON.stringify(shown));
      return shown;
    });

  test('the sample, paid by wallet', async () => {
    const answer = await post(app, WALLET_TWIN);
    assert.equal(answer.status, 202, answer.text);
    const { transaction_id: id, status, estimated_completion: estimated } = answer.body;
    assert.deepEqual(Object.keys(answer.body), ['transaction_id', 'status', 'estimated_completion']);
    assert.match(id, /^TX\d+$/);
    assert.equal(status, 'pending');
    assert.match(estimated, INSTANT);
    assert.equal(answer.headers.get('location'), `/recharge/${id}`);

    const shown = await eventually(async () => {
      const now = await read(id);
      assert.equal(now.history.at(-1).event, 'order.delivered');
      return now;
    });
    const { history, created_at, completed_at, paid, operator_response, ...rest } = shown;
    assert.deepEqual(rest, {
      transaction_id: id,
      status: 'completed',
      subscriber_number: '+255712345678',
      bundle_id: 'BND001',
      client_reference: null,
      payment_method: 'wallet',
      payment_status: 'charged',
      refunded: null,
      operator: { id: 11258, name: 'Yas Tanzania' },
      recharge_status: 'delivered',
      delivered: { amount: '2000.00', currency: 'TZS' },
      failure: null,
      estimated_completion: null,
    });
    assert.equal(paid.currency, 'USD');
    assert.equal(operator_response.status, 'confirmed');
    assert.match(created_at, INSTANT);
    assert.match(completed_at, INSTANT);
    assert.deepEqual(
      history.map((change: { sequence: number; event: string }) => [change.sequence, change.event]),
      [
        [1, 'order.accepted'],
        [2, 'order.delivered'],
      ],
    );
    const { body: rates } = await app.request('GET', '/rates', { as: 'native' });
    const listed = rates.bundles.find(({ bundle_id }: { bundle_id: string }) => bundle_id === 'BND001');
    assert.deepEqual(listed.price, paid, 'it cost what was listed');
    const delivered = app.journal(id.slice(2)).filter(({ event }) => event === 'delivered');
    assert.deepEqual(
      delivered.map(({ number, amount, currency }) => [number, amount, currency]),
      [['+255712345678', '2000.00', 'TZS']],
    );
  });

  test('the sample as printed: card data is refused, and is nowhere afterwards', async () => {
    const earlier = await stored(app);
    const dump = async () => JSON.stringify(await app.rows('select * from orders, recipients'));
    for (const changes of [
      {},
      { payment_method: 'wallet' },
      { bundle_id: 5 },
      { card_details: CARD_NUMBER },
    ]) {
      const answer = await post(app, { ...CARD_SAMPLE, ...changes });
      assertError(answer, 400, 'pan_not_accepted');
      assert.ok(!answer.text.includes(CARD_NUMBER));
    }
    // Where no member expects it, it must not be quoted either.
    for (const field of ['subscriber_number', 'bundle_id', 'payment_method']) {
      const answer = await post(app, { ...WALLET_TWIN, [field]: { card_number: CARD_NUMBER } });
      assert.ok(answer.status >= 400 && answer.status < 500);
      assert.ok(!answer.text.includes(CARD_NUMBER), field);
    }
    const broken = await post(app, undefined, { raw: `{"card_details": {"card_number": "${CARD_NUMBER}" ` });
    assertError(broken, 400, 'malformed_request');
    assert.ok(!broken.text.includes(CARD_NUMBER));
    assert.deepEqual(await stored(app), earlier);
    assert.ok(!(await dump()).includes(CARD_NUMBER));
    assert.ok(!app.logged.join('\n').includes(CARD_NUMBER), 'card data is never logged');
  });

  const REFUSED: [name: string, changes: Record<string, unknown>, status: number, code: string][] = [
    ['a card without its data', { payment_method: 'card' }, 400, 'payment_method_not_available'],
    ['a token', { payment_method: 'token', payment_token: 'tok_1' }, 400, 'payment_method_not_available'],
    ['a token beside the wallet', { payment_token: 'tok_1' }, 400, 'payment_method_not_available'],
    ['no number', { subscriber_number: undefined }, 400, 'invalid_request'],
    ['a number in letters', { subscriber_number: 'mother' }, 400, 'invalid_request'],
    ['a number in an object', { subscriber_number: {} }, 400, 'invalid_request'],
    ['no bundle', { bundle_id: undefined }, 400, 'invalid_request'],
    ['a bundle that is no text', { bundle_id: 1 }, 400, 'invalid_request'],
    ['no payment', { payment_method: undefined }, 400, 'invalid_request'],
    ['an unknown payment', { payment_method: 'cash' }, 400, 'invalid_request'],
    ['a long reference', { client_reference: 'x'.repeat(151) }, 400, 'invalid_request'],
    ['an empty reference', { client_reference: '' }, 400, 'invalid_request'],
    ['a line break in a reference', { client_reference: 'a\nb' }, 400, 'invalid_request'],
    ['an unknown bundle', { bundle_id: 'BND999' }, 404, 'bundle_not_found'],
    ['airtime is no bundle', { bundle_id: '11258-2000' }, 404, 'bundle_not_found'],
    [
      'another spelling of a bundle',
      { bundle_id: '186-500.00', subscriber_number: '919876543210' },
      404,
      'bundle_not_found',
    ],
    ['an unknown number', { subscriber_number: '255000000000' }, 404, 'subscriber_not_found'],
    ['a number of another country', { subscriber_number: '+50936377111' }, 404, 'subscriber_not_found'],
  ];
  test('what is wrong has the status of the table, and leaves nothing behind', async () => {
    const earlier = await stored(app);
    for (const [name, changes, status, code] of REFUSED) {
      const answer = await post(app, { ...WALLET_TWIN, client_reference: 'never', ...changes });
      assert.equal(answer.body.error?.code, code, `${name}: ${answer.text}`);
      assertError(answer, status, code);
    }
    assert.deepEqual(await stored(app), earlier);
  });

  test('what cannot be read, other methods, other types', async () => {
    const RAW: [raw: string, headers: Record<string, string>, status: number, code: string][] = [
      ['{', {}, 400, 'malformed_request'],
      ['', {}, 400, 'malformed_request'],
      ['[]', {}, 400, 'invalid_request'],
      ['null', {}, 400, 'invalid_request'],
      [`{"bundle_id": "${'x'.repeat(70_000)}"}`, {}, 413, 'body_too_large'],
      ['<recharge/>', { 'content-type': 'application/xml' }, 415, 'unsupported_media_type'],
    ];
    for (const [raw, headers, status, code] of RAW) {
      assertError(await post(app, undefined, { raw, headers }), status, code);
    }
    const picture = { accept: 'image/png' };
    assertError(await post(app, WALLET_TWIN, { headers: picture }), 406, 'not_acceptable');
    for (const [method, path] of [
      ['GET', '/recharge'],
      ['POST', '/recharge/TX1'],
      ['DELETE', '/rates'],
      ['GET', '/webhook/verify'],
    ] as const) {
      const answer = await app.request(method, path);
      assertError(answer, 405, 'method_not_allowed');
      assert.ok(answer.headers.get('allow'));
    }
    for (const path of ['/recharge/TX1/more', '/rates/BND001', '/webhook/verify/more']) {
      assertError(await app.request('GET', path), 404, 'not_found');
    }
  });

  test('credentials: a key, a token, a header of its own; without them 401, without the scope 403', async () => {
    assertError(await post(app, WALLET_TWIN, { as: 'nobody' }), 401, 'unauthorized');
    for (const authorization of ['Bearer nobody', 'Bearer a.b.c', 'Basic abc']) {
      const answer = await post(app, WALLET_TWIN, { as: 'nobody', headers: { authorization } });
      assertError(answer, 401, 'unauthorized');
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
    }
    assert.equal((await post(app, WALLET_TWIN, { as: 'reloadly' })).status, 202);
    const headers = { 'x-api-key': app.credentials.apiKey };
    assert.equal((await post(app, WALLET_TWIN, { as: 'nobody', headers })).status, 202);
    const reader = await makeAccount(app, { funds: { USD: 100n }, scopes: ['orders:read'] });
    assertError(await post(app, WALLET_TWIN, { as: 'nobody', headers: reader.headers }), 403, 'forbidden');
    const buyer = await makeAccount(app, { funds: { USD: 100n }, scopes: ['orders:write'] });
    const seen = await app.request('GET', '/recharge/TX1', { headers: buyer.headers });
    assertError(seen, 403, 'forbidden');
    const { accountId, headers: suspended } = await makeAccount(app, { funds: { USD: 1_000n } });
    await app.rows(`update accounts set status = 'suspended' where id = $1`, [accountId]);
    app.app.services.clients.forget();
    const answer = await post(app, WALLET_TWIN, { as: 'nobody', headers: suspended });
    assertError(answer, 403, 'account_inactive');
  });

  test('too little money is 409, with what is needed', async () => {
    const { headers } = await makeAccount(app, { funds: { USD: 1n } });
    const earlier = await stored(app);
    const answer = await post(app, WALLET_TWIN, { as: 'nobody', headers });
    assertError(answer, 409, 'insufficient_balance');
    const { required, available, currency } = answer.body.error.details;
    assert.match(required, /^0\.\d\d$/);
    assert.deepEqual([available, currency], ['0.01', 'USD']);
    const none = await makeAccount(app);
    assertError(
      await post(app, WALLET_TWIN, { as: 'nobody', headers: none.headers }),
      409,
      'insufficient_balance',
    );
    assert.deepEqual(await stored(app), earlier);
  });

  test('an account without dollars pays with its first wallet', async () => {
    const { headers } = await makeAccount(app, { funds: { INR: 1_000_00n } });
    const answer = await post(
      app,
      { ...WALLET_TWIN, bundle_id: 'BND003', subscriber_number: 919876543210 },
      { as: 'nobody', headers },
    );
    assert.equal(answer.status, 202, answer.text);
    await eventually(async () => {
      const { body } = await app.request('GET', `/recharge/${answer.body.transaction_id}`, { headers });
      assert.equal(body.status, 'completed');
      assert.equal(body.paid.currency, 'INR');
      assert.deepEqual(body.delivered, { amount: '179.00', currency: 'INR' });
    });
  });

  test('a reference is good for one transaction: the same or another content is 409 with its id', async () => {
    const first = await take({ ...WALLET_TWIN, client_reference: 'ref <1>' });
    const earlier = await stored(app);
    for (const changes of [{}, { bundle_id: 'BND002' }]) {
      const answer = await post(app, { ...WALLET_TWIN, client_reference: 'ref <1>', ...changes });
      assertError(answer, 409, 'duplicate_transaction');
      assert.equal(answer.body.error.details.transaction_id, first.transaction_id);
    }
    await ended(first.transaction_id, 'completed');
    assert.equal((await read(first.transaction_id)).client_reference, 'ref <1>');
    const { orders } = ((await stored(app)) as { orders: number }[])[0] ?? {};
    assert.equal(orders, (earlier as { orders: number }[])[0]?.orders);
  });

  test('an amount of a product with several is a bundle too', async () => {
    const { transaction_id: id } = await take({
      ...WALLET_TWIN,
      bundle_id: '186-500',
      subscriber_number: '9876543210',
    });
    const shown = await ended(id, 'completed');
    assert.deepEqual([shown.bundle_id, shown.delivered.amount], ['186-500', '500.00']);
  });

  test('one account does not see the transactions of another', async () => {
    const { transaction_id: id } = await take(WALLET_TWIN);
    const { headers } = await makeAccount(app, { funds: { USD: 1_000n } });
    for (const path of [id, 'TX1', 'TX0', 'TX-1', id.slice(2), `tx${id.slice(2)}`, 'TX99999999999999999']) {
      assertError(await app.request('GET', `/recharge/${path}`, { headers }), 404, 'not_found');
    }
    await ended(id, 'completed');
  });

  test('an operator out of service is 502; a stopping switch too; one that fails halfway is 500', async () => {
    const { services } = app.app;
    const ask = async (changed: typeof services) => {
      const { app: edge } = createRechargeDialect(changed);
      const headers = { authorization: `Bearer ${app.credentials.apiKey}` };
      const sent = await edge.inject({ method: 'POST', url: '/recharge', headers, payload: WALLET_TWIN });
      await edge.close();
      return [sent.statusCode, sent.json().error.code];
    };
    assert.deepEqual(await ask({ ...services, takesOrders: () => false }), [502, 'overloaded']);
    const { engine } = services;
    const routing = { ...engine.market().routing, choose: () => undefined };
    const market = {
      ...engine.market(),
      routing: routing as unknown as ReturnType<typeof engine.market>['routing'],
    };
    assert.deepEqual(await ask({ ...services, engine: { ...engine, market: () => market } }), [
      502,
      'operator_unavailable',
    ]);
    const intake = { submit: () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNRESET' })) };
    const broken = { ...engine, intake: intake as unknown as typeof engine.intake };
    assert.deepEqual(await ask({ ...services, engine: broken }), [500, 'internal_error']);
  });
});
