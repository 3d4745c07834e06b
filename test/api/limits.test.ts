/** What holds callers back, through every dialect: requests of a client, lookups, the state of the account. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { changeAccount } from '../../src/identity/accounts.ts';
import { setClientRate } from '../../src/identity/client-store.ts';
import { QueueFull } from '../../src/platform/queue-full.ts';
import { bearerOf, makeAccount } from '../harness/accounts.ts';
import { type Answer, startApp, type TestApp } from '../harness/app.ts';

interface Account {
  readonly accountId: bigint;
  readonly id: string;
  readonly secret: string;
  readonly apiKey: string;
  readonly bearer: { readonly authorization: string };
}

interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

interface Dialect {
  readonly name: string;
  readonly headers: (account: Account) => Record<string, string>;
  /** Needs credentials and nothing else. */
  readonly read: (account: Account) => Ask;
  readonly order: (account: Account) => Ask;
  /** Undefined where the dialect has no lookup with credentials. */
  readonly lookup?: (phone: string) => Ask;
  readonly spent: (answer: Answer) => void;
  readonly inactive: (answer: Answer) => void;
  readonly overloaded: (answer: Answer) => void;
}

const NUMBERS = ['+50936377111', '+50936377112', '+50936377113'];
const [FIRST = '', SECOND = '', THIRD = ''] = NUMBERS;

function wire({ id, secret }: Account, more: Record<string, string> = {}): string {
  return new URLSearchParams({ username: id, pwd: secret, ...more }).toString();
}

const errorOf = (answer: Answer) => answer.body.error;

const DIALECTS: readonly Dialect[] = [
  {
    name: 'reloadly',
    headers: ({ bearer }) => bearer,
    read: () => ({ method: 'GET', path: '/accounts/balance' }),
    order: () => ({
      method: 'POST',
      path: '/topups',
      body: { operatorId: 173, amount: 15, recipientPhone: { countryCode: 'HT', number: FIRST } },
    }),
    lookup: (phone) => ({ method: 'GET', path: `/operators/auto-detect/phone/${phone}/countries/HT` }),
    spent: ({ status, body }) => assert.deepEqual([status, body.errorCode], [429, 'RATE_LIMIT_REACHED']),
    inactive: ({ status, body }) => assert.deepEqual([status, body.errorCode], [400, 'INACTIVE_ACCOUNT']),
    overloaded: ({ status, body }) =>
      assert.deepEqual([status, body.errorCode], [503, 'SERVICE_UNAVAILABLE']),
  },
  {
    name: 'octopus',
    headers: ({ bearer }) => bearer,
    read: () => ({ method: 'GET', path: '/api/v1/topups/orders' }),
    order: () => ({
      method: 'POST',
      path: '/api/v1/topups/orders',
      body: { product_id: 4219, amount: 199, input_data: { phone_number: '+918879685100' } },
    }),
    lookup: (phone) => ({ method: 'POST', path: '/api/v1/topups/lookup', body: { mobile_number: phone } }),
    spent: (answer) => {
      const { name, code } = errorOf(answer);
      assert.deepEqual([answer.status, name, code], [429, 'TooManyRequestsError', 'TOO_MANY_REQUESTS']);
    },
    inactive: (answer) => assert.deepEqual([answer.status, errorOf(answer).code], [403, 'FORBIDDEN']),
    overloaded: (answer) =>
      assert.deepEqual([answer.status, errorOf(answer).code], [503, 'SERVICE_UNAVAILABLE']),
  },
  {
    name: 'a1topup, documented',
    headers: () => ({}),
    read: ({ apiKey }) => ({ method: 'POST', path: '/api/v1/recharge', body: { api_key: apiKey } }),
    order: ({ apiKey }) => ({
      method: 'POST',
      path: '/api/v1/recharge',
      body: { api_key: apiKey, mobile: '9876543210', operator: 'AIRTEL', amount: 299 },
    }),
    spent: ({ status, body }) => assert.deepEqual([status, body.error_code], [429, '2001']),
    inactive: ({ status, body }) => assert.deepEqual([status, body.error_code], [200, '1001']),
    overloaded: ({ status, body }) => assert.deepEqual([status, body.error_code], [503, '2001']),
  },
  {
    name: 'a1topup, wire',
    headers: () => ({}),
    read: (account) => ({ method: 'GET', path: `/recharge/balance?${wire(account)}` }),
    order: (account) => ({
      method: 'GET',
      path: `/recharge/api?${wire(account, { operatorcode: 'A', number: '9876543210', amount: '299', orderid: 'one' })}`,
    }),
    spent: ({ status, body }) => assert.deepEqual([status, body.txid, body.status], [429, '0', 'Error']),
    inactive: ({ status, body }) => {
      assert.deepEqual([status, body.txid, body.opid], [200, '0', 'Invalid API key']);
    },
    overloaded: ({ status, body }) =>
      assert.deepEqual([status, body.txid, body.status], [503, '0', 'Failure']),
  },
  {
    name: 'recharge',
    headers: ({ apiKey }) => ({ 'x-api-key': apiKey }),
    read: () => ({ method: 'GET', path: '/rates' }),
    order: () => ({
      method: 'POST',
      path: '/recharge',
      body: { subscriber_number: '255712345678', bundle_id: 'BND001', payment_method: 'wallet' },
    }),
    spent: (answer) => assert.deepEqual([answer.status, errorOf(answer).code], [429, 'rate_limited']),
    inactive: (answer) => assert.deepEqual([answer.status, errorOf(answer).code], [403, 'account_inactive']),
    overloaded: (answer) => assert.deepEqual([answer.status, errorOf(answer).code], [502, 'overloaded']),
  },
  {
    name: 'native',
    headers: ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
    read: () => ({ method: 'GET', path: '/v1/wallets' }),
    order: () => ({
      method: 'POST',
      path: '/v1/orders',
      body: {
        product: 173,
        recipient: { phone: FIRST },
        amount: { value: '15.00', currency: 'USD' },
        reference: 'a',
      },
    }),
    lookup: (phone) => ({ method: 'POST', path: '/v1/lookup', body: { phone } }),
    spent: ({ status, body, headers }) => {
      assert.deepEqual([status, body.code], [429, 'rate_limited']);
      assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
    },
    inactive: ({ status, body }) => assert.deepEqual([status, body.code], [403, 'account_inactive']),
    overloaded: ({ status, body }) => assert.deepEqual([status, body.code], [503, 'overloaded']),
  },
];

describe('what holds callers back', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const open = async (): Promise<Account> => {
    const funds = { USD: 100_000n, INR: 10_000_000n };
    const { accountId, apiKey, client } = await makeAccount(app, { plan: 'sandbox', funds });
    return { accountId, apiKey, ...client, bearer: await bearerOf(app, client) };
  };
  const ask = ({ headers }: Dialect, account: Account, { method, path, body }: Ask) =>
    app.request(method, path, { body, headers: headers(account) });
  const change = async (account: Account, to: Omit<Parameters<typeof changeAccount>[1], 'id'>) => {
    await changeAccount(app.app.services.engine.database, { id: account.accountId, ...to });
    app.app.services.clients.forget();
  };

  for (const dialect of DIALECTS) {
    test(`${dialect.name}: more requests than the client may send`, async () => {
      const account = await open();
      await setClientRate(app.app.services.engine.database, account.id, 1);
      app.app.services.clients.forget();
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => ask(dialect, account, dialect.read(account))),
      );
      const refused = answers.filter(({ status }) => status === 429);
      assert.ok(refused.length > 0 && refused.length < answers.length, `${refused.length} are refused`);
      for (const answer of refused) {
        dialect.spent(answer);
        assert.equal(answer.headers.get('retry-after'), '1');
      }
      await app.advance(1_000);
      assert.notEqual((await ask(dialect, account, dialect.read(account))).status, 429);
    });

    test(`${dialect.name}: a suspended account reads, a closed one does not`, async () => {
      const account = await open();
      await change(account, { status: 'suspended' });
      const read = await ask(dialect, account, dialect.read(account));
      assert.ok(read.status === 200, read.text);
      dialect.inactive(await ask(dialect, account, dialect.order(account)));
      await change(account, { status: 'active' });
      const { status, text } = await ask(dialect, account, dialect.order(account));
      assert.ok(status < 300, text);
      assert.doesNotMatch(text, /"error"/);
      await change(account, { status: 'closed' });
      dialect.inactive(await ask(dialect, account, dialect.read(account)));
      dialect.inactive(await ask(dialect, account, dialect.order(account)));
    });

    test(`${dialect.name}: nothing is taken while too much waits`, async () => {
      const account = await open();
      const { intake } = app.app.services.engine;
      const submit = intake.submit.bind(intake);
      const earlier = await app.rows('select count(*) from orders');
      intake.submit = () => Promise.reject(new QueueFull('too much is waiting'));
      const refused = await ask(dialect, account, dialect.order(account));
      intake.submit = submit;
      dialect.overloaded(refused);
      assert.equal(refused.headers.get('retry-after'), '2');
      assert.deepEqual(await app.rows('select count(*) from orders'), earlier);
    });

    test(`${dialect.name}: a process that is late looks at nothing`, async () => {
      const account = { ...(await open()), apiKey: 'of-nobody' };
      const { admission } = app.app.services;
      const admits = admission.admits.bind(admission);
      admission.admits = () => false;
      const refused = await ask(dialect, account, dialect.order(account));
      const health = await app.request('GET', '/healthz');
      admission.admits = admits;
      dialect.overloaded(refused);
      assert.equal(refused.headers.get('retry-after'), '2');
      assert.equal(health.status, 200);
    });

    const { lookup } = dialect;
    if (!lookup) continue;
    test(`${dialect.name}: more numbers looked up than the account may`, async () => {
      const account = await open();
      await change(account, { lookupsPerMinute: 2 });
      // Into a fresh minute: the test's requests stay within it.
      await app.advance(60_000 - (app.clock.now() % 60_000));
      const look = (phone: string) => ask(dialect, account, lookup(phone));
      for (const phone of [FIRST, SECOND, FIRST]) assert.equal((await look(phone)).status, 200);
      const refused = await look(THIRD);
      dialect.spent(refused);
      const seconds = Number(refused.headers.get('retry-after'));
      assert.ok(seconds > 0 && seconds <= 60, `${seconds}`);
      assert.equal((await look(SECOND)).status, 200);
      await app.advance(60_000);
      assert.equal((await look(THIRD)).status, 200);
    });
  }

  test('all dialects spend one quota of lookups', async () => {
    const account = await open();
    await change(account, { lookupsPerMinute: 1 });
    await app.advance(60_000 - (app.clock.now() % 60_000));
    const statuses = [];
    for (const dialect of DIALECTS) {
      if (!dialect.lookup) continue;
      statuses.push((await ask(dialect, account, dialect.lookup(NUMBERS[statuses.length] ?? ''))).status);
    }
    assert.deepEqual(statuses, [200, 429, 429]);
  });

  test('an order that Octopus refuses as of another operator is a lookup, too', async () => {
    const account = await open();
    await change(account, { lookupsPerMinute: 2 });
    await app.advance(60_000 - (app.clock.now() % 60_000));
    // Numbers of Airtel's ranges, ordered from Vi.
    const order = (index: number) =>
      app.request('POST', '/api/v1/topups/orders', {
        headers: account.bearer,
        body: { product_id: 4231, amount: 199, input_data: { phone_number: `+91987654321${index}` } },
      });
    const statuses = [];
    for (const index of [0, 1, 2]) statuses.push((await order(index)).status);
    assert.deepEqual(statuses, [400, 400, 429]);
  });

  test('the lookup without credentials has the quota of an address', async () => {
    await app.advance(60_000 - (app.clock.now() % 60_000));
    const look = (index: number) => app.request('GET', `/recharge/lookup?number=${9_876_500_000 + index}`);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => look(index)));
    assert.ok(answers.every(({ status }) => status === 200));
    const { status, body } = await look(100);
    assert.deepEqual([status, body.status, body.txid], [429, 'Error', '0']);
  });

  test('tokens and logins are not counted: the official SDK takes a token for almost every call', async () => {
    const { id, secret } = await open();
    await setClientRate(app.app.services.engine.database, id, 1);
    app.app.services.clients.forget();
    const grant = { client_id: id, client_secret: secret, grant_type: 'client_credentials' };
    const asked = Array.from({ length: 120 }, (_, index) =>
      index % 10 === 0
        ? app.request('POST', '/auth/login', { body: { username: id, password: secret } })
        : app.request('POST', '/oauth/token', { body: grant }),
    );
    const statuses = new Set((await Promise.all(asked)).map(({ status }) => status));
    assert.deepEqual([...statuses], [200]);
  });

  test('who is known is told where it stands with every answer, refusals included', async () => {
    const account = await open();
    const { bearer } = account;
    await setClientRate(app.app.services.engine.database, account.id, 50);
    app.app.services.clients.forget();
    for (const [prefix, paths] of [
      ['x-ratelimit', ['/countries', '/countries/XX', '/operators/1e', '/promotions?page=x']],
      ['ratelimit', ['/v1/wallets', '/v1/orders/ord_1', '/v1/orders?page=x']],
    ] as const) {
      for (const path of paths) {
        const { headers } = await app.request('GET', path, { headers: bearer });
        assert.equal(headers.get(`${prefix}-limit`), '50', path);
        const remaining = Number(headers.get(`${prefix}-remaining`) ?? Number.NaN);
        assert.ok(remaining >= 0 && remaining < 50, path);
        assert.match(headers.get(`${prefix}-reset`) ?? '', /^\d+$/, path);
      }
    }
    const { headers } = await app.request('GET', '/countries');
    assert.equal(headers.get('x-ratelimit-limit'), null);
  });

  test('a closed account stays closed', async () => {
    const account = await open();
    await change(account, { status: 'closed' });
    await assert.rejects(change(account, { status: 'active' }), /or it is closed/);
  });
});
