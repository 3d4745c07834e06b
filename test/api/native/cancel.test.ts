/** POST /v1/orders/{id}/cancel: what has not been sent never is, what has been sent ends by itself. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { onCancel } from '../../../src/orders/decide.ts';
import { loadOrders } from '../../../src/orders/store.ts';
import { type Answer, eventually, startApp, type TestApp } from '../../harness/app.ts';
import { type Ask, anotherAccount, nativeClient, orderBody } from './native-client.ts';

const RACERS = 50;

describe('cancelling an order', () => {
  let app: TestApp;
  let ask: Ask;
  before(async () => {
    app = await startApp();
    ask = nativeClient(app);
  });
  after(() => app.close());

  const block = async (blocked: boolean) => {
    await app.rows('update installation set sending_blocked = $1', [blocked]);
    await app.rows("select pg_notify('toprail_settings', '')");
    await eventually(() => assert.equal(app.app.services.engine.market().sendingBlocked, blocked));
  };
  /** An order that is stored and not sent. */
  const waitingOrder = async (by: Ask = ask) => {
    const answer = await by('POST', '/v1/orders', { body: orderBody() });
    assert.equal(answer.status, 201);
    return answer.body;
  };
  const cancel = (id: string, by: Ask = ask) => by('POST', `/v1/orders/${id}/cancel`);
  const deliveries = (id: string) =>
    app.journal(id.slice(4)).filter(({ event }) => event === 'delivered').length;

  test('an order that was not sent is cancelled, its hold released and nothing sent; again: the same', async () => {
    await block(true);
    const wallet = async () => (await ask('GET', '/v1/wallets')).body.data[0];
    const walletBefore = await wallet();
    const order = await waitingOrder();
    assert.notDeepEqual((await wallet()).held, walletBefore.held);
    const answer = await cancel(order.id);
    assert.equal(answer.status, 200);
    assert.equal(answer.body.status, 'cancelled');
    assert.ok(answer.body.completed_at);
    assert.equal(answer.body.failure, null);
    assert.deepEqual({ ...(await wallet()), updated_at: '' }, { ...walletBefore, updated_at: '' });
    const again = await cancel(order.id);
    assert.equal(again.status, 200);
    assert.equal(again.text, answer.text);
    const { body: timeline } = await ask('GET', `/v1/orders/${order.id}/timeline`);
    assert.deepEqual(
      timeline.events.map(({ type }: { type: string }) => type),
      ['order.accepted', 'order.cancelled'],
    );
    assert.deepEqual(
      timeline.attempts.map(({ status, sent_at }: { status: string; sent_at: string }) => [status, sent_at]),
      [['refused', null]],
    );
    await block(false);
    assert.deepEqual(app.journal(order.id.slice(4)), []);
  });

  test('who waits for the outcome hears of the cancellation', async () => {
    await block(true);
    const body = orderBody();
    const waiting = ask('POST', '/v1/orders', { body, headers: { prefer: 'wait=30' } });
    const id = await eventually(async () => {
      const found = await ask('GET', `/v1/orders?reference=${body['reference']}`);
      assert.equal(found.body.data.length, 1);
      return found.body.data[0].id;
    });
    assert.equal((await cancel(id)).status, 200);
    assert.equal((await waiting).body.status, 'cancelled');
    await block(false);
  });

  test('what has been sent or has ended is not cancelled', async () => {
    const sent = await ask('POST', '/v1/orders', {
      body: orderBody({ recipient: { phone: '+50936379007' } }),
      headers: { prefer: 'wait=1' },
    });
    assert.equal(sent.body.status, 'in_doubt');
    const refused = await cancel(sent.body.id);
    assert.deepEqual([refused.status, refused.body.code], [409, 'not_cancellable']);
    assert.match(refused.body.detail, /has been sent/);
    await app.advance(10_000);
    await eventually(async () => {
      const late = await cancel(sent.body.id);
      assert.equal(late.body.detail, 'The order has ended: it is delivered.');
      assert.equal(late.status, 409);
    });
    assert.equal(deliveries(sent.body.id), 1);
  });

  test('an order of another account, or of nobody, is not there', async () => {
    await block(true);
    const other = await anotherAccount(app, { cents: 100_000n });
    const order = await waitingOrder(other.ask);
    assert.equal((await cancel(order.id)).status, 404);
    for (const id of ['ord_1', '1', 'wal_5001', '%00']) assert.equal((await cancel(id)).status, 404, id);
    assert.equal((await other.ask('GET', `/v1/orders/${order.id}`)).body.status, 'accepted');
    assert.equal((await cancel(order.id, other.ask)).status, 200);
    await block(false);
  });

  test('the scope is needed, and a body says nothing', async () => {
    const reader = await anotherAccount(app, { scopes: ['orders:read'] });
    assert.equal((await cancel('ord_1', reader.ask)).status, 403);
    await block(true);
    const order = await waitingOrder();
    const path = `/v1/orders/${order.id}/cancel`;
    const told = await ask('POST', path, { body: { reason: 'x' } });
    assert.deepEqual([told.status, told.body.code], [400, 'invalid_request']);
    assert.equal((await app.request('GET', path, { as: 'native' })).status, 405);
    assert.equal((await ask('POST', path, { body: {} })).status, 200);
    await block(false);
  });

  test('a decision on an order that was claimed since is made anew', async () => {
    await block(true);
    const { database, vault, settlement } = app.app.services.engine;
    const order = await waitingOrder();
    const [read] = await loadOrders(database, vault, [BigInt(order.id.slice(4))]);
    assert.ok(read);
    await app.rows('update order_progress set fence = fence + 1 where order_id = $1', [read.facts.id]);
    assert.equal((await settlement.apply(read, onCancel)).progress.state, 'CANCELLED');
    await block(false);
  });

  test('an order that a person was asked to look at closes its case', async () => {
    await block(true);
    const order = await waitingOrder();
    await app.rows("update order_progress set state = 'REVIEW', doubt_since = now() where order_id = $1", [
      order.id.slice(4),
    ]);
    await app.rows(
      `insert into review_cases (account_id, order_id, reason, opened_at)
       select account_id, order_id, 'dispatching_too_long', now() from order_progress where order_id = $1`,
      [order.id.slice(4)],
    );
    assert.equal((await cancel(order.id)).status, 200);
    const cases = await app.rows('select 1 from review_cases where order_id = $1 and closed_at is null', [
      order.id.slice(4),
    ]);
    assert.deepEqual(cases, []);
    await block(false);
  });

  /** Cancels and the loop that sends go for the same rows, some cancels earlier than the loop. */
  for (const ahead of [0, 10, 25, RACERS]) {
    test(`${RACERS} orders are cancelled while they are sent, ${ahead} of them first: never both`, async (t) => {
      await block(true);
      const orders = await Promise.all(Array.from({ length: RACERS }, () => waitingOrder()));
      const ids = orders.map(({ id }) => id as string);
      await block(false);
      const racing: Promise<Answer>[] = [];
      const fire = (some: readonly string[]) => {
        for (const id of some) racing.push(app.request('POST', `/v1/orders/${id}/cancel`, { as: 'native' }));
      };
      fire(ids.slice(0, ahead));
      await app.rows('update order_progress set next_wakeup = toprail.now() where order_id = any ($1)', [
        ids.map((id) => id.slice(4)),
      ]);
      app.app.services.engine.wakeups.soon();
      fire(ids.slice(ahead));
      const answers = await Promise.all(racing);
      t.diagnostic(`${answers.filter(({ status }) => status === 200).length} of ${RACERS} were cancelled`);
      for (const [index, id] of ids.entries()) {
        const { status, body } = answers[index] ?? assert.fail();
        if (status === 200) assert.equal(body.status, 'cancelled');
        else assert.deepEqual([status, body.code], [409, 'not_cancellable']);
        await eventually(async () => {
          const order = await app.request('GET', `/v1/orders/${id}`, { as: 'native' });
          assert.equal(order.body.status, status === 200 ? 'cancelled' : 'delivered');
        });
        assert.equal(deliveries(id), status === 200 ? 0 : 1);
        if (status === 200) assert.deepEqual(app.journal(id.slice(4)), [], 'nothing of it ever left');
      }
    });
  }
});
