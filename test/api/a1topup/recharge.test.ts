/** The documented form: its sample, its codes, what an order in doubt answers. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createA1topupDialect } from '../../../src/protocols/a1topup/dialect/routes.ts';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { sandboxAccount } from '../../harness/orders.ts';
import { anotherAccount, assertError, quiet, RECHARGED, recharge, SAMPLE, stored } from './a1topup-client.ts';

const SECOND = 1000;
const LAKHS_100 = 10_000_000;

describe('A1Topup, the documented form', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const balance = async () => {
    const [row] = await app.rows<{ paise: string }>(
      `select (posted - held)::text as paise from wallets where currency = 'INR' and account_id = $1`,
      [sandboxAccount(app)],
    );
    return Number(row?.paise) / 100;
  };

  test('the sample, as printed', async () => {
    const answer = await recharge(app);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(Object.keys(answer.body), RECHARGED);
    const { transaction_id: id, ...rest } = answer.body;
    assert.match(id, /^TXN\d+$/);
    assert.deepEqual(rest, {
      status: 'success',
      message: 'Recharge successful',
      amount: 299,
      commission: 17.94,
      balance: LAKHS_100 - 299 + 17.94,
    });
    assert.equal(await balance(), rest.balance);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const lines = app.journal(id.slice('TXN'.length)).filter(({ event }) => event === 'delivered');
    assert.deepEqual(
      lines.map(({ number, amount, currency }) => [number, amount, currency]),
      [['+919876543210', '299.00', 'INR']],
    );
  });

  const SAME: [name: string, changes: Record<string, unknown>, amount: number, commission: number][] = [
    ['numbers', { mobile: 9876543210 }, 299, 17.94],
    ['texts', { amount: '299.00' }, 299, 17.94],
    ['paise', { amount: 10.5 }, 10.5, 0.63],
    ['half a paisa of commission, to even', { amount: 10.25 }, 10.25, 0.62],
    ['no circle', { circle: undefined }, 299, 17.94],
    ['a circle nobody knows', { circle: 'default' }, 299, 17.94],
    ['small letters', { operator: 'airtel' }, 299, 17.94],
    ['Jio', { operator: 'JIO' }, 299, 17.94],
    ['Vi', { operator: 'VI' }, 299, 17.94],
    ['BSNL', { operator: 'BSNL' }, 299, 17.94],
    ['members that nobody knows', { metadata: [1], client_ref: null }, 299, 17.94],
  ];
  for (const [name, changes, amount, commission] of SAME) {
    test(`is recharged: ${name}`, async () => {
      const earlier = await balance();
      const { body, text } = await recharge(app, changes);
      assert.equal(body.status, 'success', text);
      assert.deepEqual([body.amount, body.commission], [amount, commission]);
      assert.equal(body.balance, Math.round((earlier - amount + commission) * 100) / 100);
    });
  }

  const WRONG: [name: string, changes: Record<string, unknown>, code: string][] = [
    ['no key', { api_key: undefined }, '1001'],
    ['another key', { api_key: 'your_api_key_here' }, '1001'],
    ['a key that is no text', { api_key: 12 }, '1001'],
    ['a key that no column takes', { api_key: 'trk_é' }, '1001'],
    ['no mobile', { mobile: undefined }, '1003'],
    ['a short mobile', { mobile: '987654321' }, '1003'],
    ['a long mobile', { mobile: '98765432101' }, '1003'],
    ['a calling code', { mobile: '+919876543210' }, '1003'],
    ['a landline', { mobile: '1123456789' }, '1003'],
    ['letters', { mobile: '98765abcde' }, '1003'],
    ['digits of another script', { mobile: '९८७६५४३२१०' }, '1003'],
    ['a mobile in an object', { mobile: { number: '9876543210' } }, '1003'],
    ['no operator', { operator: undefined }, '1004'],
    ['an unknown operator', { operator: 'DOCOMO' }, '1004'],
    ['a code of the wire form', { operator: 'RC' }, '1004'],
    ['an operator in a list', { operator: ['AIRTEL'] }, '1004'],
    ['no amount', { amount: undefined }, '1005'],
    ['nothing', { amount: 0 }, '1005'],
    ['less than nothing', { amount: -299 }, '1005'],
    ['half a paisa', { amount: 299.005 }, '1005'],
    ['words', { amount: 'many' }, '1005'],
    ['an exponent', { amount: '1e3' }, '1005'],
    ['below the range', { amount: 9 }, '1005'],
    ['above the range', { amount: 10_001 }, '1005'],
    ['beyond reason', { amount: 1e21 }, '1005'],
    ['an amount in an object', { amount: { value: 299 } }, '1005'],
    ['a circle in an object', { circle: {} }, '1000'],
    ['a reference that is too long', { client_ref: 'x'.repeat(101) }, '1000'],
    ['a reference with a line break', { client_ref: 'a\nb' }, '1000'],
  ];
  test('what is wrong has its code, and leaves nothing behind', async () => {
    const earlier = await stored(app);
    for (const [name, changes, code] of WRONG) {
      const answer = await recharge(app, changes);
      assert.equal(answer.body.error_code, code, `${name}: ${answer.text}`);
      assertError(answer, code);
    }
    assert.deepEqual(await stored(app), earlier);
  });

  test('several things wrong: the first of the document is told', async () => {
    const all = { api_key: 'no', mobile: '1', operator: 'NO', amount: 0 };
    assertError(await recharge(app, all), '1001');
    const { api_key: _, ...mine } = all;
    assertError(await recharge(app, mine), '1003');
    assertError(await recharge(app, { ...mine, mobile: SAMPLE.mobile }), '1004');
  });

  test('what is no request of this API has an HTTP status of its own', async () => {
    const earlier = await stored(app);
    const path = '/api/v1/recharge';
    const RAW: [raw: string, headers: Record<string, string>, status: number][] = [
      ['{"api_key": ', {}, 400],
      ['', {}, 400],
      ['[]', {}, 400],
      ['"text"', {}, 400],
      ['{"amount": 1, "amount": 2}', {}, 400],
      ['{"amount": 9007199254740993}', {}, 400],
      ['{"mobile": "a\\u0000b"}', {}, 400],
      [`{"mobile": "${'9'.repeat(70_000)}"}`, {}, 413],
      ['api_key=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
      ['<a/>', { 'content-type': 'application/xml' }, 415],
    ];
    for (const [raw, headers, status] of RAW) {
      assertError(await app.request('POST', path, { raw, headers }), '1000', status);
    }
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await app.request(method, path);
      assertError(answer, '1000', 405);
      assert.equal(answer.headers.get('allow'), 'POST');
    }
    assertError(await app.request('POST', `${path}/more`, { body: {} }), '1000', 404);
    assert.deepEqual(await stored(app), earlier);
  });

  test('too little money: what is needed and what there is', async () => {
    const { apiKey } = await anotherAccount(app, { paise: 250_50n });
    const earlier = await stored(app);
    const answer = await recharge(app, { api_key: apiKey, client_ref: 'poor' });
    assertError(answer, '1002');
    assert.deepEqual(answer.body, {
      status: 'error',
      error_code: '1002',
      message: 'Insufficient balance',
      required_amount: 299,
      current_balance: 250.5,
    });
    assert.deepEqual(await stored(app), earlier);
    const { body } = await recharge(app, { api_key: apiKey, client_ref: 'poor', amount: 250 });
    assert.deepEqual([body.status, body.balance], ['success', 15.5]);
  });

  test('no rupees at all are too few', async () => {
    const { apiKey } = await anotherAccount(app, {});
    const answer = await recharge(app, { api_key: apiKey });
    assertError(answer, '1002');
    assert.deepEqual([answer.body.required_amount, answer.body.current_balance], [299, 0]);
  });

  test('the commission is that of the plan', async () => {
    const { apiKey } = await anotherAccount(app, { paise: 1_000_00n, plan: 'starter' });
    const [row] = await app.rows<{ percent: string }>(
      `select percent::text from plans where name = 'starter'`,
    );
    const { body } = await recharge(app, { api_key: apiKey, amount: 100 });
    assert.equal(body.commission, Number(row?.percent));
    assert.equal(body.balance, 900 + body.commission);
  });

  test('a key that may not buy, and an account that is suspended or closed', async () => {
    const reader = await anotherAccount(app, { paise: 1_000_00n, scopes: ['orders:read'] });
    assertError(await recharge(app, { api_key: reader.apiKey }), '1001');
    const { accountId, apiKey } = await anotherAccount(app, { paise: 1_000_00n });
    const earlier = await stored(app);
    for (const status of ['suspended', 'closed']) {
      await app.rows('update accounts set status = $2 where id = $1', [accountId, status]);
      app.app.services.clients.forget();
      assertError(await recharge(app, { api_key: apiKey }), '1001');
    }
    assert.deepEqual(await stored(app), earlier);
  });

  test('a reference stands for one recharge: the same again is its answer, another one is 1006', async () => {
    const first = await recharge(app, { client_ref: 'R-1' });
    assert.equal(first.body.status, 'success');
    const earlier = await stored(app);
    const again = await recharge(app, {
      client_ref: 'R-1',
      mobile: 9876543210,
      amount: '299.0',
      circle: 'DL',
    });
    assert.deepEqual(again.body, first.body);
    for (const changes of [{ amount: 300 }, { mobile: '9876543211' }, { operator: 'JIO' }]) {
      assertError(await recharge(app, { client_ref: 'R-1', ...changes }), '1006');
    }
    assert.deepEqual(await stored(app), earlier);
  });

  test('equal requests at once are one recharge', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => recharge(app, { client_ref: 'twenty' })),
    );
    assert.equal(new Set(answers.map(({ body }) => body.transaction_id)).size, 1);
    const last = await recharge(app, { client_ref: 'twenty' });
    assert.equal(last.body.status, 'success');
  });

  const REFUSED: [suffix: string, code: string][] = [
    ['9001', '1003'],
    ['9002', '1003'],
    ['9003', '1003'],
  ];
  for (const [suffix, code] of REFUSED) {
    test(`${suffix}: refused by the operator, ${code}, and the money is back`, async () => {
      const earlier = await balance();
      const answer = await recharge(app, { mobile: `987654${suffix}` });
      assertError(answer, code);
      assert.match(answer.body.transaction_id, /^TXN\d+$/);
      assert.equal(await balance(), earlier);
    });
  }

  const LATER: [suffix: string, moves: number[], status: string, code: string | undefined][] = [
    ['9000', [2], 'success', undefined],
    ['9004', [1, 2, 4, 8, 16, 13, 2, 15, 2], 'error', '2001'],
    ['9005', [2], 'success', undefined],
    ['9006', [2, 3, 5, 5, 1], 'error', '2001'],
    ['9014', [2, 3, 5, 20, 1], 'success', undefined],
  ];
  for (const [suffix, moves, status, code] of LATER) {
    test(`${suffix}: pending while nobody knows, then ${status} ${code ?? ''}`, async () => {
      const impatient = createA1topupDialect({ ...app.app.services, waitMs: 1 });
      const earlier = await balance();
      const payload = {
        ...SAMPLE,
        api_key: app.credentials.apiKey,
        mobile: `987654${suffix}`,
        client_ref: `later-${suffix}`,
      };
      const sent = await impatient.app.inject({ method: 'POST', url: '/api/v1/recharge', payload });
      await impatient.app.close();
      assert.equal(sent.statusCode, 200);
      const pending = sent.json();
      assert.deepEqual(Object.keys(pending), RECHARGED);
      assert.deepEqual([pending.status, pending.commission], ['pending', 0]);
      assert.equal(pending.balance, Math.round((earlier - 299) * 100) / 100);
      const again = () => recharge(app, payload);
      for (const seconds of moves) {
        assert.notEqual((await again()).body.status, status === 'success' ? 'error' : 'success');
        await quiet(app, suffix === '9000' ? 1 : 0);
        await app.advance(seconds * SECOND);
      }
      const ended = await eventually(async () => {
        // A status query that was on its way when the clock moved may need another.
        await app.advance(SECOND);
        const answer = await again();
        assert.equal(answer.body.status, status, answer.text);
        return answer;
      });
      assert.equal(ended.body.transaction_id, pending.transaction_id);
      assert.equal(ended.body.error_code, code);
      if (status === 'success') assert.equal(ended.body.commission, 17.94);
      else assert.equal(await balance(), earlier);
    });
  }

  test('9013: half is delivered, half of the money and of the commission come back', async () => {
    const earlier = await balance();
    const { body } = await recharge(app, { mobile: '9876549013', amount: 300 });
    assert.deepEqual([body.status, body.amount, body.commission], ['success', 300, 9]);
    assert.equal(body.balance, Math.round((earlier - 150 + 9) * 100) / 100);
    assert.equal(await balance(), body.balance);
  });

  test('9011: taken back after the delivery, the same question answers error', async () => {
    const earlier = await balance();
    const asked = { mobile: '9876549011', client_ref: 'reversed' };
    assert.equal((await recharge(app, asked)).body.status, 'success');
    await app.advance(10 * SECOND);
    await eventually(async () => assertError(await recharge(app, asked), '2001'));
    assert.equal(await balance(), earlier);
  });

  test('a stopping switch takes nothing and says so; one that fails halfway says pending', async () => {
    const { services } = app.app;
    const payload = { ...SAMPLE, api_key: app.credentials.apiKey };
    const ask = async (changed: typeof services) => {
      const { app: edge } = createA1topupDialect(changed);
      const answer = await edge.inject({ method: 'POST', url: '/api/v1/recharge', payload });
      await edge.close();
      return answer;
    };
    const stopping = await ask({ ...services, takesOrders: () => false });
    assert.deepEqual([stopping.statusCode, stopping.json().error_code], [503, '2001']);
    assert.ok(stopping.headers['retry-after']);

    const intake = { submit: () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNRESET' })) };
    const engine = { ...services.engine, intake: intake as unknown as typeof services.engine.intake };
    const failing = await ask({ ...services, engine });
    assert.equal(failing.statusCode, 500);
    assert.deepEqual(Object.keys(failing.json()), RECHARGED);
    assert.equal(failing.json().status, 'pending');
  });
});
