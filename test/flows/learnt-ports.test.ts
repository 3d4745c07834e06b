/** Numbers that left their range: what delivered and refused orders teach, every lookup tells. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { makeAccount } from '../harness/accounts.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AIRTEL = 200;
const VI = 716;

describe('learnt ports', () => {
  let app: TestApp;
  let references = 0;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  async function order(operator: number, phone: string) {
    references += 1;
    const product = app.app.services.engine.market().catalogue.operator(operator)?.productId;
    const answer = await app.request('POST', '/v1/orders', {
      as: 'native',
      headers: { prefer: 'wait=10' },
      body: {
        reference: `port-${references}`,
        product,
        recipient: { phone },
        amount: { value: '101', currency: 'INR' },
      },
    });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  }
  async function lookup(phone: string, apiKey = app.credentials.apiKey): Promise<[number, string][]> {
    const { body } = await app.request('POST', '/v1/lookup', {
      headers: { authorization: `Bearer ${apiKey}` },
      body: { phone },
    });
    return body.candidates.map((one: { operator: number; confidence: string }) => [
      one.operator,
      one.confidence,
    ]);
  }
  const number = (suffix: string) => `+91987654${suffix}`;

  it('a network that delivers to a number outside its range has it now, for every account and dialect', async () => {
    const phone = number('3210');
    const [holder] = await lookup(phone);
    assert.ok(holder && holder[1] === 'prefix');
    const other = holder[0] === VI ? AIRTEL : VI;
    assert.equal((await order(other, phone)).status, 'delivered');
    await eventually(async () => assert.deepEqual((await lookup(phone))[0], [other, 'ported']));
    assert.ok((await lookup(phone)).some(([id, confidence]) => id === holder[0] && confidence === 'country'));
    const account = await makeAccount(app);
    assert.deepEqual((await lookup(phone, account.apiKey))[0], [other, 'ported']);
    const detected = await app.request('GET', `/operators/auto-detect/phone/${phone}/countries/IN`, {
      as: 'reloadly',
    });
    assert.equal(detected.body.operatorId, other);

    const kept = await app.rows<{ number_hash: string }>('select * from learnt_ports');
    assert.ok(!JSON.stringify(kept).includes('9876543210'));
  });

  it('a network that refuses a number as another’s is no longer guessed', async () => {
    const phone = number('9003');
    const [holder] = await lookup(phone);
    assert.ok(holder);
    const refused = await order(holder[0], phone);
    assert.equal(refused.failure.code, 'recipient_of_other_operator');
    await eventually(async () => {
      const candidates = await lookup(phone);
      assert.deepEqual(candidates.at(-1), [holder[0], 'country']);
    });
    const detected = await app.request('GET', `/operators/auto-detect/phone/${phone}/countries/IN`, {
      as: 'reloadly',
    });
    assert.equal(detected.body.errorCode, 'COULD_NOT_AUTO_DETECT_OPERATOR');
  });

  it('Octopus takes an order for a number that has been seen to move, and refuses it before', async () => {
    const phone = number('3111');
    const [holder] = await lookup(phone);
    const other = holder?.[0] === VI ? AIRTEL : VI;
    const productId = app.app.services.engine.market().catalogue.operator(other)?.productId;
    const { id, secret } = app.credentials.client;
    const session = await app.request('POST', '/auth/login', { body: { username: id, password: secret } });
    const octopus = () =>
      app.request('POST', '/api/v1/topups/orders', {
        headers: { authorization: `Bearer ${session.body.data.access_token}` },
        body: { product_id: productId, amount: 101, input_data: { phone_number: phone } },
      });
    assert.equal((await octopus()).status, 400);
    assert.equal((await order(other, phone)).status, 'delivered');
    await eventually(async () => assert.equal((await octopus()).status, 201));
  });

  it('regression: what the sandbox delivers teaches nobody who orders for real', async () => {
    const phone = number('3311');
    const fromData = await lookup(phone);
    const other = fromData[0]?.[0] === VI ? AIRTEL : VI;
    assert.equal((await order(other, phone)).status, 'delivered');
    await eventually(async () => assert.deepEqual((await lookup(phone))[0], [other, 'ported']));
    const live = await makeAccount(app, { environment: 'live' });
    assert.deepEqual(await lookup(phone, live.apiKey), fromData);
  });

  it('regression: what is too old, and was not swept yet, is not believed again when more is learnt', async () => {
    const hash = '00000000-0000-4000-8000-000000000001';
    await app.rows('insert into learnt_ports values ($1, $2, $3, toprail.now(), toprail.now())', [
      hash,
      VI,
      [AIRTEL],
    ]);
    await app.rows('select toprail.learn_port($1, 1, false, 60)', [hash]);
    const known = await app.rows('select * from toprail.find_port($1)', [hash]);
    assert.deepEqual(known, [{ operator_id: null, not_operators: [1] }]);
    await app.rows('delete from learnt_ports where number_hash = $1', [hash]);
  });

  it('after 90 days nobody believes it any more, and it is swept away', async () => {
    const phone = number('3210');
    await app.advance(89 * DAY_MS);
    assert.equal((await lookup(phone))[0]?.[1], 'ported');
    await app.advance(2 * DAY_MS);
    assert.equal((await lookup(phone))[0]?.[1], 'prefix');
    // A sweep that was under way when the clock moved has not seen it: the next one comes an hour later.
    await eventually(async () => {
      await app.advance(HOUR_MS);
      assert.equal((await app.rows('select 1 from learnt_ports')).length, 0);
    });
  });
});
