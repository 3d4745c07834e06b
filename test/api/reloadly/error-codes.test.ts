/** Every error code of this API, and a request that reaches it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { changeAccount } from '../../../src/identity/accounts.ts';
import { setClientRate } from '../../../src/identity/client-store.ts';
import { setRepeatWindow } from '../../../src/orders/repeat-guard.ts';
import { QueueFull } from '../../../src/platform/queue-full.ts';
import { CODES, type Code } from '../../../src/protocols/reloadly/wire.ts';
import { setDayLimits } from '../../../src/wallet/day-limits.ts';
import { bearerOf, grantOf, makeAccount, withSettings } from '../../harness/accounts.ts';
import { type Answer, type RequestOptions, startApp, type TestApp } from '../../harness/app.ts';
import { assertRefused, assertShape, NOT_FOUND } from './shapes.ts';

const GOOD = {
  operatorId: 173,
  amount: 15,
  recipientPhone: { countryCode: 'HT', number: '+50936377111' },
};
const WANTS_XML = { accept: 'application/xml' };

type Ask = readonly [method: string, path: string, options?: RequestOptions];
type Row = readonly [code: Code, status: number, ...ask: Ask];

const post = (body: unknown): RequestOptions => ({ body });

/** Reached by a request alone. */
const BY_REQUEST: readonly Row[] = [
  ['INVALID_REQUEST', 400, 'POST', '/topups', post({})],
  [
    'AUTHENTICATION_FAILURE',
    401,
    'GET',
    '/countries',
    { as: 'nobody', headers: { authorization: 'Basic YTpi' } },
  ],
  ['INVALID_TOKEN', 401, 'GET', '/countries', { as: 'nobody' }],
  ['INVALID_TOKEN', 401, 'GET', '/countries', { as: 'nobody', headers: { authorization: 'Bearer x' } }],
  ['INVALID_TOKEN', 401, 'POST', '/accounts/verify', { as: 'nobody' }],
  ['INVALID_CREDENTIALS', 401, 'POST', '/oauth/token', post({ client_id: 'a', client_secret: 'b' })],
  ['RESOURCE_NOT_FOUND', 404, 'GET', '/operators/987654'],
  ['RESOURCE_NOT_FOUND', 404, 'GET', '/topups/reports/transactions/1'],
  ['METHOD_NOT_SUPPORTED', 405, 'PATCH', '/topups'],
  ['METHOD_NOT_SUPPORTED', 405, 'GET', '/accounts/verify'],
  ['MEDIA_TYPE_NOT_ACCEPTABLE', 406, 'GET', '/countries', { headers: WANTS_XML }],
  ['MEDIA_TYPE_NOT_ACCEPTABLE', 406, 'POST', '/oauth/token', { headers: WANTS_XML }],
  [
    'UNSUPPORTED_MEDIA_TYPE',
    415,
    'POST',
    '/topups',
    { raw: '<a/>', headers: { 'content-type': 'application/xml' } },
  ],
  ['COUNTRY_NOT_SUPPORTED', 404, 'GET', '/countries/XX'],
  ['COUNTRY_NOT_SUPPORTED', 404, 'GET', '/promotions/country-codes/XX'],
  [
    'INVALID_RECIPIENT_PHONE',
    400,
    'POST',
    '/topups',
    post({ ...GOOD, recipientPhone: { countryCode: 'HT', number: '1' } }),
  ],
  [
    'INVALID_SENDER_PHONE',
    400,
    'POST',
    '/topups',
    post({ ...GOOD, senderPhone: { countryCode: 'US', number: 'mother' } }),
  ],
  ['INVALID_PHONE_NUMBER', 400, 'GET', '/operators/auto-detect/phone/call-me/countries/HT'],
  ['INVALID_PHONE_NUMBER', 400, 'POST', '/mnp-lookup/operators', post({ phone: 'me', countryCode: 'HT' })],
  ['COULD_NOT_AUTO_DETECT_OPERATOR', 404, 'GET', '/operators/auto-detect/phone/+13059547862/countries/US'],
  ['INVALID_AMOUNT', 400, 'POST', '/topups', post({ ...GOOD, amount: 'ten' })],
  ['INVALID_AMOUNT_FOR_OPERATOR', 400, 'POST', '/topups', post({ ...GOOD, amount: 100_000 })],
];

describe('every error code', () => {
  let app: TestApp;
  const reached = new Set<string>();
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const ask = (...[method, path, options = {}]: Ask) =>
    app.request(method, path, { as: 'reloadly', ...options });
  const assertCode = (answer: Answer, status: number, code: Code) => {
    assertRefused(answer, status, code);
    reached.add(code);
  };
  const topup = (changes: object = {}, options: RequestOptions = {}) =>
    ask('POST', '/topups', { body: { ...GOOD, ...changes }, ...options });
  const suffixed = (suffix: string) => ({
    recipientPhone: { countryCode: 'HT', number: `5093637${suffix}` },
  });
  const database = () => app.app.services.engine.database;

  /** Another account; asks as its own client. */
  const open = async (cents: bigint | undefined, scope?: string) => {
    const funds = cents === undefined ? {} : { USD: cents };
    const { accountId, client } = await makeAccount(app, { funds });
    const headers = await bearerOf(app, client, scope === undefined ? {} : { scope });
    const options = { as: 'nobody', headers } as const;
    return { accountId, id: client.id, fields: grantOf(client), options };
  };
  const whileMarket = async (change: string, back: string, look: () => Promise<void>) => {
    await withSettings(app, () => app.rows(change));
    await look();
    await withSettings(app, () => app.rows(back));
  };

  for (const [code, status, ...asked] of BY_REQUEST) {
    test(`${code}: ${asked[0]} ${asked[1]}`, async () => assertCode(await ask(...asked), status, code));
  }

  test('the token endpoint: INVALID_AUDIENCE, INVALID_CREDENTIALS for the other environment', async () => {
    const { fields } = await open(undefined);
    const withAudience = (audience: string) => ask('POST', '/oauth/token', { body: { ...fields, audience } });
    assertCode(await withAudience('https://giftcards.reloadly.com'), 401, 'INVALID_AUDIENCE');
    assertCode(await withAudience('https://topups.reloadly.com'), 401, 'INVALID_CREDENTIALS');
  });

  test('NOT_AUTHORIZED: a token without the scope', async () => {
    const { options } = await open(undefined, 'read-operators');
    assertCode(await ask('GET', '/promotions', options), 403, 'NOT_AUTHORIZED');
    assertCode(await topup({}, options), 403, 'NOT_AUTHORIZED');
  });

  test('ACCOUNT_NOT_FOUND: an account without a wallet', async () => {
    const { options } = await open(undefined);
    for (const path of ['/accounts/balance', '/operators/173'])
      assertCode(await ask('GET', path, options), 400, 'ACCOUNT_NOT_FOUND');
    assertCode(await topup({}, options), 400, 'ACCOUNT_NOT_FOUND');
  });

  test('INSUFFICIENT_BALANCE: less money than it costs', async () => {
    const { options } = await open(1_000n);
    assertCode(await topup({}, options), 403, 'INSUFFICIENT_BALANCE');
  });

  test('INACTIVE_ACCOUNT: suspended, it buys nothing; closed, it does nothing', async () => {
    const { accountId, fields, options } = await open(10_000n);
    const become = async (status: 'suspended' | 'closed') => {
      await changeAccount(database(), { id: accountId, status });
      app.app.services.clients.forget();
    };
    await become('suspended');
    assertCode(await topup({}, options), 400, 'INACTIVE_ACCOUNT');
    const verified = await ask('POST', '/accounts/verify', options);
    assert.deepEqual([verified.status, verified.body.status], [200, 'SUSPENDED']);
    await become('closed');
    assertCode(await ask('GET', '/accounts/balance', options), 400, 'INACTIVE_ACCOUNT');
    assertCode(await ask('POST', '/accounts/verify', options), 400, 'INACTIVE_ACCOUNT');
    assertCode(await ask('POST', '/oauth/token', { body: fields }), 400, 'INACTIVE_ACCOUNT');
  });

  test('RATE_LIMIT_REACHED: more requests than the client may send', async () => {
    const { id, options } = await open(undefined);
    await setClientRate(database(), id, 1);
    app.app.services.clients.forget();
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask('GET', '/countries/HT', options)));
    const [refused] = answers.filter(({ status }) => status === 429);
    assert.ok(refused);
    assertCode(refused, 429, 'RATE_LIMIT_REACHED');
    assert.equal(refused.headers.get('x-ratelimit-limit'), '1');
    assert.equal(refused.headers.get('x-ratelimit-remaining'), '0');
    assert.match(refused.headers.get('x-ratelimit-reset') ?? '', /^\d{10}$/);
  });

  test('CUSTOM_IDENTIFIER_ALREADY_USED: the same again', async () => {
    assert.equal((await topup({ customIdentifier: 'once' })).status, 200);
    assertCode(await topup({ customIdentifier: 'once' }), 400, 'CUSTOM_IDENTIFIER_ALREADY_USED');
  });

  test('UNPROCCESSABLE_ENTITY: the refund of what was not refunded', async () => {
    const { body } = await topup();
    assert.equal(body.status, 'SUCCESSFUL');
    const refund = await ask('GET', `/topups/reports/transactions/${body.transactionId}/refund`);
    assertCode(refund, 422, 'UNPROCCESSABLE_ENTITY');
  });

  test('why a top-up has failed, in the status call', async () => {
    const SUFFIXES: readonly (readonly [suffix: string, code: Code])[] = [
      ['9001', 'INVALID_RECIPIENT_PHONE'],
      ['9002', 'TRANSACTION_CANNOT_BE_PROCESSED_AT_THE_MOMENT'],
      ['9012', 'TOPUP_TRANSACTION_FAILED'],
    ];
    for (const [suffix, code] of SUFFIXES) {
      const { body } = await topup(suffixed(suffix));
      assert.equal(body.status, 'REFUNDED');
      const status = await ask('GET', `/topups/${body.transactionId}/status`);
      assert.deepEqual([status.body.status, status.body.code], ['REFUNDED', code]);
      assert.ok(status.body.message.length > 0);
      reached.add(code);
    }
  });

  test('OPERATOR_NOT_IN_SERVICE', () =>
    whileMarket(
      "update operators set status = 'out_of_service' where id = 173",
      "update operators set status = 'in_service' where id = 173",
      async () => assertCode(await topup(), 400, 'OPERATOR_NOT_IN_SERVICE'),
    ));

  test('TRANSACTION_CANNOT_BE_PROCESSED_AT_THE_MOMENT: nobody delivers it', () =>
    whileMarket('update routes set in_service = false', 'update routes set in_service = true', async () =>
      assertCode(await topup(), 400, 'TRANSACTION_CANNOT_BE_PROCESSED_AT_THE_MOMENT'),
    ));

  test('FX_RATE_NOT_AVAILABLE: no rate for the currency', () =>
    whileMarket(
      "create table public.kept as select * from exchange_rates where quote = 'HTG'; delete from exchange_rates where quote = 'HTG'",
      'insert into exchange_rates overriding system value select * from public.kept; drop table public.kept',
      async () => {
        assertCode(await topup(), 500, 'FX_RATE_NOT_AVAILABLE');
        const body = { operatorId: 173, amount: 5 };
        assertCode(await ask('POST', '/operators/fx-rate', { body }), 500, 'FX_RATE_NOT_AVAILABLE');
      },
    ));

  test('OPERATOR_UNAVAILABLE_OR_CURRENTLY_INACTIVE: what it sold was withdrawn', () =>
    whileMarket(
      "update products set status = 'out_of_service' where operator_id = 173",
      "update products set status = 'in_service' where operator_id = 173",
      async () => assertCode(await topup(), 400, 'OPERATOR_UNAVAILABLE_OR_CURRENTLY_INACTIVE'),
    ));

  test('PHONE_RECENTLY_RECHARGED: the same within two minutes, where the account guards against it', async () => {
    const { accountId, options } = await open(10_000n);
    await setRepeatWindow(database(), accountId, 120);
    assert.equal((await topup({}, options)).status, 200);
    assertCode(await topup({}, options), 400, 'PHONE_RECENTLY_RECHARGED');
    await app.advance(121_000);
    assert.equal((await topup({}, options)).status, 200);
  });

  test('MAX_DAILY_TRANSACTION_COUNT_REACHED and _AMOUNT_REACHED: limits of the wallet, by the day', async () => {
    const { accountId, options } = await open(10_000n);
    const limit = (max: { orders?: number; amount?: bigint }) =>
      setDayLimits(database(), { accountId, currency: 'USD', ordersMax: max.orders, amountMax: max.amount });
    await limit({ orders: 1 });
    assert.equal((await topup({}, options)).status, 200);
    assertCode(await topup({}, options), 400, 'MAX_DAILY_TRANSACTION_COUNT_REACHED');
    await limit({ amount: 2_000n });
    assertCode(await topup({}, options), 400, 'MAX_DAILY_TRANSACTION_AMOUNT_REACHED');
  });

  test('SERVICE_UNAVAILABLE: too much waits already', async () => {
    const { services } = app.app;
    const { intake } = services.engine;
    const submit = intake.submit.bind(intake);
    const earlier = await app.rows('select count(*) from orders');
    intake.submit = () => Promise.reject(new QueueFull('too much is waiting'));
    const refused = await topup();
    intake.submit = submit;
    assertCode(refused, 503, 'SERVICE_UNAVAILABLE');
    assert.equal(refused.headers.get('retry-after'), '2');
    assert.deepEqual(await app.rows('select count(*) from orders'), earlier);
    assert.equal((await topup()).status, 200);
  });

  test('INTERNAL_SERVER_ERROR: a fault of ours', async () => {
    const { engine } = app.app.services;
    const { market } = engine;
    Object.assign(engine, { market: () => assert.fail('a bug, with select secrets from toprail.clients') });
    const refused = await ask('GET', '/countries');
    Object.assign(engine, { market });
    assertCode(refused, 500, 'INTERNAL_SERVER_ERROR');
    assert.equal((await ask('GET', '/countries')).status, 200);
  });

  test('an unknown path, in the shape of Spring', async () => {
    for (const [method, path] of [
      ['GET', '/topups/nothing/here'],
      ['POST', '/promotions/1/2/3'],
      ['GET', '/operators/1/2/3/4?page=1'],
    ] as const) {
      const { status, body } = await ask(method, path);
      assert.equal(status, 404);
      assertShape(body, NOT_FOUND);
      const said = {
        status: 404,
        error: 'Not Found',
        message: 'No message available',
        path: path.split('?')[0],
      };
      assert.deepEqual({ ...body, timeStamp: undefined }, { timeStamp: undefined, ...said });
    }
  });

  // Last: the token that the others share ends, too.
  test('TOKEN_EXPIRED: a day later', async () => {
    const { options } = await open(undefined);
    await app.advance(25 * 3_600_000);
    assertCode(await ask('GET', '/countries', options), 401, 'TOKEN_EXPIRED');
    const refused = await ask('POST', '/accounts/verify', options);
    assertCode(refused, 401, 'TOKEN_EXPIRED');
    assert.equal(refused.body.message, 'Account verification failed, invalid or expired token');
  });

  test('none is left out', () => {
    assert.deepEqual(
      CODES.filter((code) => !reached.has(code)),
      [],
    );
  });
});
