/** Beyond prepaid mobiles: television, postpaid, electricity, gift cards and FASTag, and which plan sells what. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApp, type TestApp } from '../../harness/app.ts';
import {
  anotherAccount,
  assertError,
  RECHARGED,
  recharge,
  stored,
  WIRE,
  wireQuery,
} from './a1topup-client.ts';

/** Operator, a number of one of its customers, one that is none, and how the recipient is kept. */
const SERVICES: readonly [operator: string, number: string, wrong: string, kind: 'phone' | 'account'][] = [
  ['TATAPLAY', '1234567890', '2234567890', 'account'],
  ['DISHTV', '01234567890', '11234567890', 'account'],
  ['AIRTELDTH', '3012345678', '9012345678', 'account'],
  ['SUNDIRECT', '41234567890', '4123456789', 'account'],
  ['D2H', '12345678', '1234567', 'account'],
  ['AIRTELPOST', '9876543210', '987654321', 'phone'],
  ['JIOPOST', '8879685100', '1234567890', 'phone'],
  ['VIPOST', '8879685100', 'KA01AB1234', 'phone'],
  ['BSNLPOST', '9876543210', '', 'phone'],
  ['BESCOM', '1234567890', '123456789', 'account'],
  ['MSEDCL', '123456781234', '1234567890', 'account'],
  ['TANGEDCO', '123456789', '12345678', 'account'],
  ['BSESRAJDHANI', '123456789', '1234567890', 'account'],
  ['CESC', '12345678901', '1234567890', 'account'],
  ['FASTAG', 'KA01AB1234', '1234567890', 'account'],
];

describe('A1Topup, services', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const wire = async (changes: Readonly<Record<string, string>>) =>
    app.request('GET', `/recharge/api?${wireQuery(app, changes)}`);

  test('each is sold in both forms, by the number that its customers have', async () => {
    for (const [operator, number, , kind] of SERVICES) {
      const { body, text } = await recharge(app, { operator, mobile: number, amount: 300 });
      assert.equal(body.status, 'success', `${operator}: ${text}`);
      assert.deepEqual(Object.keys(body), RECHARGED);
      assert.deepEqual([body.amount, body.commission], [300, 18], operator);
      const [order] = await app.rows<{ kind: string }>(
        'select r.kind from orders o join recipients r on r.id = o.recipient_id where o.id = $1',
        [body.transaction_id.slice('TXN'.length)],
      );
      assert.equal(order?.kind, kind, operator);
      const answer = await wire({
        operatorcode: operator.toLowerCase(),
        number,
        amount: '300',
        orderid: `S-${operator}`,
      });
      assert.deepEqual(Object.keys(answer.body), WIRE);
      assert.deepEqual([answer.body.status, answer.body.number], ['Success', number], answer.text);
    }
  });

  test('a number that none of its customers has is 1003, and leaves nothing behind', async () => {
    const earlier = await stored(app);
    for (const [operator, , wrong] of SERVICES) {
      assertError(await recharge(app, { operator, mobile: wrong, amount: 300 }), '1003');
      const { body } = await wire({
        operatorcode: operator,
        number: wrong,
        amount: '300',
        orderid: 'S-wrong',
      });
      assert.equal(body.status, 'Failure', operator);
      assert.match(body.opid, /^Invalid mobile number/, operator);
    }
    const told = await recharge(app, { operator: 'BESCOM', mobile: '12' });
    assert.equal(told.body.message, 'Invalid mobile number: mobile is no Account ID');
    assertError(await recharge(app, { operator: 'BESCOM', mobile: { a: 1 } }), '1003');
    // Numbers of other operators are not tried on an unknown one: what can be read off the request is told first.
    assertError(await recharge(app, { operator: 'NOBODY', mobile: 'KA01AB1234' }), '1003');
    assertError(await recharge(app, { operator: 'NOBODY' }), '1004');
    for (const amount of [99, 10_001])
      assertError(await recharge(app, { operator: 'FASTAG', mobile: 'KA01AB1234', amount }), '1005');
    assert.deepEqual(await stored(app), earlier);
  });

  test('an operator of television refuses numbers as any other does', async () => {
    const answer = await recharge(app, { operator: 'TATAPLAY', mobile: '1234569001', amount: 300 });
    assertError(answer, '1003');
    assert.match(answer.body.transaction_id, /^TXN\d+$/);
  });

  test('a gift card is its PIN, again when it is asked for again; an amount that is not sold is 1005', async () => {
    const order = { operator: 'GOOGLEPLAY', amount: 500, client_ref: 'S-gift' };
    const { body } = await recharge(app, order);
    assert.deepEqual(Object.keys(body), [...RECHARGED, 'pin', 'serial']);
    assert.equal(body.status, 'success');
    assert.ok(body.pin.length > 0 && body.serial.length > 0);
    assert.deepEqual((await recharge(app, order)).body, body);
    const status = await app.request('GET', `/recharge/status?${wireQuery(app, { orderid: 'S-gift' })}`);
    assert.deepEqual(Object.keys(status.body), [...WIRE, 'pin', 'serial']);
    assert.equal(status.body.pin, body.pin);
    const line = await app.request(
      'GET',
      `/recharge/status?${wireQuery(app, { orderid: 'S-gift', format: 'csv' })}`,
    );
    const { txid, opid } = status.body;
    assert.equal(line.text, [txid, 'Success', opid, body.pin, body.serial].join(','));
    assertError(await recharge(app, { operator: 'GOOGLEPLAY', amount: 499 }), '1005');
    assert.ok(!app.logged.join('\n').includes(body.pin));
  });

  const SOLD = {
    starter: ['AIRTEL', 'TATAPLAY', 'VIPOST'],
    gold: ['AIRTEL', 'TATAPLAY', 'VIPOST', 'BESCOM', 'GOOGLEPLAY'],
    platinum: ['AIRTEL', 'TATAPLAY', 'VIPOST', 'BESCOM', 'GOOGLEPLAY', 'FASTAG'],
  };
  const PERCENT = { starter: 3, gold: 4, platinum: 5 };
  test('what a plan does not sell is 1004; what it sells earns its commission', async () => {
    const numberOf = (operator: string) => SERVICES.find(([code]) => code === operator)?.[1] ?? '9876543210';
    for (const plan of ['starter', 'gold', 'platinum'] as const) {
      const { apiKey } = await anotherAccount(app, { paise: 1_000_000n, plan });
      for (const operator of SOLD.platinum) {
        const body = { api_key: apiKey, operator, mobile: numberOf(operator), amount: 300 };
        const answer = await app.request('POST', '/api/v1/recharge', { body });
        if (!SOLD[plan].includes(operator)) assertError(answer, '1004');
        else {
          assert.equal(answer.body.status, 'success', `${plan} ${operator}: ${answer.text}`);
          assert.equal(answer.body.commission, 3 * PERCENT[plan], `${plan} ${operator}`);
        }
      }
    }
  });
});
