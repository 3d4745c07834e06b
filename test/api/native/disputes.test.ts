/** Disputes: claimed by an account, asked of the operator, decided by a person; each refund once, the books whole. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decideDispute, listDisputes } from '../../../src/orders/disputes/decide-dispute.ts';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { type Ask, anotherAccount, nativeClient, orderBody } from './native-client.ts';

const DAY_MS = 86_400_000;

describe('disputes of the native API', () => {
  let app: TestApp;
  let ask: Ask;
  before(async () => {
    app = await startApp();
    ask = nativeClient(app);
  });
  after(() => app.close());

  const order = async (phone = '+50936377111') => {
    const { body } = await ask('POST', '/v1/orders', {
      headers: { prefer: 'wait=10' },
      body: orderBody({ recipient: { phone } }),
    });
    return body;
  };
  const dispute = (id: string, body: object = { reason: 'not_received', note: 'No credit at all' }) =>
    ask('POST', `/v1/orders/${id}/dispute`, { body });
  const stands = (id: string, status: string) =>
    eventually(async () => {
      const { body } = await ask('GET', `/v1/disputes/${id}`);
      assert.equal(body.status, status);
      return body;
    });
  /** In cents. */
  const balance = async () =>
    Math.round(Number((await ask('GET', '/v1/wallets')).body.data[0].posted.value) * 100);
  const asked = (id: string) =>
    eventually(async () => {
      const { body } = await ask('GET', `/v1/disputes/${id}`);
      assert.equal(body.operator_says, 'delivered');
    });
  const decide = async (id: string, outcome: 'refund' | 'confirm') => {
    const decided = await decideDispute(app.app.services.engine.database, BigInt(id.slice(4)), {
      outcome,
      actor: 'test',
    });
    app.app.services.workSoon();
    return decided;
  };

  it('a refund gives back what the order cost, once, and the order stays delivered', async () => {
    const placed = await order();
    const posted = await balance();
    const opened = await dispute(placed.id);
    assert.equal(opened.status, 201, opened.text);
    assert.equal(opened.body.note, 'No credit at all');
    await asked(opened.body.id);
    assert.equal(await balance(), posted, 'a claim moves no money');

    const [listed] = await listDisputes(app.app.services.engine, 'open');
    assert.equal(listed?.note, 'No credit at all');
    assert.equal(await decide(opened.body.id, 'refund'), true);
    const closed = await stands(opened.body.id, 'refunded');
    assert.notEqual(closed.closed_at, null);
    assert.equal((await balance()) - posted, 1320);
    const { body: read } = await ask('GET', `/v1/orders/${placed.id}`);
    assert.equal(read.status, 'delivered');
    assert.deepEqual(
      read.adjustments.map(({ cause, amount }: { cause: string; amount: { value: string } }) => [
        cause,
        amount.value,
      ]),
      [['dispute_refund', '13.20']],
    );
    assert.equal(await decide(opened.body.id, 'refund'), false, 'decided once');
    assert.equal((await dispute(placed.id)).status, 200, 'an order has one dispute');
    const reloadly = await app.request('GET', `/topups/${placed.id.slice(4)}/status`, { as: 'reloadly' });
    assert.equal(reloadly.body.status, 'REFUNDED');
  });

  it('of many claims at once one is opened', async () => {
    const placed = await order();
    const answers = await Promise.all(Array.from({ length: 20 }, () => dispute(placed.id)));
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
  });

  it('a delivery that is confirmed stands, and no money moves', async () => {
    const placed = await order();
    const posted = await balance();
    const { body } = await dispute(placed.id, { reason: 'wrong_amount' });
    await decide(body.id, 'confirm');
    await stands(body.id, 'confirmed');
    assert.equal(await balance(), posted);
  });

  it('an operator that has taken the delivery back closes the dispute by its reversal', async () => {
    const placed = await order('+50936379011');
    await app.advance(12_000);
    await eventually(async () => {
      const { body } = await ask('GET', `/v1/orders/${placed.id}`);
      assert.deepEqual(
        body.adjustments.map(({ cause }: { cause: string }) => cause),
        ['operator_reversal'],
      );
    });
    const { body } = await dispute(placed.id);
    await stands(body.id, 'refunded');
    const { body: read } = await ask('GET', `/v1/orders/${placed.id}`);
    assert.equal(read.adjustments.length, 1, 'it is not refunded again');
  });

  it('a reversal after the refund takes the provider’s cost back and gives the customer nothing more', async () => {
    const placed = await order('+50936379011');
    const posted = await balance();
    const { body } = await dispute(placed.id);
    await decide(body.id, 'refund');
    await stands(body.id, 'refunded');
    assert.equal((await balance()) - posted, 1320);
    await app.advance(12_000);
    await eventually(async () => {
      const causes = await app.rows(
        'select cause, amount::text from adjustments where order_id = $1 order by cause',
        [placed.id.slice(4)],
      );
      assert.deepEqual(causes, [
        { cause: 'DISPUTE_REFUND', amount: '1320' },
        { cause: 'OPERATOR_REVERSAL', amount: '0' },
      ]);
    });
    assert.equal((await balance()) - posted, 1320);
    const [owed] = await app.rows<{ owed: string }>(
      `select sum(case when credit like 'payable:%' then amount else -amount end)::text as owed from transfers
       where (credit like 'payable:%' or debit like 'payable:%') and currency = 'HTG'
         and source_id in (select id from adjustments where order_id = $1 union select $1::bigint)`,
      [placed.id.slice(4)],
    );
    assert.equal(owed?.owed, '0', 'nothing is owed to a provider that has taken it back');
  });

  it('a half delivery is refunded for the other half only', async () => {
    const placed = await order('+50936379013');
    const posted = await balance();
    const { body } = await dispute(placed.id);
    await decide(body.id, 'refund');
    await stands(body.id, 'refunded');
    assert.equal((await balance()) - posted, 660);
  });

  it('can be withdrawn, and claimed again', async () => {
    const placed = await order();
    const { body } = await dispute(placed.id);
    const withdrawn = await ask('POST', `/v1/disputes/${body.id}/withdraw`);
    assert.equal(withdrawn.body.status, 'withdrawn');
    assert.equal((await ask('POST', `/v1/disputes/${body.id}/withdraw`)).status, 200);
    assert.equal(await decide(body.id, 'refund'), false);
    const again = await dispute(placed.id);
    assert.equal(again.status, 201);
    await decide(again.body.id, 'confirm');
    await stands(again.body.id, 'confirmed');
    assert.equal((await ask('POST', `/v1/disputes/${again.body.id}/withdraw`)).body.code, 'not_disputable');
    const { body: list } = await ask('GET', '/v1/disputes?status=withdrawn');
    assert.deepEqual(
      list.data.map(({ id }: { id: string }) => id),
      [body.id],
    );
    const { body: events } = await ask('GET', '/v1/events?limit=200');
    const closed = events.data.filter(({ type }: { type: string }) => type === 'dispute.closed').at(-1);
    assert.deepEqual(closed.data, { dispute: again.body.id, disputed: placed.id, outcome: 'confirmed' });
  });

  it('only what was delivered, by this account, within 60 days', async () => {
    const failed = await order('+50936379001');
    assert.equal((await dispute(failed.id)).body.code, 'not_disputable');
    assert.equal((await dispute('ord_1')).status, 404);
    const placed = await order();
    const { ask: other } = await anotherAccount(app);
    const foreign = await other('POST', `/v1/orders/${placed.id}/dispute`, {
      body: { reason: 'not_received' },
    });
    assert.equal(foreign.status, 404);
    const { body } = await dispute(placed.id);
    assert.equal((await other('GET', `/v1/disputes/${body.id}`)).status, 404);
    assert.equal((await other('POST', `/v1/disputes/${body.id}/withdraw`)).status, 404);
    assert.equal((await dispute(placed.id, { reason: 'bored' })).status, 400);
    const late = await order();
    await app.advance(61 * DAY_MS);
    assert.equal((await dispute(late.id)).body.code, 'not_disputable');
  });
});
