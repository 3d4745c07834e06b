import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { type Ask, nativeClient, orderBody } from './native-client.ts';

const WAIT = { prefer: 'wait=10' };
const EQUAL_POSTS = 200;

/** Minor units of a currency with two digits. */
function cents({ value }: { readonly value: string }): bigint {
  return BigInt(value.replace('.', ''));
}

describe('orders of the native API', () => {
  let app: TestApp;
  let ask: Ask;
  before(async () => {
    app = await startApp();
    ask = nativeClient(app);
  });
  after(async () => {
    const told = app.logged.filter(
      (line) => /509363|nauta|apiKey/.test(line) || line.includes(app.credentials.apiKey),
    );
    assert.deepEqual(told, [], 'no recipient and no key is ever logged');
    assert.ok(app.logged.length > 0);
    await app.close();
  });

  const filtered = async (query: string) => (await ask('GET', `/v1/orders?${query}`)).body.data;
  const ended = (id: string) =>
    eventually(async () => {
      const order = await ask('GET', `/v1/orders/${id}`);
      assert.ok(['delivered', 'failed'].includes(order.body.status), order.body.status);
      return order.body;
    });

  test('the first answer is the order at acceptance, with its price and balances', async () => {
    const body = orderBody();
    const answer = await ask('POST', '/v1/orders', { body });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('location'), `/v1/orders/${answer.body.id}`);
    assert.equal(answer.headers.get('idempotency-replayed'), null);
    assert.equal(answer.body.status, 'accepted');
    assert.equal(answer.body.reference, body['reference']);
    assert.deepEqual(answer.body.recipient, { phone: '+50936377111' });
    assert.deepEqual(answer.body.send, { value: '15.00', currency: 'USD' });
    assert.equal(cents(answer.body.cost), cents(answer.body.send) - cents(answer.body.discount));
    assert.equal(
      cents(answer.body.balance_after),
      cents(answer.body.balance_before) - cents(answer.body.cost),
    );
    await ended(answer.body.id);
  });

  test('Prefer: wait answers with the outcome', async () => {
    const answer = await ask('POST', '/v1/orders', { body: orderBody(), headers: WAIT });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('preference-applied'), 'wait=10');
    assert.equal(answer.body.status, 'delivered');
    assert.deepEqual(answer.body.delivered, answer.body.receive);
    assert.equal(app.journal(answer.body.id.slice(4)).filter(({ event }) => event === 'delivered').length, 1);
  });

  test('a refusal of the operator is told with its code', async () => {
    const body = orderBody({ recipient: { phone: '+50936379001' } });
    const { body: order } = await ask('POST', '/v1/orders', { body, headers: WAIT });
    assert.equal(order.status, 'failed');
    assert.equal(order.failure.code, 'recipient_invalid');
    assert.equal(order.failure.user_fixable, true);
    assert.equal(order.delivered, null);
  });

  test('when the wait is over, the order is answered as it stands', async () => {
    const body = orderBody({ recipient: { phone: '+50936379007' } });
    const answer = await ask('POST', '/v1/orders', { body, headers: { prefer: 'wait=1' } });
    assert.equal(answer.status, 201);
    assert.equal(answer.body.status, 'in_doubt');
    await app.advance(10_000);
    assert.equal((await ended(answer.body.id)).status, 'delivered');
  });

  test('the same order again: 200, the same bytes, whatever has become of it', async () => {
    const body = orderBody({ minimum_delivered: { value: '1000', currency: 'HTG' }, deadline_seconds: 30 });
    const first = await ask('POST', '/v1/orders', { body });
    await ended(first.body.id);
    const again = await ask('POST', '/v1/orders', { body });
    assert.equal(again.status, 200);
    assert.equal(again.headers.get('idempotency-replayed'), 'true');
    assert.equal(again.text, first.text);
    const waited = await ask('POST', '/v1/orders', { body, headers: WAIT });
    assert.equal(waited.status, 200);
    assert.equal(waited.body.status, 'delivered');
    await app.restart();
    assert.equal((await ask('POST', '/v1/orders', { body })).text, first.text);
  });

  test('a replay that waits gets the outcome of the order that is under way', async () => {
    const body = orderBody({ recipient: { phone: '+50936379000' } });
    const first = await ask('POST', '/v1/orders', { body });
    const waiting = ask('POST', '/v1/orders', { body, headers: { prefer: 'wait=30' } });
    const answer = await waiting;
    assert.equal(answer.status, 200);
    assert.equal(answer.body.id, first.body.id);
    assert.equal(answer.body.status, 'delivered');
  });

  test(`${EQUAL_POSTS} equal posts at once are one order and equal bodies`, async () => {
    const body = orderBody();
    const answers = await Promise.all(
      Array.from({ length: EQUAL_POSTS }, () => ask('POST', '/v1/orders', { body })),
    );
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    assert.equal(answers.filter(({ status }) => status === 200).length, EQUAL_POSTS - 1);
    const found = await ask('GET', `/v1/orders?reference=${body['reference']}`);
    assert.equal(found.body.data.length, 1);
    const { id } = await ended(found.body.data[0].id);
    assert.equal(app.journal(id.slice(4)).filter(({ event }) => event === 'delivered').length, 1);
  });

  test('the header Idempotency-Key is the reference', async () => {
    const { reference, ...rest } = orderBody();
    const first = await ask('POST', '/v1/orders', {
      body: rest,
      headers: { 'idempotency-key': `"${reference}"` },
    });
    assert.equal(first.status, 201);
    assert.equal(first.body.reference, reference);
    const inBody = await ask('POST', '/v1/orders', { body: { ...rest, reference } });
    assert.equal(inBody.status, 200);
    assert.equal(inBody.text, first.text);
    const both = await ask('POST', '/v1/orders', {
      body: { ...rest, reference },
      headers: { 'idempotency-key': String(reference) },
    });
    assert.equal(both.status, 200);
    const apart = await ask('POST', '/v1/orders', {
      body: { ...rest, reference },
      headers: { 'idempotency-key': 'other' },
    });
    assert.equal(apart.status, 400);
    assert.equal(apart.body.issues[0].field, 'Idempotency-Key');
    const none = await ask('POST', '/v1/orders', { body: rest });
    assert.equal(none.status, 400);
    assert.equal(none.body.issues[0].field, 'reference');
  });

  test('an amount in the operator’s currency is what is received', async () => {
    const amount = { value: '250.00', currency: 'HTG' };
    const { body: order } = await ask('POST', '/v1/orders', {
      body: orderBody({ amount, pay_with: 'USD' }),
      headers: WAIT,
    });
    assert.equal(order.amount_mode, 'receive');
    assert.deepEqual(order.receive, amount);
    assert.equal(order.send.currency, 'USD');
    assert.equal(order.status, 'delivered');
  });

  test('where operator and wallet have one currency, sent is received', async () => {
    const { body: products } = await ask('GET', '/v1/products?country=IN&currency=INR&limit=1');
    const [product] = products.data;
    const { send } = product.price.amounts[0] ?? { send: product.price.range.min };
    const body = orderBody({ product: product.id, recipient: { phone: '+919876543210' }, amount: send });
    const { body: order } = await ask('POST', '/v1/orders', { body, headers: WAIT });
    assert.equal(order.amount_mode, 'send');
    assert.equal(order.fx_rate, '1');
    assert.deepEqual(order.send, order.receive);
  });

  test('a recipient can be an address where the operator wants one', async () => {
    const { body: products } = await ask('GET', '/v1/products?operator=683');
    const amount = products.data[0].price.amounts[0].send;
    const body = orderBody({ product: 683, recipient: { email: 'Juan.Perez@nauta.com.cu' }, amount });
    const { body: order } = await ask('POST', '/v1/orders', { body, headers: WAIT });
    assert.deepEqual(order.recipient, { email: 'juan.perez@nauta.com.cu' });
    assert.equal(order.status, 'delivered');
  });

  test('a PIN comes with the order', async () => {
    const body = orderBody({
      product: 535,
      recipient: { phone: '+447772235236' },
      amount: { value: '10', currency: 'GBP' },
      pay_with: 'USD',
    });
    const { body: order } = await ask('POST', '/v1/orders', { body, headers: WAIT });
    assert.equal(order.status, 'delivered');
    assert.match(order.voucher.code, /\d/);
    assert.deepEqual((await ask('GET', `/v1/orders/${order.id}`)).body, order);
  });

  test('the list goes back page by page, each order once, and takes filters', async () => {
    const seen: string[] = [];
    let next: string | null = '';
    do {
      const page: string = next === '' ? '' : `&after=${next}`;
      const answer = await ask('GET', `/v1/orders?limit=3${page}`);
      seen.push(...answer.body.data.map(({ id }: { id: string }) => id));
      next = answer.body.next;
    } while (next !== null);
    const [total] = await app.rows<{ count: string }>('select count(*)::text as count from toprail.orders');
    assert.equal(String(seen.length), total?.count);
    assert.equal(new Set(seen).size, seen.length);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => Number(b.slice(4)) - Number(a.slice(4))),
    );

    assert.ok(
      (await filtered('status=failed')).every(({ status }: { status: string }) => status === 'failed'),
    );
    assert.equal((await filtered('status=failed')).length, 1);
    assert.equal((await filtered('product=535')).length, 1);
    assert.equal((await filtered('operator=683')).length, 1);
    assert.equal((await filtered('operator=683&product=535')).length, 0);
    assert.equal((await filtered('product=99999999')).length, 0);
    assert.equal((await filtered('country=GB')).length, 1);
    assert.equal((await filtered('reference=nobody-s')).length, 0);
    assert.equal((await filtered('created_to=2026-01-01T00:00:00Z')).length, 0);
    assert.equal((await filtered('created_from=2026-01-01T00:00:00%2B01:00&limit=200')).length, seen.length);
    assert.equal((await filtered('created_from=2099-01-01T00:00:00Z')).length, 0);
  });

  test('the timeline tells events and evidence, and nothing of the person', async () => {
    const body = orderBody({ recipient: { phone: '+50936379005' } });
    const { body: order } = await ask('POST', '/v1/orders', { body });
    await eventually(async () =>
      assert.equal((await ask('GET', `/v1/orders/${order.id}`)).body.status, 'in_doubt'),
    );
    await app.advance(5_000);
    await ended(order.id);
    const { body: timeline, text } = await ask('GET', `/v1/orders/${order.id}/timeline`);
    assert.deepEqual(
      timeline.events.map(({ type }: { type: string }) => type),
      ['order.accepted', 'order.in_doubt', 'order.delivered'],
    );
    assert.deepEqual(
      timeline.events.map(({ sequence }: { sequence: number }) => sequence),
      [1, 2, 3],
    );
    const [attempt] = timeline.attempts;
    assert.equal(attempt.status, 'confirmed');
    assert.deepEqual(
      attempt.evidence.map(({ source, verdict }: { source: string; verdict: string }) => [source, verdict]),
      [
        ['submit', 'unknown'],
        ['query', 'delivered'],
      ],
    );
    assert.ok(!text.includes('36379005'));
    assert.ok(!text.includes(String(body['reference'])));
  });
});
