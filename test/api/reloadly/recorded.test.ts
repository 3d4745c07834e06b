/**
 * Whole answers against what Reloadly's service was recorded to answer: key sets and types (`shapes.ts`), and how each
 * number is written (`written-numbers.ts`).
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Answer, startApp, type TestApp } from '../../harness/app.ts';
import {
  assertShape,
  BALANCE,
  COMMISSION,
  COUNTRY,
  ERROR,
  FX_RATE,
  NOT_FOUND,
  OPERATOR,
  PROMOTION,
  pageOf,
  type Shape,
  SIMPLIFIED_OPERATOR,
  transactionShape,
} from './shapes.ts';
import { assertWritten } from './written-numbers.ts';

const TOKEN: Shape = { access_token: 'string', scope: 'string', expires_in: 'number', token_type: 'string' };
const REFUND: Shape = {
  transactionId: 'number',
  refundedAmount: 'number',
  refundedAmountCurrencyCode: 'string',
  refundDate: 'string',
};
const VERIFIED: Shape = {
  verified: 'boolean',
  accountId: 'string',
  status: 'string',
  environment: 'string',
  scope: 'string',
};
const ALL = '?suggestedAmounts=true&suggestedAmountsMap=true';

const READS: readonly (readonly [path: string, shape: Shape])[] = [
  ['/accounts/balance', BALANCE],
  ['/countries', [COUNTRY]],
  ['/countries/HT', COUNTRY],
  [`/operators${ALL}&size=1000`, pageOf(OPERATOR)],
  ['/operators?simplified=true', pageOf(SIMPLIFIED_OPERATOR)],
  [`/operators/173${ALL}`, OPERATOR],
  ['/operators/535', OPERATOR],
  [`/operators/countries/IN${ALL}`, [OPERATOR]],
  ['/operators/auto-detect/phone/+50936377111/countries/HT', OPERATOR],
  ['/operators/auto-detect/phone/+50936377111/country-code/HT', OPERATOR],
  ['/operators/mnp-lookup/phone/+50936377111/countries/HT', OPERATOR],
  ['/operators/commissions', pageOf(COMMISSION)],
  ['/operators/173/commissions', COMMISSION],
  ['/promotions', pageOf(PROMOTION)],
  ['/promotions/9001', PROMOTION],
  ['/promotions/operators/173', [PROMOTION]],
  ['/promotions/country-codes/HT', [PROMOTION]],
  ['/promotions/countries/HT', [PROMOTION]],
  ['/operators/987654', ERROR],
  ['/operators/countries/XX', ERROR],
  ['/topups/nothing/here', NOT_FOUND],
];

describe('answers as recorded', () => {
  let app: TestApp;
  const met = new Set<string>();
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const check = (answer: Answer, shape: Shape, path: string) => {
    assertShape(answer.body, shape, path);
    for (const name of assertWritten(answer.text, path)) met.add(name);
  };
  const topup = async (body: object, { pin = 'no pin' }: { pin?: 'pin' | 'no pin' } = {}) => {
    const answer = await app.request('POST', '/topups', { as: 'reloadly', body });
    check(answer, transactionShape({ pin, balance: 'balance' }), 'POST /topups');
    return answer.body;
  };
  const haiti = (suffix: string) => ({
    operatorId: 173,
    amount: 15,
    recipientPhone: { countryCode: 'HT', number: `5093637${suffix}` },
  });

  for (const [path, shape] of READS) {
    test(`GET ${path}`, async () => check(await app.request('GET', path, { as: 'reloadly' }), shape, path));
  }

  test('the token, conversions, the account', async () => {
    const { id, secret } = app.credentials.client;
    const grant = { client_id: id, client_secret: secret, grant_type: 'client_credentials' };
    check(await app.request('POST', '/oauth/token', { body: grant }), TOKEN, 'token');
    check(await app.request('POST', '/oauth/token', { body: {} }), ERROR, 'token refused');
    for (const [path, body] of [
      ['/operators/fx-rate', { operatorId: 173, amount: 5 }],
      ['/operators/173/fx-rate', { amount: '7.50' }],
    ] as const)
      check(await app.request('POST', path, { as: 'reloadly', body }), FX_RATE, path);
    check(await app.request('POST', '/accounts/verify', { as: 'reloadly' }), VERIFIED, 'verify');
    const phone = { phone: '+50936377111', countryCode: 'HT' };
    check(
      await app.request('POST', '/mnp-lookup/operators', { as: 'reloadly', body: phone }),
      OPERATOR,
      'mnp',
    );
  });

  test('top-ups, their status, and history, in which a PIN cannot be read', async () => {
    await topup(haiti('7111'));
    await topup({ operatorId: 685, amount: 10, recipientEmail: 'anyone@nauta.com.cu' });
    const recipientPhone = { countryCode: 'GB', number: '447951631337' };
    const { body: pins } = await app.request('GET', '/operators/535', { as: 'reloadly' });
    const bought = await topup(
      { operatorId: 535, amount: pins.fixedAmounts[0] ?? pins.minAmount, recipientPhone },
      { pin: 'pin' },
    );
    const { body: async, text } = await app.request('POST', '/topups-async', {
      as: 'reloadly',
      body: haiti('7112'),
    });
    assertShape(async, { transactionId: 'number' });
    assertWritten(text, 'async');
    const status = await app.request('GET', `/topups/${bought.transactionId}/status`, { as: 'reloadly' });
    const transaction = transactionShape({ pin: 'pin', balance: 'balance' });
    check(status, { code: 'null', message: 'null', status: 'string', transaction }, 'status');

    const past = `/topups/reports/transactions/${bought.transactionId}`;
    const kept = await app.request('GET', past, { as: 'reloadly' });
    check(kept, transactionShape({ pin: 'pin', balance: 'no balance' }), past);
    assert.match(kept.body.pinDetail.code, /^\*+\d{0,4}$/);
    assert.ok(!kept.text.includes(bought.pinDetail.code));
    const page = pageOf(transactionShape({ pin: 'no pin', balance: 'no balance' }));
    for (const path of [
      '/topups/reports/transactions?operatorId=173',
      '/transactions?operatorId=173&count=1',
    ])
      check(await app.request('GET', path, { as: 'reloadly' }), page, path);
  });

  test('a refund has a link, and what is not refunded has none', async () => {
    const delivered = await topup(haiti('7113'));
    assert.deepEqual(
      delivered.links.map(({ rel }: { rel: string }) => rel),
      ['self'],
    );
    const failed = await topup(haiti('9001'));
    const part = await topup(haiti('9013'));
    for (const [{ transactionId, links, balanceInfo }, share] of [
      [failed, 1],
      [part, 2],
    ] as const) {
      const [self, refund] = links;
      assert.deepEqual([self.rel, self.method, refund.rel, refund.method], ['self', 'GET', 'refund', 'GET']);
      assert.equal(refund.href, `${self.href}/refund`);
      const { pathname } = new URL(refund.href);
      const answer = await app.request('GET', pathname, { as: 'reloadly' });
      check(answer, REFUND, pathname);
      assert.equal(answer.body.transactionId, transactionId);
      assert.equal(answer.body.refundedAmount, Math.round((balanceInfo.cost * 100) / share) / 100);
    }
  });

  test('numbers of every kind were met', () => {
    for (const name of [
      'balance',
      'oldBalance',
      'minAmount',
      'fixedAmounts',
      'localFixedAmounts',
      'commission',
    ])
      assert.ok(met.has(name), name);
    for (const name of ['percentage', 'suggestedAmountsMap', 'discount', 'fxRate', 'localAmounts', 'rate'])
      assert.ok(met.has(name), name);
  });

  test('answers are typed like the Accept, errors too', async () => {
    const ours = 'application/com.reloadly.topups-v1+json';
    for (const [accept, type] of [
      [ours, ours],
      ['application/json', 'application/json'],
      ['*/*', 'application/json'],
      [`application/json;q=0.5, ${ours}`, ours],
    ] as const) {
      for (const path of ['/countries/HT', '/countries/XX', '/topups/nothing/here', '/operators?page=x']) {
        const { headers } = await app.request('GET', path, { as: 'reloadly', headers: { accept } });
        assert.equal((headers.get('content-type') ?? '').split(';')[0], type, `${path} for ${accept}`);
      }
    }
  });
});
