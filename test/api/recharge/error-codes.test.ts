/** Every error code of the article's API, reached by a request and told in JSON and in XML; the rest with the reason. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ERROR_CODES, type ErrorCode } from '../../../src/core/errors.ts';
import { addPriceRule } from '../../../src/pricing/settings.ts';
import { makeAccount, withSettings } from '../../harness/accounts.ts';
import { type Answer, eventually, type RequestOptions, startApp, type TestApp } from '../../harness/app.ts';
import { assertAllTold, CONDITIONS, type Condition, type Shop } from '../../harness/conditions.ts';
import { assertError, CARD_SAMPLE, WALLET_TWIN } from './recharge-client.ts';

const ALL = Object.keys(ERROR_CODES) as ErrorCode[]; // the object's own keys

const NO_QUOTES = 'This API has no quotes.';
const EXCUSED: Partial<Record<ErrorCode, string>> = {
  order_archived: 'Orders are archived after months: test/orders/detach.test.ts has one.',
  invalid_audience: 'Audiences are asked for at the token endpoint, which is of the reloadly dialect.',
  invalid_sender: 'A recharge names no sender.',
  not_cancellable: 'This API cancels nothing.',
  not_disputable: 'This API has no disputes.',
  country_not_supported:
    'The country is that of the bundle; a number of another one is an invalid recipient.',
  operator_not_found: 'The operator is that of the bundle.',
  operator_not_detected: 'The operator is that of the bundle.',
  recipient_of_other_operator: 'The operator says so, after the answer: the recharge fails.',
  quote_not_found: NO_QUOTES,
  quote_expired: NO_QUOTES,
  quote_used: NO_QUOTES,
  amount_out_of_range: 'The amount is one of the bundle’s product.',
  delivered_below_minimum: 'A recharge names no minimum.',
};

/** What the article's clients are told of each condition. */
const TOLD = {
  unauthenticated: [401, 'unauthorized'],
  invalid_credentials: [401, 'unauthorized'],
  forbidden: [403, 'forbidden'],
  account_inactive: [403, 'account_inactive'],
  rate_limited: [429, 'rate_limited'],
  wallet_not_found: [409, 'insufficient_balance'],
  insufficient_balance: [409, 'insufficient_balance'],
  product_not_in_plan: [403, 'product_not_in_plan'],
  recently_recharged: [409, 'duplicate_transaction'],
  daily_count_reached: [403, 'daily_limit_reached'],
  daily_amount_reached: [403, 'daily_limit_reached'],
  operator_inactive: [502, 'operator_unavailable'],
  no_route: [502, 'operator_unavailable'],
  rate_unavailable: [502, 'operator_unavailable'],
  overloaded: [502, 'overloaded'],
  internal: [500, 'internal_error'],
  token_expired: [401, 'token_expired'],
} as const satisfies Record<keyof typeof CONDITIONS, readonly [status: number, code: string]>;

type Row = readonly [
  reached: ErrorCode,
  status: number,
  code: string,
  method: string,
  path: string,
  options?: RequestOptions,
];

const twin = (changes: object): RequestOptions => ({ body: { ...WALLET_TWIN, ...changes } });

/** Reached by a request alone. */
const BY_REQUEST: readonly Row[] = [
  ['malformed_request', 400, 'malformed_request', 'POST', '/recharge', { raw: '{' }],
  ['malformed_request', 400, 'malformed_request', 'POST', '/webhook/verify', { raw: '' }],
  ['not_found', 404, 'not_found', 'GET', '/recharge/TX1'],
  ['not_found', 404, 'not_found', 'GET', '/rates/BND001'],
  ['method_not_allowed', 405, 'method_not_allowed', 'DELETE', '/recharge'],
  [
    'unsupported_media_type',
    415,
    'unsupported_media_type',
    'POST',
    '/recharge',
    { raw: '<a/>', headers: { 'content-type': 'application/xml' } },
  ],
  ['body_too_large', 413, 'body_too_large', 'POST', '/recharge', twin({ bundle_id: 'x'.repeat(70_000) })],
  ['invalid_request', 400, 'invalid_request', 'POST', '/recharge', { body: {} }],
  ['invalid_request', 400, 'invalid_request', 'POST', '/recharge', twin({ subscriber_number: 'mother' })],
  ['invalid_request', 400, 'pan_not_accepted', 'POST', '/recharge', { body: CARD_SAMPLE }],
  [
    'invalid_request',
    400,
    'payment_method_not_available',
    'POST',
    '/recharge',
    twin({ payment_method: 'token', payment_token: 'tok_1' }),
  ],
  [
    'invalid_recipient',
    404,
    'subscriber_not_found',
    'POST',
    '/recharge',
    twin({ subscriber_number: '255000000000' }),
  ],
  ['product_not_found', 404, 'bundle_not_found', 'POST', '/recharge', twin({ bundle_id: 'BND999' })],
];

const XML = { accept: 'application/xml' };

describe('every error code of the article’s API', () => {
  let app: TestApp;
  const reached = new Set<ErrorCode>();
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  /** Asks twice: for JSON and for XML. */
  const assertTold = async (
    code: ErrorCode,
    told: readonly [status: number, code: string],
    ask: (headers: Readonly<Record<string, string>>) => Promise<Answer>,
  ) => {
    assertError(await ask({}), ...told);
    assertXmlError(await ask(XML), ...told);
    reached.add(code);
  };
  const buy = (headers: Readonly<Record<string, string>>, changes: object = {}) =>
    app.request('POST', '/recharge', { headers, body: { ...WALLET_TWIN, ...changes } });
  const own = () => ({ authorization: `Bearer ${app.credentials.apiKey}` });

  for (const [code, status, words, method, path, options = {}] of BY_REQUEST) {
    test(`${code}: ${words}, ${method} ${path}`, () =>
      assertTold(code, [status, words], (headers) =>
        app.request(method, path, { as: 'native', ...options, headers: { ...options.headers, ...headers } }),
      ));
  }

  test('not_acceptable: told in JSON, which nobody asked for', async () => {
    const answer = await buy({ ...own(), accept: 'image/png' });
    assertError(answer, 406, 'not_acceptable');
    reached.add('not_acceptable');
  });

  test('reference_replayed, reference_reused: the first one’s id', async () => {
    const first = await buy(own(), { client_reference: 'once' });
    assert.equal(first.status, 202);
    const again = async (code: ErrorCode, changes: object) => {
      const { transaction_id: id } = first.body;
      await assertTold(code, [409, 'duplicate_transaction'], async (headers) => {
        const answer = await buy({ ...own(), ...headers }, { client_reference: 'once', ...changes });
        assert.ok(answer.text.includes(id));
        return answer;
      });
    };
    await again('reference_replayed', {});
    await again('reference_reused', { bundle_id: 'BND002' });
  });

  test('invalid_amount: a bundle for nothing', async () => {
    const { database } = app.app.services.engine;
    const { accountId, headers: free } = await makeAccount(app, { funds: { USD: 1_000n } });
    const everything = { accountId, percent: '100', fixed: 0n, startsAtMs: undefined, endsAtMs: undefined };
    const nothing = { operatorId: undefined, plan: undefined, productType: undefined, currency: undefined };
    await withSettings(app, () => addPriceRule(database, { term: 'rate', ...everything, ...nothing }));
    await assertTold('invalid_amount', [404, 'bundle_not_found'], (headers) => buy({ ...free, ...headers }));
  });

  test('a recharge that the operator refuses was taken: its failure says why', async () => {
    const { body } = await buy(own(), { subscriber_number: '255712349003' });
    await eventually(async () => {
      const { body: shown } = await app.request('GET', `/recharge/${body.transaction_id}`, { as: 'native' });
      assert.equal(shown.failure?.code, 'recipient_of_other_operator');
    });
  });

  for (const [code, meet] of Object.entries(CONDITIONS) as [keyof typeof CONDITIONS, Condition][]) {
    test(`${code}: a good recharge meets it`, () =>
      assertTold(code, TOLD[code], (accept) => {
        const shop: Shop = {
          app,
          operatorId: 11258,
          currency: 'TZS',
          buy: (headers) => buy({ ...headers, ...accept }),
        };
        return meet(shop);
      }));
  }

  test('none is left out', () => assertAllTold(ALL, { reached, excused: EXCUSED }));
});

function assertXmlError({ status: answered, headers, text }: Answer, status: number, code: string): void {
  assert.equal(answered, status, text);
  assert.equal(headers.get('content-type'), 'application/xml; charset=utf-8');
  assert.match(
    text,
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<response><error><code>[a-z_]+<\/code><message>[^<]+<\/message><details>.*<\/details><\/error><\/response>$/,
  );
  assert.ok(text.includes(`<error><code>${code}</code>`), text);
}
