/** Every error code, and the requests that reach it in both forms: the list does not compile while one is missing. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { messageOf } from '../../../src/protocols/a1topup/dialect/errors.ts';
import { createA1topupDialect } from '../../../src/protocols/a1topup/dialect/routes.ts';
import type { Code } from '../../../src/protocols/a1topup/wire.ts';
import { startApp, type TestApp } from '../../harness/app.ts';
import { anotherAccount, assertError, SAMPLE, stored, WIRE, wireQuery } from './a1topup-client.ts';

/** What is asked in both forms; the wire form has the names `number`, `operatorcode`, `pwd` and `orderid`. */
interface Wanted {
  readonly mobile?: string;
  readonly operator?: string;
  readonly amount?: string;
  readonly reference?: string;
  readonly by?: 'nobody' | 'suspended' | 'poor' | 'starter' | 'without rupees';
  readonly at?: 'a stopping switch';
}

const ROWS: Record<Code, readonly Wanted[]> = {
  '1000': [{ reference: 'x'.repeat(101) }, { reference: 'a\nb' }],
  '1001': [{ by: 'nobody' }, { by: 'suspended' }],
  '1002': [{ by: 'poor' }, { by: 'without rupees' }],
  '1003': [
    { mobile: '12345' },
    { mobile: '1234567890' },
    { operator: 'BESCOM', mobile: '1' },
    { mobile: '9876549001' },
  ],
  '1004': [{ operator: 'ZZ' }, { operator: '' }, { operator: 'FASTAG', mobile: 'KA01AB1234', by: 'starter' }],
  '1005': [
    { amount: '0' },
    { amount: 'ten' },
    { amount: '100000' },
    { operator: 'GOOGLEPLAY', amount: '301' },
  ],
  '1006': [{ reference: 'E-used' }],
  '2001': [{ at: 'a stopping switch' }],
};

describe('A1Topup, error codes', () => {
  let app: TestApp;
  let callers: Record<string, { clientId: string; apiKey: string }>;
  before(async () => {
    app = await startApp();
    const suspended = await anotherAccount(app, { paise: 1_000_00n });
    await app.rows("update accounts set status = 'suspended' where id = $1", [suspended.accountId]);
    callers = {
      nobody: { clientId: app.credentials.client.id, apiKey: 'wrong' },
      suspended,
      poor: await anotherAccount(app, { paise: 1_00n }),
      starter: await anotherAccount(app, { paise: 1_000_00n, plan: 'starter' }),
      'without rupees': await anotherAccount(app, {}),
    };
    const first = await documented({ reference: 'E-used', amount: '111' });
    assert.equal(first.body.status, 'success');
  });
  after(() => app.close());

  const send = async (at: Wanted['at'], method: 'GET' | 'POST', url: string, payload?: object) => {
    const parts = at === undefined ? {} : { takesOrders: () => false };
    const { app: edge } = createA1topupDialect({ ...app.app.services, ...parts });
    const said = await edge.inject({ method, url, ...(payload === undefined ? {} : { payload }) });
    await edge.close();
    const headers = new Headers({ 'content-type': `${said.headers['content-type']}` });
    return { status: said.statusCode, headers, text: said.payload, body: said.json() };
  };
  const documented = ({ by, at, reference, ...wanted }: Wanted) => {
    const api_key = by === undefined ? app.credentials.apiKey : callers[by]?.apiKey;
    const client_ref = reference ?? '';
    return send(at, 'POST', '/api/v1/recharge', { ...SAMPLE, api_key, client_ref, ...wanted });
  };
  let count = 0;
  const wire = ({ by, at, reference, mobile, operator, amount }: Wanted) => {
    const caller = by === undefined ? undefined : callers[by];
    const query = wireQuery(app, {
      orderid: reference ?? `E-${(count += 1)}`,
      ...(caller && { username: caller.clientId, pwd: caller.apiKey }),
      ...(mobile !== undefined && { number: mobile }),
      ...(operator !== undefined && { operatorcode: operator }),
      ...(amount !== undefined && { amount }),
    });
    return send(at, 'GET', `/recharge/api?${query}`);
  };

  for (const [code, rows] of Object.entries(ROWS)) {
    for (const wanted of rows) {
      test(`${code}: ${JSON.stringify(wanted).slice(0, 80)}`, async () => {
        const status = wanted.at === undefined ? 200 : 503;
        // The operator's own refusal is of a recharge that was taken.
        const isTaken = wanted.mobile === '9876549001';
        const earlier = await stored(app);
        assertError(await documented(wanted), code, status);
        const answer = await wire(wanted);
        assert.equal(answer.status, status, answer.text);
        assert.deepEqual(Object.keys(answer.body), WIRE);
        assert.equal(answer.body.status, 'Failure', answer.text);
        assert.ok(answer.body.opid.startsWith(messageOf(code as Code)), answer.text);
        if (!isTaken) assert.deepEqual(await stored(app), earlier);
      });
    }
  }
});
