/** Every error code of the native API, and a request that reaches it; the rest with the reason why none does. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ERROR_CODES, type ErrorCode } from '../../../src/core/errors.ts';
import { type Answer, type RequestOptions, startApp, type TestApp } from '../../harness/app.ts';
import { assertAllTold, CONDITIONS, type Condition, type Shop } from '../../harness/conditions.ts';
import { type Ask, nativeClient, orderBody } from './native-client.ts';

const ALL = Object.keys(ERROR_CODES) as ErrorCode[]; // the object's own keys

const EXCUSED: Partial<Record<ErrorCode, string>> = {
  order_archived: 'Orders are archived after months: test/orders/detach.test.ts has one.',
  invalid_audience: 'Audiences are asked for at the token endpoint, which is of the reloadly dialect.',
  reference_replayed: 'The same order again is no error: 200 and the order.',
  invalid_sender: 'An order names no sender.',
  operator_not_detected: 'A lookup that finds nobody answers an empty list.',
  recipient_of_other_operator:
    'An order names its product; that the number is of another operator, the operator says.',
};

/** The status of each, once more: a change of the table is a change for clients. */
const STATUS = {
  unauthenticated: 401,
  invalid_credentials: 401,
  forbidden: 403,
  account_inactive: 403,
  rate_limited: 429,
  wallet_not_found: 404,
  insufficient_balance: 402,
  product_not_in_plan: 403,
  recently_recharged: 409,
  daily_count_reached: 403,
  daily_amount_reached: 403,
  operator_inactive: 409,
  no_route: 503,
  rate_unavailable: 503,
  overloaded: 503,
  internal: 500,
  token_expired: 401,
} as const satisfies Record<keyof typeof CONDITIONS, number>;

type Row = readonly [code: ErrorCode, status: number, method: string, path: string, options?: RequestOptions];

const usd = (value: string) => ({ value, currency: 'USD' });
const order = (changes: Readonly<Record<string, unknown>>): RequestOptions => ({ body: orderBody(changes) });

/** Reached by a request alone. */
const BY_REQUEST: readonly Row[] = [
  ['malformed_request', 400, 'POST', '/v1/orders', { raw: '{' }],
  ['malformed_request', 400, 'POST', '/v1/lookup', { raw: '{"phone":"\\u0000"}' }],
  ['not_found', 404, 'GET', '/v1/orders/ord_1'],
  ['not_acceptable', 406, 'GET', '/v1/orders', { headers: { accept: 'image/png' } }],
  [
    'unsupported_media_type',
    415,
    'POST',
    '/v1/orders',
    { raw: '<a/>', headers: { 'content-type': 'text/xml' } },
  ],
  ['body_too_large', 413, 'POST', '/v1/orders', order({ reference: 'x'.repeat(70_000) })],
  ['invalid_request', 400, 'POST', '/v1/orders', { body: {} }],
  ['invalid_request', 400, 'GET', '/v1/orders?limit=0'],
  ['country_not_supported', 404, 'GET', '/v1/operators?country=XX'],
  ['invalid_recipient', 422, 'POST', '/v1/orders', order({ recipient: { phone: '+5093637' } })],
  ['invalid_recipient', 422, 'POST', '/v1/lookup', { body: { phone: '36377111' } }],
  ['operator_not_found', 404, 'GET', '/v1/products?operator=99999999'],
  ['product_not_found', 404, 'POST', '/v1/orders', order({ product: 99_999_999 })],
  [
    'quote_not_found',
    404,
    'POST',
    '/v1/orders',
    order({ quote: 'quo_1', product: undefined, amount: undefined }),
  ],
  ['quote_not_found', 404, 'GET', '/v1/quotes/quo_1'],
  ['invalid_amount', 422, 'POST', '/v1/orders', order({ amount: usd('0.00') })],
  ['amount_out_of_range', 422, 'POST', '/v1/orders', order({ amount: usd('999999.00') })],
  [
    'delivered_below_minimum',
    422,
    'POST',
    '/v1/orders',
    order({ minimum_delivered: { value: '9000', currency: 'HTG' } }),
  ],
  ['wallet_not_found', 404, 'GET', '/v1/products?currency=EUR'],
];

describe('every error code of the native API', () => {
  let app: TestApp;
  let ask: Ask;
  let shop: Shop;
  const reached = new Set<ErrorCode>();
  before(async () => {
    app = await startApp();
    ask = nativeClient(app);
    const buy: Shop['buy'] = (headers) =>
      ask('POST', '/v1/orders', { as: 'nobody', headers, body: orderBody() });
    shop = { app, operatorId: 173, currency: 'HTG', buy };
  });
  after(() => app.close());

  const assertCode = (answer: Answer, status: number, code: ErrorCode) => {
    assertProblem(answer, status, code);
    reached.add(code);
  };
  /** A good order, and its end. */
  const placed = async (changes: Readonly<Record<string, unknown>> = {}) => {
    const answer = await ask('POST', '/v1/orders', { ...order(changes), headers: { prefer: 'wait=10' } });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  };

  for (const [code, status, method, path, options] of BY_REQUEST) {
    test(`${code}: ${method} ${path}`, async () =>
      assertCode(await ask(method, path, options), status, code));
  }

  test('not_found, method_not_allowed: what is in no document', async () => {
    assertCode(await app.request('GET', '/v1/nothing', { as: 'native' }), 404, 'not_found');
    assertCode(await app.request('DELETE', '/v1/orders', { as: 'native' }), 405, 'method_not_allowed');
  });

  test('reference_reused: the same reference for another order', async () => {
    const { reference } = await placed();
    const other = await ask('POST', '/v1/orders', order({ reference, amount: usd('16.00') }));
    assertCode(other, 422, 'reference_reused');
  });

  test('not_cancellable: an order that has ended', async () => {
    const { id } = await placed();
    assertCode(await ask('POST', `/v1/orders/${id}/cancel`), 409, 'not_cancellable');
  });

  test('not_disputable: an order that was never delivered', async () => {
    const { id, status } = await placed({ recipient: { phone: '+50936379001' } });
    assert.equal(status, 'failed');
    const claim = { body: { reason: 'not_received' } };
    assertCode(await ask('POST', `/v1/orders/${id}/dispute`, claim), 409, 'not_disputable');
  });

  test('quote_used, quote_expired', async () => {
    const quote = async () => {
      const body = { product: 173, amount: usd('15.00'), valid_seconds: 5 };
      const { body: made } = await ask('POST', '/v1/quotes', { body });
      return { quote: made.id, product: undefined, amount: undefined };
    };
    const used = await quote();
    await placed(used);
    assertCode(await ask('POST', '/v1/orders', order(used)), 409, 'quote_used');
    const late = await quote();
    await app.advance(5_001);
    assertCode(await ask('POST', '/v1/orders', order(late)), 409, 'quote_expired');
  });

  for (const [code, meet] of Object.entries(CONDITIONS) as [keyof typeof CONDITIONS, Condition][]) {
    test(`${code}: a good order meets it`, async () => assertCode(await meet(shop), STATUS[code], code));
  }

  test('none is left out', () => assertAllTold(ALL, { reached, excused: EXCUSED }));
});

/** Problem details (RFC 9457), and nothing of another API's. */
function assertProblem(
  { status: answered, headers, text, body }: Answer,
  status: number,
  code: ErrorCode,
): void {
  assert.equal(answered, status, text);
  assert.equal(headers.get('content-type')?.split(';')[0], 'application/problem+json');
  const { type, title, ...more } = body;
  assert.deepEqual(
    [type, title, more.status, more.code],
    [`urn:toprail:error:${code}`, ERROR_CODES[code], status, code],
  );
  if (status === 401) assert.equal(headers.get('www-authenticate'), 'Bearer');
}
