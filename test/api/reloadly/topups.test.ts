import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { createReloadlyDialect } from '../../../src/protocols/reloadly/dialect/routes.ts';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { assertShape, cents, transactionShape } from './shapes.ts';

const RELOADLY = 'application/com.reloadly.topups-v1+json';
const ANSWER = transactionShape({ pin: 'no pin', balance: 'balance' });

function haiti(lastDigits: string) {
  return {
    operatorId: 173,
    amount: 15,
    recipientPhone: { countryCode: 'HT', number: `+5093637${lastDigits}` },
  };
}

describe('top-ups', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const topup = async (body: object) => {
    const answer = await app.request('POST', '/topups', { as: 'reloadly', body });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  const get = async (path: string) => {
    const answer = await app.request('GET', path, { as: 'reloadly' });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };

  const SAMPLES: [name: string, body: Record<string, unknown>, shown: Record<string, unknown>][] = [
    [
      'Haiti without a plus',
      {
        recipientPhone: { countryCode: 'HT', number: '50936377111' },
        senderPhone: { countryCode: 'US', number: '13059547862' },
        operatorId: 173,
        amount: 15,
        customIdentifier: 'transaction by john@example.com',
      },
      {
        operatorName: 'Digicel Haiti',
        recipientPhone: '50936377111',
        senderPhone: '13059547862',
        discount: 1.8,
      },
    ],
    [
      'Haiti with a plus',
      {
        recipientPhone: { countryCode: 'HT', number: '+50936377111' },
        senderPhone: { countryCode: 'US', number: '+13059547862' },
        operatorId: 173,
        amount: 15,
        customIdentifier: 'transaction by john@example.com, again',
      },
      { recipientPhone: '50936377111', senderPhone: '13059547862', requestedAmount: 15 },
    ],
    [
      'Nigeria, numbers as text',
      {
        operatorId: '341',
        amount: '10',
        useLocalAmount: false,
        customIdentifier: 'This is example identifier 092',
        recipientPhone: { countryCode: 'NG', number: '08147658721' },
        senderPhone: { countryCode: 'CA', number: '1231231231' },
      },
      {
        recipientPhone: '2348147658721',
        countryCode: 'NG',
        deliveredAmountCurrencyCode: 'NGN',
        requestedAmount: 10,
      },
    ],
    [
      'Nauta by e-mail',
      {
        operatorId: '685',
        amount: '10',
        customIdentifier: 'This is example identifier 093',
        recipientEmail: 'anyone@nauta.com.cu',
        senderPhone: { countryCode: 'CA', number: '1231231231' },
      },
      { recipientPhone: null, recipientEmail: 'anyone@nauta.com.cu', countryCode: 'CU', operatorId: 685 },
    ],
    [
      'the other Nauta, the other domain',
      { operatorId: 683, amount: 30, recipientEmail: 'anyone@nauta.co.cu' },
      { recipientEmail: 'anyone@nauta.co.cu', operatorName: 'Nauta Cuba', discount: 1.5, senderPhone: null },
    ],
  ];
  for (const [name, body, shown] of SAMPLES) {
    test(`the sample: ${name}`, async () => {
      const earlier = await get('/accounts/balance');
      const transaction = await topup(body);
      assertShape(transaction, ANSWER);
      assert.equal(transaction.status, 'SUCCESSFUL');
      assert.equal(transaction.customIdentifier, body['customIdentifier'] ?? null);
      for (const [key, value] of Object.entries(shown)) assert.equal(transaction[key], value, key);
      const { requestedAmount, discount, balanceInfo } = transaction;
      assert.equal(cents(balanceInfo.cost), cents(requestedAmount) - cents(discount));
      assert.equal(cents(balanceInfo.newBalance), cents(balanceInfo.oldBalance) - cents(balanceInfo.cost));
      assert.equal(balanceInfo.oldBalance, earlier.balance);
      assert.equal((await get('/accounts/balance')).balance, balanceInfo.newBalance);

      const [ledger] = await app.rows<{ amount: bigint; wallet_posted_after: bigint }>(
        `select amount, wallet_posted_after from transfers where source_id = $1 and kind = 'capture' and debit = 'wallet'
         order by seq limit 1`,
        [transaction.transactionId],
      );
      assert.equal(Number(ledger?.amount), cents(balanceInfo.cost));
      const delivered = app.journal(transaction.transactionId).filter(({ event }) => event === 'delivered');
      assert.equal(delivered.length, 1);
      assert.equal(Number(delivered[0]?.amount), transaction.deliveredAmount);
    });
  }

  test('a PIN: shown to the buyer, hidden in history', async () => {
    const transaction = await topup({
      operatorId: 535,
      amount: 5,
      useLocalAmount: true,
      recipientPhone: { countryCode: 'GB', number: '447951631337' },
      senderPhone: { countryCode: 'CA', number: '11231231231' },
    });
    assertShape(transaction, transactionShape({ pin: 'pin', balance: 'balance' }));
    assert.equal(transaction.status, 'SUCCESSFUL');
    assert.equal(transaction.operatorName, 'EE PIN England');
    assert.deepEqual([transaction.deliveredAmount, transaction.deliveredAmountCurrencyCode], [5, 'GBP']);
    assert.equal(transaction.requestedAmountCurrencyCode, 'USD');
    assert.equal(
      cents(transaction.balanceInfo.cost),
      cents(transaction.requestedAmount) - cents(transaction.discount),
    );
    const { code } = transaction.pinDetail;
    assert.match(code, /^\d{16}$/);

    const status = await get(`/topups/${transaction.transactionId}/status`);
    assert.deepEqual(status, { code: null, message: null, status: 'SUCCESSFUL', transaction });
    const past = await get(`/topups/reports/transactions/${transaction.transactionId}`);
    assertShape(past, transactionShape({ pin: 'pin', balance: 'no balance' }));
    assert.equal(past.pinDetail.code, `${'*'.repeat(12)}${code.slice(12)}`);
    const { content } = await get('/topups/reports/transactions?operatorId=535');
    assert.deepEqual(content, [past]);
    assert.ok(!app.logged.join('\n').includes(code), 'a PIN is never logged');
  });

  test('whatever is listed is accepted: both ends of a range, in both currencies', async () => {
    const { minAmount, localMinAmount, localMaxAmount, maxAmount } = await get('/operators/341');
    const nigeria = { operatorId: 341, recipientPhone: { countryCode: 'NG', number: '08147658721' } };
    for (const amount of [minAmount, maxAmount]) {
      assert.equal((await topup({ ...nigeria, amount })).requestedAmount, amount);
    }
    for (const amount of [localMinAmount, localMaxAmount]) {
      const shown = await topup({ ...nigeria, amount, useLocalAmount: true });
      assert.deepEqual([shown.status, shown.deliveredAmount], ['SUCCESSFUL', amount]);
    }
  });

  test('an asynchronous top-up is an id at once, and a status later', async () => {
    const { status, body } = await app.request('POST', '/topups-async', {
      as: 'reloadly',
      body: haiti('7112'),
    });
    assert.equal(status, 200);
    assertShape(body, { transactionId: 'number' });
    assert.ok(Number.isSafeInteger(body.transactionId));
    await eventually(async () => {
      const shown = await get(`/topups/${body.transactionId}/status`);
      assertShape(shown, { code: 'null', message: 'null', status: 'string', transaction: ANSWER });
      assert.equal(shown.status, 'SUCCESSFUL');
    });
  });

  test('a refusal within the wait is 200 REFUNDED, the money is back, and the status says why', async () => {
    const { balance } = await get('/accounts/balance');
    for (const [digits, code] of [
      ['9001', 'INVALID_RECIPIENT_PHONE'],
      ['9002', 'TRANSACTION_CANNOT_BE_PROCESSED_AT_THE_MOMENT'],
      ['9003', 'INVALID_RECIPIENT_PHONE'],
    ] as const) {
      const transaction = await topup(haiti(digits));
      assertShape(transaction, ANSWER);
      assert.equal(transaction.status, 'REFUNDED', digits);
      const shown = await get(`/topups/${transaction.transactionId}/status`);
      assert.deepEqual([shown.status, shown.code], ['REFUNDED', code]);
      assert.equal(typeof shown.message, 'string');
    }
    assert.equal((await get('/accounts/balance')).balance, balance);
  });

  test('what is not known in time is PROCESSING, and goes on', async () => {
    const impatient = createReloadlyDialect({ ...app.app.services, waitMs: 1 });
    const answer = await impatient.app.inject({
      method: 'POST',
      url: '/topups',
      headers: { authorization: `Bearer ${await app.token()}`, accept: RELOADLY },
      payload: haiti('9007'),
    });
    await impatient.app.close();
    assert.equal(answer.statusCode, 200);
    const transaction = answer.json();
    assertShape(transaction, ANSWER);
    assert.equal(transaction.status, 'PROCESSING');
    await eventually(() => assert.equal(app.journal(transaction.transactionId).length, 1));
    await app.advance(5_000);
    await eventually(async () => {
      assert.equal((await get(`/topups/${transaction.transactionId}/status`)).status, 'SUCCESSFUL');
    });
  });

  test('a reversal shows as REFUNDED, a partial delivery as what was delivered', async () => {
    const partial = await topup(haiti('9013'));
    const whole = await topup(haiti('7113'));
    assert.equal(partial.status, 'SUCCESSFUL');
    assert.equal(cents(partial.deliveredAmount), Math.floor(cents(whole.deliveredAmount) / 2));

    const reversed = await topup(haiti('9011'));
    assert.equal(reversed.status, 'SUCCESSFUL');
    await app.advance(10_000);
    await eventually(async () => {
      const shown = await get(`/topups/${reversed.transactionId}/status`);
      assert.deepEqual([shown.status, shown.code], ['REFUNDED', 'TOPUP_TRANSACTION_FAILED']);
    });
  });

  test('a stopping process takes no orders', async () => {
    const stopping = createReloadlyDialect({ ...app.app.services, takesOrders: () => false });
    for (const url of ['/topups', '/topups-async']) {
      const answer = await stopping.app.inject({
        method: 'POST',
        url,
        headers: { authorization: `Bearer ${await app.token()}` },
        payload: haiti('7114'),
      });
      assert.equal(answer.statusCode, 503);
      assert.equal(answer.json().errorCode, 'SERVICE_UNAVAILABLE');
      assert.ok(answer.headers['retry-after']);
    }
    await stopping.app.close();
  });

  test('an absolute-form target, as a client behind a proxy setting sends it', async () => {
    const token = await app.token();
    const text = await new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(app.url);
      const sent = request(
        {
          hostname,
          port,
          method: 'POST',
          path: 'https://topups-sandbox.reloadly.com/topups',
          headers: {
            host: 'topups-sandbox.reloadly.com',
            accept: RELOADLY,
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
          },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () => resolve(Buffer.concat(parts).toString()));
        },
      );
      sent.on('error', reject);
      sent.end(JSON.stringify(haiti('7115')));
    });
    const transaction = JSON.parse(text);
    assertShape(transaction, ANSWER);
    assert.deepEqual(transaction.links, [
      {
        href: `https://topups-sandbox.reloadly.com/topups/reports/transactions/${transaction.transactionId}`,
        rel: 'self',
        method: 'GET',
      },
    ]);
  });

  test('the link leads to the transaction', async () => {
    const { transactionId, links } = await topup(haiti('7116'));
    const answer = await fetch(links[0].href, { headers: { authorization: `Bearer ${await app.token()}` } });
    const { transactionId: found } = (await answer.json()) as { transactionId: number };
    assert.equal(found, transactionId);
  });
});
