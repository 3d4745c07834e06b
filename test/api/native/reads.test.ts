import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { EVENT_TYPES } from '../../../src/protocols/native/wire-events.ts';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { type Ask, anotherAccount, nativeClient, orderBody } from './native-client.ts';

const WAIT = { prefer: 'wait=10' };

interface Money {
  readonly value: string;
  readonly currency: string;
}

/** Minor units of a currency with two digits. */
function cents({ value }: Money): bigint {
  return BigInt(value.replace('.', ''));
}

function dollars(minor: bigint): Money {
  return { value: `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`, currency: 'USD' };
}

describe('reads of the native API', () => {
  let app: TestApp;
  let ask: Ask;
  before(async () => {
    app = await startApp();
    ask = nativeClient(app);
  });
  after(() => app.close());

  // oxlint-disable-next-line typescript/no-explicit-any -- rows as a client sees them
  const all = async (path: string): Promise<any[]> => {
    const rows = [];
    let next: string | null = null;
    do {
      const answer = await ask('GET', next === null ? path : `${path}&after=${next}`);
      rows.push(...answer.body.data);
      next = answer.body.next;
    } while (next !== null);
    return rows;
  };

  test('a number is looked up: the best guess first', async () => {
    const { body } = await ask('POST', '/v1/lookup', { body: { phone: '+50936377111' } });
    assert.equal(body.country, 'HT');
    assert.deepEqual(body.candidates[0], { operator: 173, name: 'Digicel Haiti', confidence: 'prefix' });
    assert.ok(
      body.candidates.slice(1).every(({ confidence }: { confidence: string }) => confidence === 'country'),
    );
  });

  test('countries, operators and products are complete lists of pages', async () => {
    const { catalogue } = app.app.services.engine.market();
    const countries = await all('/v1/countries?limit=100');
    assert.deepEqual(
      countries.map(({ code }) => code),
      catalogue.countries().map(({ iso2 }) => iso2),
    );
    const operators = await all('/v1/operators?limit=200');
    assert.deepEqual(
      operators.map(({ id }) => id),
      catalogue.operators().map(({ id }) => id),
    );
    const products = await all('/v1/products?limit=200');
    assert.deepEqual(
      products.map(({ id }) => id),
      catalogue.products().map(({ id }) => id),
    );
    const british = await all('/v1/operators?country=GB&type=pin&limit=1');
    assert.ok(british.some(({ id }) => id === 535));
    assert.ok(british.every(({ country, types }) => country === 'GB' && types.includes('pin')));
  });

  test('what the price terms list is what an order accepts, to the minor unit', async () => {
    const { body } = await ask('GET', '/v1/products?operator=173&currency=USD');
    const { price } = body.data[0];
    for (const { send, receive } of price.amounts.slice(0, 3)) {
      const { body: order } = await ask('POST', '/v1/orders', {
        body: orderBody({ amount: send }),
        headers: WAIT,
      });
      assert.deepEqual(order.receive, receive);
      assert.equal(order.fx_rate, price.fx_rate);
    }
    const attempt = async (value: bigint) =>
      (await ask('POST', '/v1/orders', { body: orderBody({ amount: dollars(value) }), headers: WAIT }))
        .status;
    assert.equal(await attempt(cents(price.range.min)), 201);
    assert.equal(await attempt(cents(price.range.max)), 201);
    assert.equal(await attempt(cents(price.range.min) - 1n), 422);
    assert.equal(await attempt(cents(price.range.max) + 1n), 422);
  });

  test('price terms are of the wallet that is named, else of the oldest one', async () => {
    const inr = await ask('GET', '/v1/products?operator=173&currency=INR');
    assert.equal(inr.body.data[0].price.currency, 'INR');
    const wallets = await ask('GET', '/v1/wallets');
    assert.equal(
      (await ask('GET', '/v1/products?operator=173')).body.data[0].price.currency,
      wallets.body.data[0].currency,
    );
  });

  test('a wallet is the sum of its statement', async () => {
    const failing = orderBody({ recipient: { phone: '+50936379001' } });
    await ask('POST', '/v1/orders', { body: failing, headers: WAIT });
    const reversed = orderBody({ recipient: { phone: '+50936379011' } });
    const { body: order } = await ask('POST', '/v1/orders', { body: reversed, headers: WAIT });
    await app.advance(11_000);
    await eventually(async () => {
      const { body } = await ask('GET', `/v1/orders/${order.id}`);
      assert.equal(body.status, 'delivered');
      assert.equal(body.adjustments[0]?.cause, 'operator_reversal');
      assert.deepEqual(body.adjustments[0].amount, body.cost);
    });

    const { body } = await ask('GET', '/v1/wallets');
    for (const wallet of body.data) {
      assert.equal(cents(wallet.available), cents(wallet.posted) - cents(wallet.held));
      const entries = await all(`/v1/wallets/${wallet.id}/entries?limit=2`);
      assert.deepEqual(
        entries.map(({ number }) => number),
        entries.map((_, index) => entries.length - index),
      );
      const sum = entries.reduce((total, { amount }) => total + cents(amount), 0n);
      assert.equal(sum, cents(wallet.posted));
      if (entries[0]) assert.deepEqual(entries[0].posted_after, wallet.posted);
    }
    const entries = await all(`/v1/wallets/${order.wallet}/entries?limit=200`);
    assert.ok(entries.some(({ kind, source }) => kind === 'capture' && source === order.id));
    assert.ok(entries.some(({ kind, source }) => kind === 'refund' && source.startsWith('adj_')));
    assert.ok(entries.some(({ kind, source }) => kind === 'funding' && source.startsWith('fnd_')));
  });

  test('events: every one once, in order, by an opaque cursor that stays good', async () => {
    const { body: first } = await ask('GET', '/v1/events?limit=3');
    assert.equal(first.data.length, 3);
    const seen = [...first.data];
    let { next } = first;
    for (;;) {
      const { body } = await ask('GET', `/v1/events?limit=4&after=${next}`);
      next = body.next;
      if (body.data.length === 0) break;
      seen.push(...body.data);
    }
    const rows = await app.rows<{ type: string; order_id: string | null }>(
      'select type, order_id from toprail.events order by id',
    );
    assert.deepEqual(
      seen.map(({ type, order }) => [type, order]),
      rows.map(({ type, order_id }) => [type, order_id === null ? null : `ord_${order_id}`]),
    );
    assert.ok(seen.every(({ type }) => Object.hasOwn(EVENT_TYPES, type)));
    assert.equal(new Set(seen.map(({ id }) => id)).size, seen.length);
    const funded = seen.find(({ type }) => type === 'wallet.funded');
    assert.deepEqual(funded.data.amount, { value: '10000000.00', currency: 'USD' });
    assert.match(funded.data.wallet, /^wal_/);

    // Nothing new: the same cursor; something new: exactly that.
    const idle = await ask('GET', `/v1/events?after=${next}`);
    assert.deepEqual(idle.body, { data: [], next });
    const { body: order } = await ask('POST', '/v1/orders', { body: orderBody(), headers: WAIT });
    const fresh = await ask('GET', `/v1/events?after=${next}`);
    assert.deepEqual(
      fresh.body.data.map((event: { type: string; order: string }) => [event.type, event.order]),
      [
        ['order.accepted', order.id],
        ['order.delivered', order.id],
      ],
    );
    // The id of an event is a cursor, and the same one after a restart.
    await app.restart();
    const again = await ask('GET', `/v1/events?after=${fresh.body.data[0].id}`);
    assert.deepEqual(again.body.data, fresh.body.data.slice(1));
  });

  test('an account sees its own only: orders, wallets, events and cursors', async () => {
    const other = await anotherAccount(app, { cents: 100_000n });
    const { body: order } = await ask('POST', '/v1/orders', { body: orderBody(), headers: WAIT });
    const { body: wallets } = await ask('GET', '/v1/wallets');
    const { body: events } = await ask('GET', '/v1/events?limit=1');

    assert.equal((await other.ask('GET', `/v1/orders/${order.id}`)).status, 404);
    assert.equal((await other.ask('GET', `/v1/orders/${order.id}/timeline`)).status, 404);
    assert.deepEqual((await other.ask('GET', '/v1/orders')).body, { data: [], next: null });
    assert.deepEqual((await other.ask('GET', `/v1/orders?reference=${order.reference}`)).body.data, []);
    assert.equal((await other.ask('GET', `/v1/wallets/${wallets.data[0].id}/entries`)).status, 404);
    assert.deepEqual(
      (await other.ask('GET', '/v1/wallets')).body.data.map(({ id }: { id: string }) => id),
      [other.wallet],
    );
    assert.equal((await other.ask('GET', `/v1/events?after=${events.next}`)).status, 400);
    assert.deepEqual(
      (await other.ask('GET', '/v1/events')).body.data.map(({ type }: { type: string }) => type),
      ['wallet.funded'],
    );
    // References are the account's own: the same one is free here.
    const mine = await other.ask('POST', '/v1/orders', {
      body: orderBody({ reference: order.reference }),
      headers: WAIT,
    });
    assert.equal(mine.status, 201);
    assert.notEqual(mine.body.id, order.id);
    assert.equal((await ask('GET', `/v1/orders/${mine.body.id}`)).status, 404);
  });

  test('a client without the scope is refused, and can do what it has the scope for', async () => {
    const reader = await anotherAccount(app, { scopes: ['orders:read'] });
    assert.equal((await reader.ask('GET', '/v1/orders')).status, 200);
    assert.equal((await reader.ask('GET', '/v1/countries')).status, 200);
    const refused = [
      await reader.ask('POST', '/v1/orders', { body: orderBody() }),
      await reader.ask('GET', '/v1/wallets'),
      await reader.ask('GET', `/v1/wallets/${reader.wallet}/entries`),
      await reader.ask('GET', '/v1/events'),
    ];
    assert.deepEqual(
      refused.map(({ status, body }) => [status, body.code]),
      refused.map(() => [403, 'forbidden']),
    );
  });

  test('a suspended account reads, and its orders are refused', async () => {
    const account = await anotherAccount(app, { cents: 100_000n });
    await app.rows("update toprail.accounts set status = 'suspended' where id = $1", [account.accountId]);
    app.app.services.clients.forget();
    assert.equal((await account.ask('GET', '/v1/wallets')).status, 200);
    const order = await account.ask('POST', '/v1/orders', { body: orderBody() });
    assert.equal(order.status, 403);
    assert.equal(order.body.code, 'account_inactive');
  });
});
