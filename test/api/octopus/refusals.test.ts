/** Everything that this dialect refuses: each reached by a request, in its own shape, with nothing stored. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApp, type TestApp } from '../../harness/app.ts';
import { assertRefused, logIn, type OctopusClient, openAccount, stored, TOPUPS } from './octopus-client.ts';

const GOOD = { product_id: 4219, amount: 200, input_data: { phone_number: '+918879685100' } };
const INVALID = 'ValidationException';
const NO_VARIANT = /^No variant available$/;
const NO_PRODUCT = /^Product not found$/;

type Row = readonly [name: string, changes: object, status: number, error: string, message: RegExp];

/** Of charges and of orders. */
const PURCHASES: readonly Row[] = [
  ['no product', { product_id: undefined }, 400, INVALID, /^product_id is required$/],
  ['a product in words', { product_id: 'Airtel' }, 400, INVALID, /^product_id /],
  ['product zero', { product_id: 0 }, 400, INVALID, /^product_id /],
  ['half a product', { product_id: 4219.5 }, 400, INVALID, /^product_id /],
  ['an unknown product', { product_id: 987_654_321 }, 404, 'NotFoundError', NO_PRODUCT],
  ['a variant for a product', { product_id: 500_003 }, 404, 'NotFoundError', NO_PRODUCT],
  ['a PIN', { product_id: 535 }, 404, 'NotFoundError', NO_PRODUCT],
  ['an operator out of service', { product_id: 104 }, 404, 'NotFoundError', NO_PRODUCT],
  ['no amount', { amount: undefined }, 400, INVALID, /^amount is required$/],
  ['amount null', { amount: null }, 400, INVALID, /^amount /],
  ['amount zero', { amount: 0 }, 400, INVALID, /^amount must be a positive amount in INR$/],
  ['a negative amount', { amount: -5 }, 400, INVALID, /^amount must be a positive/],
  ['an amount in words', { amount: 'ten' }, 400, INVALID, /^amount must be a positive/],
  ['a third of a paisa', { amount: 100.001 }, 400, INVALID, /^amount must be a positive/],
  ['an amount beyond reason', { amount: 1e30 }, 400, INVALID, /^amount must be a positive/],
  ['an amount below the range', { amount: 9.99 }, 400, INVALID, NO_VARIANT],
  ['an amount above the range', { amount: 10_000.01 }, 400, INVALID, NO_VARIANT],
  ['no such data plan', { amount: 200, category: 'Data' }, 400, INVALID, NO_VARIANT],
  ['no such category', { category: 'Music' }, 400, INVALID, NO_VARIANT],
  ['a category that is no text', { category: 5 }, 400, INVALID, /^category /],
  ['a wallet of nobody', { wallet_id: 987_654 }, 404, 'NotFoundError', /^Wallet not found$/],
  ['a wallet in words', { wallet_id: 'rupees' }, 400, INVALID, /^wallet_id /],
  ['a wallet below zero', { wallet_id: -1 }, 400, INVALID, /^wallet_id /],
];

const phone = (phone_number: unknown) => ({ input_data: { phone_number } });
const INELIGIBLE = /RECIPIENT_INELIGIBLE \(user-fixable\)/;
const INPUT = 'input_data.phone_number';

const ORDERS: readonly Row[] = [
  ['no input', { input_data: undefined }, 400, INVALID, /^input_data.phone_number is required$/],
  ['empty input', { input_data: {} }, 400, INVALID, /^input_data.phone_number is required$/],
  ['input that is a list', { input_data: [] }, 400, INVALID, /^input_data /],
  ['a number that is a number', phone(8879685100), 400, INVALID, /must be a string$/],
  ['an empty number', phone(''), 400, INVALID, /^input_data.phone_number is required$/],
  [
    'an extra input key',
    { input_data: { phone_number: '+918879685100', server: 'asia' } },
    400,
    INVALID,
    /^input_data.server is not an input field/,
  ],
  ['a short number', phone('+91887968'), 400, INVALID, new RegExp(`^${INPUT} is not a valid number`)],
  ['letters', phone('call me'), 400, INVALID, new RegExp(`^${INPUT} is not a valid number`)],
  ['another country', phone('+2348147658721'), 400, INVALID, new RegExp(`^${INPUT} is not a valid number`)],
  ['a number of Vi', phone('+918879685101'), 400, INVALID, INELIGIBLE],
  ['the ported number at its former operator', { product_id: 4231 }, 400, INVALID, INELIGIBLE],
  [
    'an address of another domain',
    { product_id: 685, amount: 100, input_data: { email: 'anyone@example.com' } },
    400,
    INVALID,
    /^input_data.email is not an address/,
  ],
  [
    'a reference of 256 characters',
    { client_reference: 'x'.repeat(256) },
    400,
    INVALID,
    /^client_reference /,
  ],
  ['a reference beyond ASCII', { client_reference: 'réf' }, 400, INVALID, /^client_reference /],
  ['a reference of two lines', { client_reference: 'a\nb' }, 400, INVALID, /^client_reference /],
  ['a reference that is no text', { client_reference: 5 }, 400, INVALID, /^client_reference /],
];

const RAW: readonly (readonly [name: string, raw: string, status: number, error: string])[] = [
  ['malformed JSON', '{"product_id": 4219,', 400, INVALID],
  ['the same key twice', '{"amount": 1, "amount": 2}', 400, INVALID],
  ['a number that loses digits', '{"amount": 9007199254740993}', 400, INVALID],
  ['a zero character', '{"client_reference": "a\\u0000b"}', 400, INVALID],
  ['deep nesting', '['.repeat(40) + ']'.repeat(40), 400, INVALID],
  ['an array', '[]', 400, INVALID],
  ['an empty body', '', 400, INVALID],
  ['a body over the limit', `{"client_reference": "${'x'.repeat(70_000)}"}`, 413, 'PayloadTooLargeError'],
];

const READS: readonly (readonly [path: string, status: number, error: string, message: RegExp])[] = [
  ['/products?type=MUSIC', 400, INVALID, /^type must be one of GAMING, MOBILE, UTILITY$/],
  ['/products?page=0', 400, INVALID, /^page /],
  ['/products?per_page=0', 400, INVALID, /^per_page /],
  ['/products?page=1&page=2', 400, INVALID, /^page /],
  [`/products?search=${'x'.repeat(301)}`, 400, INVALID, /^search /],
  ['/products/999999999', 404, 'NotFoundError', NO_PRODUCT],
  ['/products/500003', 404, 'NotFoundError', NO_PRODUCT],
  ['/products/airtel', 400, INVALID, /^id must be a positive integer$/],
  ['/products/999999999/variants', 404, 'NotFoundError', NO_PRODUCT],
  ['/variants/999999999', 404, 'NotFoundError', /^Variant not found$/],
  ['/variants/0', 400, INVALID, /^id /],
  ['/orders/1', 404, 'NotFoundError', /^Order not found$/],
  ['/orders/99999999999999999', 400, INVALID, /^id /],
  ['/orders?status=DONE', 400, INVALID, /^status must be one of /],
  ['/orders?product_id=0', 400, INVALID, /^product_id /],
  ['/orders?country=IN', 400, INVALID, /^country /],
  ['/orders?country=ind', 400, INVALID, /^country /],
  ['/orders?page=x', 400, INVALID, /^page /],
  ['/nothing', 404, 'NotFoundError', /./],
  ['/orders/1/nothing', 404, 'NotFoundError', /./],
  ['', 404, 'NotFoundError', /./],
];

describe('refusals', () => {
  let app: TestApp;
  let client: OctopusClient;
  before(async () => {
    app = await startApp();
    client = await logIn(app);
  });
  after(() => app.close());

  const refused = async (path: string, body: object, row: Row) => {
    const [, , status, error, message] = row;
    assertRefused(await client.ask('POST', path, { body }), status, error, message);
  };
  for (const row of PURCHASES) {
    test(`${row[0]}: ${row[2]}, at charges and at orders`, async () => {
      const earlier = await stored(app);
      for (const path of ['/charges', '/orders']) await refused(path, { ...GOOD, ...row[1] }, row);
      assert.deepEqual(await stored(app), earlier);
    });
  }
  for (const row of ORDERS) {
    test(`${row[0]}: ${row[2]}`, async () => {
      const earlier = await stored(app);
      await refused('/orders', { ...GOOD, ...row[1] }, row);
      assert.deepEqual(await stored(app), earlier);
    });
  }

  test('bodies that cannot be read', async () => {
    const earlier = await stored(app);
    for (const [, raw, status, error] of RAW)
      for (const path of ['/orders', '/charges', '/lookup'])
        assertRefused(await client.ask('POST', path, { raw }), status, error, /./);
    const headers = { 'content-type': 'application/xml' };
    const answer = await client.ask('POST', '/orders', { raw: '<order/>', headers });
    assertRefused(answer, 415, 'UnsupportedMediaTypeError', /./);
    assert.deepEqual(await stored(app), earlier);
  });

  test('reads of what is not there, and questions that are none', async () => {
    for (const [path, status, error, message] of READS)
      assertRefused(await client.ask('GET', path), status, error, message);
  });

  test('lookups take strict E.164 and nothing else', async () => {
    const ask = (body: object) => client.ask('POST', '/lookup', { body });
    for (const mobile_number of [undefined, ''])
      assertRefused(await ask({ mobile_number }), 400, INVALID, /^mobile_number is required$/);
    assertRefused(await ask({ mobile_number: 918879685100 }), 400, INVALID, /^mobile_number /);
    for (const mobile_number of [
      '918879685100',
      '8879685100',
      '08147658721',
      '00918879685100',
      '+91 8879685100',
      '+91-8879685100',
      '+',
      '+0918879685100',
      `+${'9'.repeat(16)}`,
    ])
      assertRefused(await ask({ mobile_number }), 400, INVALID, /^mobile_number must be in E.164 format$/);
  });

  test('a notification address that is none', async () => {
    const { body } = await client.ask('POST', '/orders', { body: GOOD });
    const path = `/orders/${body.id}/notification-email`;
    for (const email of [undefined, null, ''])
      assertRefused(
        await client.ask('PATCH', path, { body: { email } }),
        400,
        INVALID,
        /^email is required$/,
      );
    for (const email of [
      'anyone',
      '@example.com',
      'a b@example.com',
      'a@localhost',
      'a@b@example.com',
      'a@-b.c',
    ])
      assertRefused(
        await client.ask('PATCH', path, { body: { email } }),
        400,
        INVALID,
        /valid email address$/,
      );
    assertRefused(await client.ask('PATCH', path, { body: { email: 5 } }), 400, INVALID, /^email /);
  });

  test('methods that a path does not have', async () => {
    for (const [method, path, allow] of [
      ['DELETE', `${TOPUPS}/orders`, ['GET', 'POST']],
      ['PUT', `${TOPUPS}/orders/1`, ['GET']],
      ['GET', `${TOPUPS}/lookup`, ['POST']],
      ['GET', '/auth/login', ['POST']],
    ] as const) {
      const answer = await app.request(method, path, { headers: client.headers });
      assertRefused(answer, 405, 'MethodNotAllowedError', /./);
      assert.deepEqual(answer.headers.get('allow')?.split(', ').sort(), allow);
    }
  });

  test('without a token every path is closed', async () => {
    const earlier = await stored(app);
    for (const [method, path] of [
      ['GET', '/products'],
      ['GET', '/products/4219'],
      ['GET', '/products/4219/variants'],
      ['GET', '/variants/4219'],
      ['POST', '/lookup'],
      ['POST', '/charges'],
      ['POST', '/orders'],
      ['GET', '/orders'],
      ['GET', '/orders/1'],
      ['PATCH', '/orders/1/notification-email'],
    ] as const) {
      const body = method === 'GET' ? {} : { body: GOOD };
      const answer = await app.request(method, TOPUPS + path, body);
      assertRefused(answer, 401, 'UnauthorizedError', /access token/);
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
    }
    assert.deepEqual(await stored(app), earlier);
  });

  test('a client that may only read buys nothing, and one that may only buy reads nothing', async () => {
    const money = [{ currency: 'INR', amount: 100_000n }];
    const reader = await openAccount(app, money, ['orders:read']);
    const earlier = await stored(app);
    assertRefused(await reader.client.ask('POST', '/orders', { body: GOOD }), 403, 'ForbiddenError', /./);
    assert.deepEqual(await stored(app), earlier);
    assert.equal((await reader.client.ask('GET', '/orders')).status, 200);
    const buyer = await openAccount(app, money, ['orders:write']);
    assertRefused(await buyer.client.ask('GET', '/orders'), 403, 'ForbiddenError', /./);
    assertRefused(await buyer.client.ask('GET', '/orders/1'), 403, 'ForbiddenError', /./);
    assert.equal((await buyer.client.ask('POST', '/orders', { body: GOOD })).status, 201);
  });

  test('too little money: refused, and the reference is not used up', async () => {
    const { client: poor } = await openAccount(app, [{ currency: 'INR', amount: 198_99n }]);
    const earlier = await stored(app);
    const body = { ...GOOD, client_reference: 'once' };
    const answer = await poor.ask('POST', '/orders', { body });
    assertRefused(answer, 400, 'InsufficientBalanceError', /^Insufficient wallet balance$/);
    assert.equal(answer.body.error.code, 'INSUFFICIENT_BALANCE');
    assert.deepEqual(await stored(app), earlier);
    const cheaper = await poor.ask('POST', '/orders', { body: { ...body, amount: 199 } });
    assert.equal(cheaper.status, 201, cheaper.text);
  });

  test('a suspended account reads, and buys nothing', async () => {
    const { accountId, client: late } = await openAccount(app, [{ currency: 'INR', amount: 100_000n }]);
    await app.rows(`update accounts set status = 'suspended' where id = $1`, [accountId]);
    app.app.services.clients.forget();
    const earlier = await stored(app);
    assertRefused(await late.ask('POST', '/orders', { body: GOOD }), 403, 'ForbiddenError', /suspended/);
    assert.deepEqual(await stored(app), earlier);
    assert.equal((await late.ask('GET', '/orders')).status, 200);
  });

  test('strange values are never the fault of the server', async () => {
    const TEXTS = [
      '',
      ' ',
      '%00',
      "' or 1=1--",
      '__proto__',
      '-0',
      '９',
      '🦜',
      '9'.repeat(30),
      'x'.repeat(400),
    ];
    const VALUES: readonly unknown[] = [...TEXTS, '\0', 0, -1, 1.5, 1e300, 1e-7, true, null, [], {}, [[]]];
    const sound = ({ status, text }: { status: number; text: string }) => assert.ok(status < 500, text);
    for (const value of VALUES) {
      for (const key of [...Object.keys(GOOD), 'category', 'wallet_id', 'metadata'])
        for (const path of ['/charges', '/orders'])
          sound(await client.ask('POST', path, { body: { ...GOOD, [key]: value } }));
      sound(await client.ask('POST', '/orders', { body: { ...GOOD, ...phone(value) } }));
      sound(await client.ask('POST', '/lookup', { body: { mobile_number: value } }));
      for (const field of ['username', 'password', 'refresh_token'])
        for (const path of ['/auth/login', '/auth/refresh'])
          sound(await app.request('POST', path, { body: { username: 'a', password: 'b', [field]: value } }));
    }
    for (const text of TEXTS.map(encodeURIComponent)) {
      for (const path of ['/products/@', '/products/@/variants', '/variants/@', '/orders/@', '/@'])
        sound(await client.ask('GET', path.replace('@', text)));
      for (const name of [
        'page',
        'per_page',
        'status',
        'country',
        'product_id',
        'client_reference',
        'search',
        'type',
      ])
        for (const path of ['/orders', '/products'])
          sound(await client.ask('GET', `${path}?${name}=${text}`));
    }
    sound(await client.ask('GET', '/products/%zz'));
  });
});
