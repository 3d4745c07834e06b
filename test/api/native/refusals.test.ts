/** Bad input: the right code, nothing stored, no 5xx. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type RequestOptions, startApp, type TestApp } from '../../harness/app.ts';
import { type Ask, anotherAccount, nativeClient, orderBody } from './native-client.ts';

const STORED = `select
  (select count(*) from toprail.orders)::int as orders, (select count(*) from toprail.order_references)::int as refs,
  (select count(*) from toprail.recipients)::int as recipients, (select count(*) from toprail.events)::int as events,
  (select coalesce(sum(held), 0) from toprail.wallets)::text as held`;

interface Row {
  readonly told: string;
  readonly options: RequestOptions;
  readonly status: number;
  readonly code: string;
  readonly field?: string;
}

const usd = (value: unknown) => ({ value, currency: 'USD' });
const bad = (
  told: string,
  changes: Record<string, unknown>,
  status: number,
  code: string,
  field?: string,
): Row => ({
  told,
  options: { body: orderBody(changes) },
  status,
  code,
  ...(field === undefined ? {} : { field }),
});
const raw = (told: string, text: string, status: number, code: string): Row => ({
  told,
  options: { raw: text },
  status,
  code,
});

const ORDERS: readonly Row[] = [
  bad('unknown product', { product: 99_999_999 }, 404, 'product_not_found'),
  bad('a product that is text', { product: '173' }, 400, 'invalid_request', 'product'),
  bad('product 0', { product: 0 }, 400, 'invalid_request', 'product'),
  bad('an amount above the range', { amount: usd('999999.00') }, 422, 'amount_out_of_range'),
  bad('an amount below the range', { amount: usd('0.01') }, 422, 'amount_out_of_range'),
  bad('more digits than the currency has', { amount: usd('15.001') }, 422, 'invalid_amount', 'amount.value'),
  bad('zero', { amount: usd('0.00') }, 422, 'invalid_amount', 'amount.value'),
  bad('a negative amount', { amount: usd('-15.00') }, 400, 'invalid_request', 'amount.value'),
  bad('an amount in words of floats', { amount: usd('1e3') }, 400, 'invalid_request', 'amount.value'),
  bad('an amount that is a number', { amount: usd(15) }, 400, 'invalid_request', 'amount.value'),
  bad('a huge amount', { amount: usd('9'.repeat(18)) }, 422, 'amount_out_of_range'),
  bad('a longer amount than any', { amount: usd('9'.repeat(40)) }, 400, 'invalid_request', 'amount.value'),
  bad(
    'a currency that is none',
    { amount: { value: '1', currency: 'QQQ' } },
    400,
    'invalid_request',
    'amount.currency',
  ),
  bad('a currency without a wallet', { amount: { value: '1', currency: 'EUR' } }, 404, 'wallet_not_found'),
  bad(
    'a wallet that is not there',
    { amount: { value: '250', currency: 'HTG' }, pay_with: 'EUR' },
    404,
    'wallet_not_found',
  ),
  bad(
    'a third currency',
    { amount: { value: '1', currency: 'NGN' }, pay_with: 'USD' },
    400,
    'invalid_request',
    'amount.currency',
  ),
  bad(
    'a number of another country',
    { recipient: { phone: '+2348147658721' } },
    422,
    'invalid_recipient',
    'recipient.phone',
  ),
  bad(
    'a number without plus',
    { recipient: { phone: '50936377111' } },
    422,
    'invalid_recipient',
    'recipient.phone',
  ),
  bad(
    'a number of another shape',
    { recipient: { phone: '+5093637' } },
    422,
    'invalid_recipient',
    'recipient.phone',
  ),
  bad(
    'an address for a phone operator',
    { recipient: { email: 'a@nauta.com.cu' } },
    422,
    'invalid_recipient',
    'recipient.email',
  ),
  bad('a phone for an address operator', { product: 683 }, 422, 'invalid_recipient', 'recipient.phone'),
  bad(
    'an address of another domain',
    { product: 683, recipient: { email: 'a@example.com' } },
    422,
    'invalid_recipient',
    'recipient.email',
  ),
  bad(
    'two recipients',
    { recipient: { phone: '+50936377111', email: 'a@nauta.com.cu' } },
    422,
    'invalid_recipient',
    'recipient.email',
  ),
  bad(
    'more of a recipient than any operator wants',
    { recipient: { player_id: '1', server: '2', account_number: '3' } },
    400,
    'invalid_request',
    'recipient',
  ),
  bad('no recipient', { recipient: {} }, 400, 'invalid_request', 'recipient'),
  bad('a member that nobody knows', { note: 'hello' }, 400, 'invalid_request', 'note'),
  bad('an empty reference', { reference: '' }, 400, 'invalid_request', 'reference'),
  bad('a long reference', { reference: 'x'.repeat(129) }, 400, 'invalid_request', 'reference'),
  bad('a reference with a line break', { reference: 'a\nb' }, 400, 'invalid_request', 'reference'),
  bad('a deadline that is too short', { deadline_seconds: 4 }, 400, 'invalid_request', 'deadline_seconds'),
  bad('a deadline that is too long', { deadline_seconds: 3601 }, 400, 'invalid_request', 'deadline_seconds'),
  bad(
    'a minimum in another currency',
    { minimum_delivered: usd('1') },
    400,
    'invalid_request',
    'minimum_delivered.currency',
  ),
  bad(
    'a minimum that is not reached',
    { minimum_delivered: { value: '9000', currency: 'HTG' } },
    422,
    'delivered_below_minimum',
  ),
  raw('malformed JSON', '{"reference": "x",', 400, 'malformed_request'),
  raw(
    'duplicate keys',
    JSON.stringify(orderBody()).replace('{', '{"product":173,'),
    400,
    'malformed_request',
  ),
  raw('U+0000 in a string', JSON.stringify(orderBody({ reference: 'a\u0000b' })), 400, 'malformed_request'),
  raw(
    'a number that no double holds',
    JSON.stringify(orderBody()).replace('173', '9007199254740993'),
    400,
    'malformed_request',
  ),
  raw('deep nesting', `${'['.repeat(40)}${']'.repeat(40)}`, 400, 'malformed_request'),
  raw('an array', '[]', 400, 'invalid_request'),
  raw('null', 'null', 400, 'invalid_request'),
  raw('nothing', '', 400, 'malformed_request'),
  raw(
    'a body over the limit',
    JSON.stringify(orderBody({ reference: 'x'.repeat(70_000) })),
    413,
    'body_too_large',
  ),
  {
    told: 'another media type',
    options: { body: orderBody(), headers: { 'content-type': 'text/plain' } },
    status: 415,
    code: 'unsupported_media_type',
  },
];

describe('refusals of the native API', () => {
  let app: TestApp;
  let ask: Ask;
  before(async () => {
    app = await startApp();
    ask = nativeClient(app);
  });
  after(() => app.close());

  const stored = async () => (await app.rows(STORED))[0];
  const refused = async (method: string, path: string, { told, options, status, code, field }: Row) => {
    const storedBefore = await stored();
    const answer = await ask(method, path, options);
    assert.equal(answer.status, status, `${told}: ${answer.text}`);
    assert.equal(answer.headers.get('content-type')?.split(';')[0], 'application/problem+json');
    assert.equal(answer.body.code, code, `${told}: ${answer.text}`);
    assert.equal(answer.body.status, status);
    if (field !== undefined) {
      assert.ok(
        answer.body.issues.some((issue: { field: string }) => issue.field === field),
        answer.text,
      );
    }
    assert.deepEqual(await stored(), storedBefore, `${told} stored something`);
  };

  for (const row of ORDERS)
    test(`order with ${row.told}: ${row.status} ${row.code}`, () => refused('POST', '/v1/orders', row));

  const CREDENTIALS: readonly (readonly [string, RequestOptions, string])[] = [
    ['no credentials', { as: 'nobody' }, 'unauthenticated'],
    ['another scheme', { as: 'nobody', headers: { authorization: 'Basic YTpi' } }, 'unauthenticated'],
    ['an empty token', { as: 'nobody', headers: { authorization: 'Bearer ' } }, 'unauthenticated'],
    ['a wrong key', { as: 'nobody', headers: { authorization: 'Bearer nonsense' } }, 'invalid_credentials'],
    [
      'a forged token',
      { as: 'nobody', headers: { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' } },
      'invalid_credentials',
    ],
  ];
  for (const [told, options, code] of CREDENTIALS) {
    test(`order with ${told}: 401 ${code}`, () =>
      refused('POST', '/v1/orders', { told, options: { ...options, body: orderBody() }, status: 401, code }));
  }

  test('a token of POST /oauth/token is as good as the key', async () => {
    assert.equal((await ask('GET', '/v1/wallets', { as: 'reloadly' })).status, 200);
  });

  test('credentials are asked for before anything else is looked at', async () => {
    const answer = await ask('POST', '/v1/orders', {
      as: 'nobody',
      raw: 'x',
      headers: { 'content-type': 'text/plain' },
    });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
  });

  test('a reference that stands for another order is refused and names that order', async () => {
    const body = orderBody();
    const first = await ask('POST', '/v1/orders', { body });
    const changes = [
      { amount: usd('16.00') },
      { recipient: { phone: '+50936377112' } },
      { product: 174 },
      { amount: { value: '1963.86', currency: 'HTG' }, pay_with: 'USD' },
    ];
    await app.app.services.engine.waiting.outcome(BigInt(first.body.id.slice(4)), 200);
    for (const change of changes) {
      const row = {
        told: 'other content',
        options: { body: { ...body, ...change } },
        status: 422,
        code: 'reference_reused',
      };
      await refused('POST', '/v1/orders', row);
      const again = await ask('POST', '/v1/orders', { body: { ...body, ...change } });
      assert.equal(again.body.order_id, first.body.id);
    }
  });

  test('a wallet that cannot pay: what is needed and what there is; the reference stays free', async () => {
    const poor = await anotherAccount(app, { cents: 500n });
    const body = orderBody();
    const storedBefore = await stored();
    const answer = await poor.ask('POST', '/v1/orders', { body });
    assert.equal(answer.status, 402);
    assert.equal(answer.body.code, 'insufficient_balance');
    assert.equal(answer.body.available, '5.00');
    assert.equal(answer.body.currency, 'USD');
    assert.deepEqual(await stored(), storedBefore);
    const affordable = await poor.ask('POST', '/v1/orders', {
      body: { ...body, amount: usd('2.00') },
      headers: { prefer: 'wait=10' },
    });
    assert.equal(affordable.status, 201);
  });

  test('a process that is stopping takes no orders', async () => {
    const { services } = app.app;
    const { takesOrders } = services;
    Object.assign(services, { takesOrders: () => false });
    try {
      const row = { told: 'stopping', options: { body: orderBody() }, status: 503, code: 'overloaded' };
      await refused('POST', '/v1/orders', row);
      assert.equal((await ask('GET', '/v1/wallets')).status, 200);
    } finally {
      Object.assign(services, { takesOrders });
    }
  });

  const READS: readonly (readonly [string, number, string])[] = [
    ['/v1/orders/ord_1', 404, 'not_found'],
    ['/v1/orders/1', 404, 'not_found'],
    ['/v1/orders/ord_99999999999999999999', 404, 'not_found'],
    ['/v1/orders/%00', 404, 'not_found'],
    ['/v1/orders/ord_1/timeline', 404, 'not_found'],
    ['/v1/wallets/wal_1/entries', 404, 'not_found'],
    ['/v1/wallets/ord_1/entries', 404, 'not_found'],
    ['/v1/wallets/wal_5001/entries?after=x', 400, 'invalid_request'],
    ['/v1/orders?limit=0', 400, 'invalid_request'],
    ['/v1/orders?limit=201', 400, 'invalid_request'],
    ['/v1/orders?limit=1.5', 400, 'invalid_request'],
    ['/v1/orders?limit=1&limit=2', 400, 'invalid_request'],
    ['/v1/orders?limit=%0a1', 400, 'invalid_request'],
    ['/v1/orders?after=nonsense', 400, 'invalid_request'],
    ['/v1/orders?after=wal_5001', 400, 'invalid_request'],
    ['/v1/orders?status=DELIVERED', 400, 'invalid_request'],
    ['/v1/orders?created_from=yesterday', 400, 'invalid_request'],
    ['/v1/orders?created_from=2026-01-01', 400, 'invalid_request'],
    ['/v1/orders?colour=red', 400, 'invalid_request'],
    ['/v1/orders?product=9999999999', 400, 'invalid_request'],
    ['/v1/events?after=evt_AAAAAAAAAAAAAAAAAAAAAA', 400, 'invalid_request'],
    ['/v1/events?after=1', 400, 'invalid_request'],
    ['/v1/countries?after=XX', 400, 'invalid_request'],
    ['/v1/operators?country=ht', 400, 'invalid_request'],
    ['/v1/operators?country=XX', 404, 'country_not_supported'],
    ['/v1/operators?type=toll', 400, 'invalid_request'],
    ['/v1/operators?after=0', 400, 'invalid_request'],
    ['/v1/products?operator=99999999', 404, 'operator_not_found'],
    ['/v1/products?currency=EUR', 404, 'wallet_not_found'],
  ];
  for (const [path, status, code] of READS) {
    test(`GET ${path}: ${status} ${code}`, () =>
      refused('GET', path, { told: path, options: {}, status, code }));
  }

  const LOOKUPS: readonly (readonly [unknown, number, string])[] = [
    [{ phone: '36377111' }, 422, 'invalid_recipient'],
    [{ phone: '+999123456789' }, 422, 'invalid_recipient'],
    [{ phone: 50936377111 }, 400, 'invalid_request'],
    [{}, 400, 'invalid_request'],
    [{ phone: '+50936377111', country: 'HT' }, 400, 'invalid_request'],
  ];
  for (const [body, status, code] of LOOKUPS) {
    test(`lookup of ${JSON.stringify(body)}: ${status} ${code}`, () =>
      refused('POST', '/v1/lookup', { told: 'lookup', options: { body }, status, code }));
  }

  test('paths and methods that are not there', async () => {
    const unknown = await app.request('GET', '/v1/nothing', { as: 'native' });
    assert.equal(unknown.status, 404);
    assert.equal(unknown.body.code, 'not_found');
    const method = await app.request('DELETE', '/v1/orders', { as: 'native' });
    assert.equal(method.status, 405);
    assert.equal(method.headers.get('allow'), 'GET, POST');
  });
});
