/** The wire form: GET and POST, JSON and one line, status, balance, lookup; and that no secret is ever logged. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createA1topupDialect } from '../../../src/protocols/a1topup/dialect/routes.ts';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { anotherAccount, quiet, recharge, stored, WIRE, wireQuery } from './a1topup-client.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('A1Topup, the wire form', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const api = (changes: Readonly<Record<string, string>>) =>
    app.request('GET', `/recharge/api?${wireQuery(app, changes)}`);
  const status = (changes: Readonly<Record<string, string>>) =>
    app.request('GET', `/recharge/status?${wireQuery(app, changes)}`);

  test('a GET is a recharge, and the same GET again is the same one', async () => {
    const answer = await api({ orderid: 'W-1' });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(Object.keys(answer.body), WIRE);
    const { txid, opid, ...rest } = answer.body;
    assert.match(txid, /^TXN\d+$/);
    assert.ok(opid.length > 0, 'the reference of the operator');
    assert.deepEqual(rest, { status: 'Success', number: '9876543210', amount: '299', orderid: 'W-1' });
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const earlier = await stored(app);
    assert.deepEqual((await api({ orderid: 'W-1' })).body, answer.body);
    assert.deepEqual((await status({ orderid: 'W-1' })).body, answer.body);
    assert.deepEqual(await stored(app), earlier);
  });

  test('a POST takes a form, JSON, or its parameters in the query', async () => {
    const raw = wireQuery(app, { orderid: 'W-form' });
    const form = await app.request('POST', '/recharge/api', { raw, headers: FORM });
    assert.equal(form.body.status, 'Success', form.text);
    const body = Object.fromEntries(new URLSearchParams(wireQuery(app, { orderid: 'W-json' })));
    const json = await app.request('POST', '/recharge/api', { body });
    assert.equal(json.body.status, 'Success', json.text);
    const query = await app.request('POST', `/recharge/api?${wireQuery(app, { orderid: 'W-query' })}`);
    assert.equal(query.body.status, 'Success', query.text);
  });

  test('format=csv is one line', async () => {
    const answer = await api({ orderid: 'W-csv', format: 'csv' });
    assert.match(answer.text, /^TXN\d+,Success,[^,]+$/);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
    const refused = await api({ orderid: 'W-csv-2', format: 'CSV', operatorcode: 'ZZ' });
    assert.equal(refused.text, '0,Failure,Invalid operator');
    assert.equal((await status({ orderid: 'W-csv', format: 'csv' })).text, answer.text);
    const balance = await app.request('GET', `/recharge/balance?${wireQuery(app, { format: 'csv' })}`);
    assert.match(balance.text, /^\d+\.\d\d$/);
    const lookup = await app.request('GET', '/recharge/lookup?number=9876543210&format=csv');
    assert.equal(lookup.text, '9876543210,AIRTEL,A,AP,13,sandbox');
  });

  test('every code of operators; the API key does as password', async () => {
    for (const [index, operatorcode] of ['A', 'RC', 'V', 'BT', 'airtel', 'JIO'].entries()) {
      const { body, text } = await api({
        operatorcode,
        orderid: `W-op-${index}`,
        pwd: app.credentials.apiKey,
      });
      assert.equal(body.status, 'Success', text);
    }
  });

  const WRONG: [name: string, changes: Record<string, string>, reason: RegExp][] = [
    ['no user', { username: '' }, /^Invalid API key$/],
    ['another user', { username: 'cl_nobody' }, /^Invalid API key$/],
    ['no password', { pwd: '' }, /^Invalid API key$/],
    ['a wrong password', { pwd: 'wrong' }, /^Invalid API key$/],
    ['a short number', { number: '98765' }, /^Invalid mobile number$/],
    ['no operator', { operatorcode: '' }, /^Invalid operator$/],
    ['an unknown operator', { operatorcode: 'ZZ' }, /^Invalid operator$/],
    ['no amount', { amount: '' }, /^Invalid amount$/],
    ['too much', { amount: '100000' }, /^Invalid amount$/],
    ['no reference', { orderid: '' }, /^Invalid request: orderid is required$/],
    ['a long reference', { orderid: 'x'.repeat(101) }, /^Invalid request: orderid /],
  ];
  test('what is wrong is a Failure with its reason, and leaves nothing behind', async () => {
    const earlier = await stored(app);
    for (const [name, changes, reason] of WRONG) {
      const answer = await api({ orderid: 'W-wrong', ...changes });
      assert.equal(answer.status, 200, name);
      assert.deepEqual(Object.keys(answer.body), WIRE, name);
      assert.deepEqual([answer.body.txid, answer.body.status], ['0', 'Failure'], name);
      assert.match(answer.body.opid, reason, name);
      assert.equal(answer.body.number, changes['number'] ?? '9876543210');
    }
    const twice = await app.request('GET', `/recharge/api?${wireQuery(app, { orderid: 'W-2' })}&amount=300`);
    assert.equal(twice.body.opid, 'Invalid amount');
    assert.deepEqual(await stored(app), earlier);
  });

  test('one client’s key is not another’s password', async () => {
    const other = await anotherAccount(app, { paise: 1_000_00n });
    const { body } = await api({ orderid: 'W-key', pwd: other.apiKey });
    assert.deepEqual([body.status, body.opid], ['Failure', 'Invalid API key']);
    const mine = await api({ orderid: 'W-key', username: other.clientId, pwd: other.apiKey });
    assert.equal(mine.body.status, 'Success');
    assert.notEqual(
      (await status({ orderid: 'W-key' })).body.status,
      'Success',
      'references are per account',
    );
    const poor = await api({ orderid: 'W-k2', username: other.clientId, pwd: other.apiKey, amount: '2000' });
    assert.deepEqual([poor.body.status, poor.body.opid], ['Failure', 'Insufficient balance']);
  });

  test('a reference of another recharge, also of the documented form', async () => {
    await recharge(app, { client_ref: 'W-shared' });
    assert.equal((await api({ orderid: 'W-shared' })).body.status, 'Success');
    const { body } = await api({ orderid: 'W-shared', amount: '300' });
    assert.deepEqual([body.status, body.opid], ['Failure', 'Reference already used for another recharge']);
  });

  test('questions without an answer are never a Failure', async () => {
    for (const changes of [{ orderid: 'W-nobody' }, { orderid: '' }, { orderid: 'W-1', pwd: 'wrong' }]) {
      const { body, text } = await status(changes);
      assert.deepEqual(Object.keys(body), WIRE, text);
      assert.equal(body.status, 'Error', text);
    }
    const { clientId, apiKey } = await anotherAccount(app, {});
    const none = { username: clientId, pwd: apiKey };
    const balance = await app.request('GET', `/recharge/balance?${wireQuery(app, none)}`);
    assert.equal(balance.body.status, 'Error', 'no rupees');
    const lookup = await app.request('GET', '/recharge/lookup?number=12');
    assert.deepEqual([lookup.body.status, lookup.body.opid], ['Error', 'Invalid mobile number']);
  });

  test('what cannot be read, other methods and other paths', async () => {
    for (const path of ['/recharge/api', '/recharge/status', '/recharge/balance', '/recharge/lookup']) {
      assert.equal((await app.request('DELETE', path)).status, 405);
      const broken = await app.request('POST', path, { raw: '{"pwd": ' });
      assert.equal(broken.status, 400);
      assert.deepEqual(Object.keys(broken.body), WIRE);
      const xml = await app.request('POST', path, { raw: '<a/>', headers: { 'content-type': 'text/xml' } });
      assert.equal(xml.status, 415);
      const below = await app.request('GET', `${path}/more`);
      assert.deepEqual([below.status, below.body.status, below.body.error_code], [404, 'error', '1000']);
    }
  });

  test('9001 is a Failure and 9014 is Pending until it is Success', async () => {
    const refused = await api({ orderid: 'W-9001', number: '9876549001' });
    assert.deepEqual([refused.body.status, refused.body.opid], ['Failure', 'Invalid mobile number']);
    assert.match(refused.body.txid, /^TXN\d+$/);
    const impatient = createA1topupDialect({ ...app.app.services, waitMs: 1 });
    const url = `/recharge/api?${wireQuery(app, { orderid: 'W-9014', number: '9876549014' })}`;
    const sent = await impatient.app.inject({ method: 'GET', url });
    await impatient.app.close();
    assert.deepEqual([sent.json().status, sent.json().opid], ['Pending', '']);
    for (let second = 0; second < 28; second += 7) {
      await quiet(app, 0);
      assert.equal((await status({ orderid: 'W-9014' })).body.status, 'Pending');
      await app.advance(7_000);
    }
    await eventually(async () => {
      await app.advance(1_000);
      assert.equal((await status({ orderid: 'W-9014' })).body.status, 'Success');
    });
  });

  test('a switch that fails halfway says Pending, and a question then has no answer', async () => {
    const { services } = app.app;
    const intake = { submit: () => Promise.reject(new Error('gone')) };
    const engine = { ...services.engine, intake: intake as unknown as typeof services.engine.intake };
    const { app: edge } = createA1topupDialect({ ...services, engine });
    const url = `/recharge/api?${wireQuery(app, { orderid: 'W-halfway' })}`;
    const failing = await edge.inject({ method: 'GET', url });
    await edge.close();
    assert.deepEqual([failing.statusCode, failing.json().status], [500, 'Pending']);
    assert.equal((await status({ orderid: 'W-halfway' })).body.status, 'Error');
  });

  test('a lookup tells the range, the circle of the sandbox, and no port that was learnt', async () => {
    const look = async (number: string) =>
      (await app.request('GET', `/recharge/lookup?number=${number}`)).body;
    assert.deepEqual(await look('9876543210'), {
      number: '9876543210',
      operator: 'AIRTEL',
      operatorcode: 'A',
      circle: 'AP',
      circlecode: '13',
      circlesource: 'sandbox',
    });
    const ported = await look('8879685100');
    assert.deepEqual([ported.operator, ported.circle], ['', 'MH']);
  });

  test('the balance is what can be spent', async () => {
    const { clientId, apiKey } = await anotherAccount(app, { paise: 1_000_50n });
    const query = wireQuery(app, { username: clientId, pwd: apiKey });
    const { body } = await app.request('POST', '/recharge/balance', { raw: query, headers: FORM });
    assert.deepEqual(body, { status: 'Success', balance: '1000.50' });
  });

  test('secrets of a query, a form or a body are never logged, nor kept', async () => {
    const canary = `trs_canary-${'c'.repeat(30)}`;
    const { services } = app.app;
    const broken = { submit: () => Promise.reject(new Error('gone')) };
    const engine = { ...services.engine, intake: broken as unknown as typeof services.engine.intake };
    const { app: edge } = createA1topupDialect({ ...services, engine });
    const { secret } = app.credentials.client;
    const query = wireQuery(app, { orderid: 'W-canary', pwd: canary });
    for (const path of ['api', 'status', 'balance', 'lookup', 'api/more', 'nothing']) {
      const answers = [
        await app.request('GET', `/recharge/${path}?${query}`),
        await app.request('PUT', `/recharge/${path}?${query}`),
        await app.request('POST', `/recharge/${path}`, { raw: query, headers: FORM }),
        await app.request('POST', `/recharge/${path}`, { raw: `{"pwd": "${canary}" ` }),
      ];
      for (const { text } of answers) assert.ok(!text.includes(canary), path);
    }
    await edge.inject({ method: 'GET', url: `/recharge/api?${wireQuery(app, { orderid: 'W-c2' })}` });
    await edge.close();
    await recharge(app, { api_key: canary });
    const log = app.logged.join('\n');
    for (const hidden of [canary, secret, app.credentials.apiKey, 'W-canary', '9876543210']) {
      assert.ok(!log.includes(hidden), 'nothing of an address or a body is in the log');
    }
    assert.match(log, /\/recharge\/api/);
  });
});
