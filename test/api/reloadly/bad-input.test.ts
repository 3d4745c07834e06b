import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bearerOf, makeAccount } from '../../harness/accounts.ts';
import { startApp, type TestApp } from '../../harness/app.ts';
import { assertRefused } from './shapes.ts';

const GOOD = {
  operatorId: 173,
  amount: 15,
  recipientPhone: { countryCode: 'HT', number: '+50936377111' },
  senderPhone: { countryCode: 'US', number: '13059547862' },
};
const NAUTA = { operatorId: 685, amount: 10, recipientEmail: 'anyone@nauta.com.cu' };

/** One wrong thing each. */
const WRONG: [name: string, body: unknown, status: number, code: string][] = [
  ['no body', undefined, 400, 'INVALID_REQUEST'],
  ['an array', [GOOD], 400, 'INVALID_REQUEST'],
  ['nothing in it', {}, 400, 'INVALID_REQUEST'],
  ['an unknown operator', { ...GOOD, operatorId: 987_654 }, 404, 'RESOURCE_NOT_FOUND'],
  ['a huge operator id', { ...GOOD, operatorId: '98765432109876' }, 404, 'RESOURCE_NOT_FOUND'],
  ['an operator by name', { ...GOOD, operatorId: 'Digicel' }, 400, 'INVALID_REQUEST'],
  ['a broken operator id', { ...GOOD, operatorId: 17.3 }, 400, 'INVALID_REQUEST'],
  ['no operator', { ...GOOD, operatorId: undefined }, 400, 'INVALID_REQUEST'],
  ['operator null', { ...GOOD, operatorId: null }, 400, 'INVALID_REQUEST'],
  ['an amount below the range', { ...GOOD, amount: 0.01 }, 400, 'INVALID_AMOUNT_FOR_OPERATOR'],
  ['an amount above the range', { ...GOOD, amount: 100_000 }, 400, 'INVALID_AMOUNT_FOR_OPERATOR'],
  [
    'a local amount above the range',
    { ...GOOD, amount: 100_000, useLocalAmount: true },
    400,
    'INVALID_AMOUNT_FOR_OPERATOR',
  ],
  ['a negative operator id', { ...GOOD, operatorId: -1 }, 400, 'INVALID_REQUEST'],
  ['a zero amount', { ...GOOD, amount: 0 }, 400, 'INVALID_AMOUNT'],
  ['a negative amount', { ...GOOD, amount: -15 }, 400, 'INVALID_AMOUNT'],
  ['an amount in words', { ...GOOD, amount: 'fifteen' }, 400, 'INVALID_AMOUNT'],
  ['an amount with too many digits', { ...GOOD, amount: 15.005 }, 400, 'INVALID_AMOUNT'],
  ['an amount beyond reason', { ...GOOD, amount: 1e30 }, 400, 'INVALID_AMOUNT'],
  ['an amount in an object', { ...GOOD, amount: { value: 15 } }, 400, 'INVALID_REQUEST'],
  ['no amount', { ...GOOD, amount: undefined }, 400, 'INVALID_REQUEST'],
  ['a flag in words', { ...GOOD, useLocalAmount: 'yes' }, 400, 'INVALID_REQUEST'],
  [
    'another country',
    { ...GOOD, recipientPhone: { countryCode: 'NG', number: '08147658721' } },
    400,
    'INVALID_RECIPIENT_PHONE',
  ],
  [
    'an unknown country',
    { ...GOOD, recipientPhone: { countryCode: 'XX', number: '50936377111' } },
    404,
    'COUNTRY_NOT_SUPPORTED',
  ],
  [
    'a country in words',
    { ...GOOD, recipientPhone: { countryCode: 'Haiti', number: '50936377111' } },
    404,
    'COUNTRY_NOT_SUPPORTED',
  ],
  [
    'a number that is too short',
    { ...GOOD, recipientPhone: { countryCode: 'HT', number: '3637' } },
    400,
    'INVALID_RECIPIENT_PHONE',
  ],
  [
    'a number of another shape',
    { ...GOOD, recipientPhone: { countryCode: 'HT', number: 'call me' } },
    400,
    'INVALID_RECIPIENT_PHONE',
  ],
  [
    'a number of another country',
    { ...GOOD, recipientPhone: { countryCode: 'HT', number: '+2348147658721' } },
    400,
    'INVALID_RECIPIENT_PHONE',
  ],
  [
    'an empty number',
    { ...GOOD, recipientPhone: { countryCode: 'HT', number: '' } },
    400,
    'INVALID_RECIPIENT_PHONE',
  ],
  ['half a phone', { ...GOOD, recipientPhone: { countryCode: 'HT' } }, 400, 'INVALID_REQUEST'],
  ['a phone as text', { ...GOOD, recipientPhone: '50936377111' }, 400, 'INVALID_REQUEST'],
  ['no recipient', { ...GOOD, recipientPhone: undefined }, 400, 'INVALID_REQUEST'],
  ['recipient null', { ...GOOD, recipientPhone: null }, 400, 'INVALID_REQUEST'],
  ['two recipients', { ...GOOD, recipientEmail: 'anyone@nauta.com.cu' }, 400, 'INVALID_REQUEST'],
  ['an e-mail for a phone', { ...NAUTA, operatorId: 173 }, 400, 'INVALID_REQUEST'],
  [
    'a phone for an e-mail',
    { ...GOOD, operatorId: 685, recipientPhone: { countryCode: 'CU', number: '52345678' } },
    400,
    'INVALID_RECIPIENT_PHONE',
  ],
  [
    'an address of another domain',
    { ...NAUTA, recipientEmail: 'anyone@example.com' },
    400,
    'INVALID_REQUEST',
  ],
  ['no address at all', { ...NAUTA, recipientEmail: 'nauta.com.cu' }, 400, 'INVALID_REQUEST'],
  [
    'a sender in letters',
    { ...GOOD, senderPhone: { countryCode: 'US', number: 'mother' } },
    400,
    'INVALID_SENDER_PHONE',
  ],
  [
    'a sender that is too short',
    { ...GOOD, senderPhone: { countryCode: 'US', number: '12' } },
    400,
    'INVALID_SENDER_PHONE',
  ],
  [
    'a sender of nowhere',
    { ...GOOD, senderPhone: { countryCode: 'XX', number: '13059547862' } },
    400,
    'INVALID_SENDER_PHONE',
  ],
  ['an identifier of 151 characters', { ...GOOD, customIdentifier: 'x'.repeat(151) }, 400, 'INVALID_REQUEST'],
  ['an identifier that is no text', { ...GOOD, customIdentifier: 5 }, 400, 'INVALID_REQUEST'],
];

const RAW: [name: string, raw: string, status: number, code: string][] = [
  ['malformed JSON', '{"operatorId": 173,', 400, 'INVALID_REQUEST'],
  ['a comment in JSON', '{"operatorId": 173 /* Digicel */}', 400, 'INVALID_REQUEST'],
  ['the same key twice', '{"amount": 1, "amount": 2}', 400, 'INVALID_REQUEST'],
  ['a number that loses digits', '{"operatorId": 173, "amount": 9007199254740993}', 400, 'INVALID_REQUEST'],
  ['a zero character', '{"customIdentifier": "a\\u0000b"}', 400, 'INVALID_REQUEST'],
  ['half a surrogate', '{"customIdentifier": "\\ud800"}', 400, 'INVALID_REQUEST'],
  ['deep nesting', '['.repeat(40) + ']'.repeat(40), 400, 'INVALID_REQUEST'],
  ['an empty body', '', 400, 'INVALID_REQUEST'],
  ['a body over the limit', `{"customIdentifier": "${'x'.repeat(70_000)}"}`, 413, 'INVALID_REQUEST'],
];

describe('bad input', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const stored = async () => {
    const [row] = await app.rows(
      `select (select count(*) from orders) as orders, (select count(*) from order_references) as "references",
        (select count(*) from recipients) as recipients, (select count(*) from transfers) as transfers,
        (select sum(held) from wallets) as held, (select count(*) from events) as events`,
    );
    return row;
  };

  for (const [name, body, status, code] of WRONG) {
    test(`${name}: ${status} ${code}, and nothing is stored`, async () => {
      const earlier = await stored();
      for (const path of ['/topups', '/topups-async']) {
        const answer = await app.request('POST', path, {
          as: 'reloadly',
          ...(body === undefined ? {} : { body }),
        });
        assertRefused(answer, status, code);
        assert.equal(answer.body.path, path);
      }
      assert.deepEqual(await stored(), earlier);
    });
  }

  for (const [name, raw, status, code] of RAW) {
    test(`${name}: ${status} ${code}, and nothing is stored`, async () => {
      const earlier = await stored();
      assertRefused(await app.request('POST', '/topups', { as: 'reloadly', raw }), status, code);
      assert.deepEqual(await stored(), earlier);
    });
  }

  test('other media types', async () => {
    const earlier = await stored();
    for (const type of [
      'application/xml',
      'text/plain',
      'application/x-www-form-urlencoded',
      'json',
      'application/jsonp',
    ]) {
      const raw = JSON.stringify(GOOD);
      const answer = await app.request('POST', '/topups', {
        as: 'reloadly',
        raw,
        headers: { 'content-type': type },
      });
      assertRefused(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
    }
    const answer = await app.request('POST', '/topups', {
      as: 'reloadly',
      body: GOOD,
      headers: { accept: 'application/xml' },
    });
    assertRefused(answer, 406, 'MEDIA_TYPE_NOT_ACCEPTABLE');
    assert.deepEqual(await stored(), earlier);
  });

  test('no token, and a token of nobody', async () => {
    const earlier = await stored();
    assertRefused(await app.request('POST', '/topups', { body: GOOD }), 401, 'INVALID_TOKEN');
    const headers = { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' };
    assertRefused(await app.request('POST', '/topups', { body: GOOD, headers }), 401, 'INVALID_TOKEN');
    assert.deepEqual(await stored(), earlier);
  });

  test('an identifier is good for one transaction, whatever the second one asks for', async () => {
    const customIdentifier = 'transaction by john@example.com';
    const first = await app.request('POST', '/topups', {
      as: 'reloadly',
      body: { ...GOOD, customIdentifier },
    });
    assert.equal(first.body.status, 'SUCCESSFUL');
    const earlier = await stored();
    for (const changes of [{}, { amount: 20 }, { operatorId: 174 }]) {
      for (const path of ['/topups', '/topups-async']) {
        const answer = await app.request('POST', path, {
          as: 'reloadly',
          body: { ...GOOD, ...changes, customIdentifier },
        });
        assertRefused(answer, 400, 'CUSTOM_IDENTIFIER_ALREADY_USED');
        assert.equal(answer.body.details[0].transactionId, first.body.transactionId);
        assert.match(answer.body.details[0].issue, new RegExp(`${first.body.transactionId}`));
      }
    }
    assert.deepEqual(await stored(), earlier);
  });

  test('150 characters of any script are an identifier', async () => {
    const customIdentifier = '🦜'.repeat(150);
    const { status, body } = await app.request('POST', '/topups', {
      as: 'reloadly',
      body: { ...GOOD, customIdentifier },
    });
    assert.equal(status, 200);
    assert.equal(body.customIdentifier, customIdentifier);
  });

  test('what other clients send beside it does not matter', async () => {
    const body = {
      ...GOOD,
      recipientEmail: null,
      customIdentifier: null,
      useLocalAmount: null,
      metadata: { a: 1 },
    };
    const answer = await app.request('POST', '/topups', { as: 'reloadly', body });
    assert.equal(answer.body.status, 'SUCCESSFUL', answer.text);
  });

  const open = async (funds: Readonly<Record<string, bigint>>) => {
    const { accountId, client } = await makeAccount(app, { plan: 'sandbox', funds });
    return { accountId, headers: await bearerOf(app, client) };
  };

  describe('other accounts', () => {
    test('too little money', async () => {
      const { headers } = await open({ USD: 1_319n });
      const earlier = await stored();
      const body = { ...GOOD, customIdentifier: 'too much' };
      assertRefused(await app.request('POST', '/topups', { headers, body }), 403, 'INSUFFICIENT_BALANCE');
      assert.deepEqual(await stored(), earlier);
      const { status } = await app.request('POST', '/topups', { headers, body: { ...body, amount: 14 } });
      assert.equal(status, 200, 'the identifier was not used up');
    });

    test('no wallet at all', async () => {
      const { headers } = await open({});
      for (const [method, path, body] of [
        ['GET', '/accounts/balance'],
        ['GET', '/operators/173'],
        ['POST', '/topups', GOOD],
      ] as const) {
        assertRefused(await app.request(method, path, { headers, body }), 400, 'ACCOUNT_NOT_FOUND');
      }
    });

    test('an account without dollars sees and pays in what it has', async () => {
      const { headers } = await open({ NGN: 6_038_741n });
      const { body: balance } = await app.request('GET', '/accounts/balance', { headers });
      assert.deepEqual([balance.balance, balance.currencyCode], [60_387.41, 'NGN']);
      const { body: operator } = await app.request('GET', '/operators/535', { headers });
      assert.equal(operator.senderCurrencyCode, 'NGN');
      const body = {
        operatorId: 535,
        amount: 3168.4,
        recipientPhone: { countryCode: 'GB', number: '447951631337' },
      };
      const { body: transaction } = await app.request('POST', '/topups', { headers, body });
      assert.deepEqual([transaction.status, transaction.requestedAmount], ['SUCCESSFUL', 3168.4]);
      assert.equal(transaction.balanceInfo.oldBalance, 60_387.41);
    });

    test('one account does not see the transactions of another', async () => {
      const { headers } = await open({ USD: 1_000_00n });
      const { body: mine } = await app.request('POST', '/topups', { as: 'reloadly', body: GOOD });
      for (const path of [
        `/topups/${mine.transactionId}/status`,
        `/topups/reports/transactions/${mine.transactionId}`,
      ]) {
        assertRefused(await app.request('GET', path, { headers }), 404, 'RESOURCE_NOT_FOUND');
      }
      const { body: page } = await app.request('GET', '/topups/reports/transactions', { headers });
      assert.equal(page.totalElements, 0);
    });

    test('a suspended account reads, and buys nothing', async () => {
      const { accountId, headers } = await open({ USD: 1_000_00n });
      await app.rows(`update accounts set status = 'suspended' where id = $1`, [accountId]);
      app.app.services.clients.forget();
      assert.equal((await app.request('GET', '/accounts/balance', { headers })).status, 200);
      const earlier = await stored();
      assertRefused(await app.request('POST', '/topups', { headers, body: GOOD }), 400, 'INACTIVE_ACCOUNT');
      assert.deepEqual(await stored(), earlier);
    });
  });
});
