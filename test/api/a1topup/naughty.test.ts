/** Strange values in every place that a client can fill: always an answer of this API, never a 5xx. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApp, type TestApp } from '../../harness/app.ts';
import { recharge, SAMPLE, stored, WIRE, wireQuery } from './a1topup-client.ts';

const TEXTS = [
  '',
  ' ',
  '\0',
  '%00',
  '%zz',
  "' or 1=1--",
  '../..',
  '__proto__',
  'constructor',
  '1e999',
  '-0',
  '９',
  '🦜',
  '\u202e',
  ',\r\n,',
  '9'.repeat(30),
  'x'.repeat(400),
];
const VALUES: readonly unknown[] = [...TEXTS.slice(0, -1), 0, -1, 1.5, 1e300, 1e-7, true, [], {}, [[]]];

describe('A1Topup, naughty values', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  test('in the body of a recharge', async () => {
    for (const value of VALUES) {
      for (const field of ['api_key', ...Object.keys(SAMPLE), 'client_ref', 'metadata']) {
        const { status, body, text } = await recharge(app, { [field]: value });
        assert.ok(status < 500, `${field} ${JSON.stringify(value)}: ${text}`);
        assert.ok(['success', 'pending', 'error'].includes(body.status), text);
      }
    }
  });

  test('in the parameters of the wire form', async () => {
    for (const path of ['/recharge/api', '/recharge/status', '/recharge/balance', '/recharge/lookup']) {
      const names = [...new URLSearchParams(wireQuery(app)).keys(), 'orderid'];
      for (const name of names) {
        for (const text of TEXTS) {
          const query = wireQuery(app, { orderid: '', [name]: text });
          const answer = await app.request('GET', `${path}?${query}`);
          assert.equal(answer.status, 200, `${path} ${name} ${text}: ${answer.text}`);
        }
      }
    }
    for (const query of ['%', '%zz=%', 'number=%zz', 'pwd[]=1&pwd[]=2', 'number=1&number=2', '__proto__=1']) {
      const answer = await app.request('GET', `/recharge/api?${query}`);
      assert.equal(answer.status, 200);
      assert.deepEqual(Object.keys(answer.body), WIRE);
    }
  });

  test('nothing of it is left but what was recharged', async () => {
    const [counted] = (await stored(app)) as { orders: number; held: string }[];
    assert.equal(counted?.held, '0');
    const [row] = await app.rows<{ other: number }>(
      `select count(*)::int as other from orders where country <> 'IN' or dialect <> 'a1topup'`,
    );
    assert.equal(row?.other, 0);
  });
});
