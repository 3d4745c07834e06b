/** What stands around an order: its wallet, its reference, the lists, the address for a receipt. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Vault } from '../../../src/platform/crypto.ts';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { assertRefused, logIn, type OctopusClient, openAccount, stored } from './octopus-client.ts';

const GOOD = { product_id: 4219, amount: 200, input_data: { phone_number: '+918879685100' } };

describe('orders', () => {
  let app: TestApp;
  let client: OctopusClient;
  before(async () => {
    app = await startApp();
    client = await logIn(app);
  });
  after(() => app.close());

  const post = async (path: string, body: object) => {
    const answer = await client.ask('POST', path, { body });
    assert.ok(answer.status < 300, answer.text);
    return answer.body;
  };
  const wallets = () => app.rows<{ id: bigint; currency: string }>('select id, currency from wallets');
  const walletOf = async (currency: string) =>
    Number((await wallets()).find((wallet) => wallet.currency === currency)?.id);

  test('an order that is cancelled before it was sent is CANCELLED, also in the lists', async () => {
    const block = async (blocked: boolean) => {
      await app.rows('update installation set sending_blocked = $1', [blocked]);
      await app.rows("select pg_notify('toprail_settings', '')");
      await eventually(() => assert.equal(app.app.services.engine.market().sendingBlocked, blocked));
    };
    await block(true);
    const { id } = await post('/orders', GOOD);
    const cancelled = await app.request('POST', `/v1/orders/ord_${id}/cancel`, { as: 'native' });
    assert.equal(cancelled.status, 200, cancelled.text);
    await block(false);
    const { body } = await client.ask('GET', `/orders/${id}`);
    assert.equal(body.status, 'CANCELLED');
    assert.ok(body.status_text.length > 0 && body.completed_at);
    assert.deepEqual(
      ['failure_code', 'is_user_fixable', 'transaction_id'].filter((key) => key in body),
      [],
    );
    const listed = (await client.ask('GET', '/orders?status=CANCELLED')).body;
    assert.deepEqual(
      listed.map((one: { id: number }) => one.id),
      [id],
    );
    assert.deepEqual(app.journal(id), []);
  });

  describe('the wallet', () => {
    test('another wallet pays in its own currency, at the rate that is shown', async () => {
      const id = await walletOf('USD');
      const charges = await post('/charges', { ...GOOD, wallet_id: id });
      const { source_currency, destination_currency, forex_rate, conversion_fee } = charges.charges_details;
      assert.deepEqual([source_currency, destination_currency], ['INR', 'USD']);
      assert.equal(charges.non_discounted_total, 200);
      assert.ok(forex_rate > 0.005 && forex_rate < 0.05, `${forex_rate} dollars a rupee`);
      assert.ok(Math.abs(charges.total_amount * forex_rate - charges.net_amount) < 0.01);
      assert.equal(charges.total_payable, charges.net_amount + charges.handling_fee_amount);
      assert.ok(conversion_fee >= 0 && conversion_fee < charges.net_amount);
      for (const wallet_id of [id, `${id}`, `wal_${id}`]) {
        const order = await post('/orders', { ...GOOD, wallet_id });
        assert.deepEqual([order.amount, order.currency], [charges.total_payable, 'USD']);
        const [row] = await app.rows<{ cost: bigint; wallet_id: bigint }>(
          'select cost, wallet_id from orders where id = $1',
          [order.id],
        );
        assert.deepEqual([Number(row?.cost), Number(row?.wallet_id)], [charges.total_payable * 100, id]);
      }
    });

    test('a plan of another currency costs what its charges say', async () => {
      const body = { product_id: 341, amount: 1500, wallet_id: await walletOf('NGN') };
      const charges = await post('/charges', body);
      assert.deepEqual([charges.discount, charges.total_payable], [6, 1410]);
      const order = await post('/orders', { ...body, input_data: { phone_number: '+2348147658721' } });
      assert.deepEqual([order.amount, order.currency], [1410, 'NGN']);
      assert.equal(order.variant_name, '2 GB / 30 days');
    });

    test('without rupees the first wallet pays; without a wallet nothing is sold', async () => {
      const naira = await openAccount(app, [{ currency: 'NGN', amount: 1_000_000n }]);
      const { body } = await naira.client.ask('POST', '/charges', { body: GOOD });
      assert.equal(body.charges_details.destination_currency, 'NGN');
      const nothing = await openAccount(app, []);
      for (const path of ['/charges', '/orders'])
        assertRefused(
          await nothing.client.ask('POST', path, { body: GOOD }),
          404,
          'NotFoundError',
          /^Wallet not found$/,
        );
      const foreign = { ...GOOD, wallet_id: await walletOf('USD') };
      assertRefused(
        await nothing.client.ask('POST', '/charges', { body: foreign }),
        404,
        'NotFoundError',
        /^Wallet not found$/,
      );
    });
  });

  describe('the variant', () => {
    const picked = async (body: object, query = '') => {
      const answer = await client.ask('POST', `/orders${query}`, { body: { ...GOOD, ...body } });
      assert.equal(answer.status, 201, answer.text);
      return answer.body.variant_name;
    };

    test('an exact denomination goes before the open range; the category decides', async () => {
      assert.equal(await picked({ amount: 200 }), 'Airtime');
      assert.equal(await picked({ amount: 179 }), '1 GB / 28 days');
      assert.equal(await picked({ amount: '179.00', category: 'data' }), '1 GB / 28 days');
      assert.equal(await picked({ amount: 179, category: 'Airtime' }), 'Airtime');
      assert.equal(
        await picked({ amount: 299, category: 'Bundle' }),
        '3 GB + 1000 minutes + 100 SMS / 28 days',
      );
      assert.equal(await picked({ amount: 179 }, '?category=Airtime'), 'Airtime');
    });
  });

  describe('the reference', () => {
    test('is good for one order, whatever the second one asks for', async () => {
      const body = { ...GOOD, client_reference: ` ~${'x'.repeat(253)}` };
      const first = await post('/orders', body);
      assert.equal(first.client_reference, body.client_reference);
      const earlier = await stored(app);
      const number = (phone_number: string) => ({ input_data: { phone_number } });
      for (const changes of [
        {},
        { amount: 300 },
        number('9876543210'),
        // What would be refused now may have been sold then.
        { amount: 99_999 },
        { product_id: 999_999 },
        { wallet_id: 999_999 },
        number('+918879685101'),
      ]) {
        const answer = await client.ask('POST', '/orders', { body: { ...body, ...changes } });
        assertRefused(answer, 400, 'ValidationException', /^Duplicate client_reference$/);
      }
      assert.deepEqual(await stored(app), earlier);
    });

    test('sent twenty times at once, it places one order', async () => {
      const body = { ...GOOD, client_reference: 'at once' };
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => client.ask('POST', '/orders', { body })),
      );
      assert.equal(answers.filter(({ status }) => status === 201).length, 1);
      for (const answer of answers.filter(({ status }) => status !== 201))
        assertRefused(answer, 400, 'ValidationException', /^Duplicate client_reference$/);
    });

    test('without one, and with an empty one, the same wish is another order', async () => {
      for (const client_reference of [undefined, null, '']) {
        const order = await post('/orders', { ...GOOD, client_reference });
        assert.equal('client_reference' in order, false);
      }
    });

    test('another account may use the same one, and sees nothing of the first', async () => {
      const client_reference = 'shared';
      const mine = await post('/orders', { ...GOOD, client_reference });
      const { client: other } = await openAccount(app, [{ currency: 'INR', amount: 100_000n }]);
      for (const [method, path] of [
        ['GET', `/orders/${mine.id}`],
        ['PATCH', `/orders/${mine.id}/notification-email`],
      ] as const) {
        const answer = await other.ask(method, path, method === 'GET' ? {} : { body: { email: 'a@b.co' } });
        assertRefused(answer, 404, 'NotFoundError', /^Order not found$/);
      }
      assert.deepEqual((await other.ask('GET', '/orders')).body, []);
      const placed = await other.ask('POST', '/orders', { body: { ...GOOD, client_reference } });
      assert.equal(placed.status, 201, placed.text);
    });
  });

  describe('lists', () => {
    const PAGE_HEADERS = [
      'x-page',
      'x-per-page',
      'x-total-count',
      'x-total-pages',
      'x-page-size',
      'x-has-more',
    ];
    const headersOf = (headers: Headers) => PAGE_HEADERS.map((name) => headers.get(name));

    test('orders: newest first, in pages, by every filter', async () => {
      const { client: own } = await openAccount(app, [{ currency: 'INR', amount: 10_000_000n }]);
      const place = async (changes: object) => {
        const { status, body, text } = await own.ask('POST', '/orders', { body: { ...GOOD, ...changes } });
        assert.equal(status, 201, text);
        return body.id;
      };
      const india = [await place({ client_reference: 'one' }), await place({}), await place({ amount: 179 })];
      const nigeria = await place({
        product_id: 341,
        amount: 350,
        input_data: { phone_number: '+2348147658721' },
      });
      const list = async (query: string) => {
        const { status, body, headers, text } = await own.ask('GET', `/orders${query}`);
        assert.equal(status, 200, text);
        return { ids: body.map(({ id }: { id: number }) => id), headers: headersOf(headers) };
      };
      await eventually(async () => assert.equal((await list('?status=DELIVERED')).ids.length, 4));
      const all = [nigeria, ...india.toReversed()];
      const expected: [query: string, ids: number[], headers: string[]][] = [
        ['', all, ['1', '50', '4', '1', '4', 'false']],
        ['?page=1&per_page=3', all.slice(0, 3), ['1', '3', '4', '2', '3', 'true']],
        ['?page=2&per_page=3', all.slice(3), ['2', '3', '4', '2', '1', 'false']],
        ['?page=3&per_page=3', [], ['3', '3', '4', '2', '0', 'false']],
        ['?per_page=100000', all, ['1', '500', '4', '1', '4', 'false']],
        ['?status=PENDING', [], ['1', '50', '0', '0', '0', 'false']],
        ['?status=RECHARGED', [], ['1', '50', '0', '0', '0', 'false']],
        ['?status=CANCELLED', [], ['1', '50', '0', '0', '0', 'false']],
        ['?country=NGA', [nigeria], ['1', '50', '1', '1', '1', 'false']],
        ['?country=XYZ', [], ['1', '50', '0', '0', '0', 'false']],
        ['?product_id=4219', india.toReversed(), ['1', '50', '3', '1', '3', 'false']],
        ['?product_id=999999999', [], ['1', '50', '0', '0', '0', 'false']],
        ['?client_reference=one', india.slice(0, 1), ['1', '50', '1', '1', '1', 'false']],
        ['?client_reference=two', [], ['1', '50', '0', '0', '0', 'false']],
        ['?status=DELIVERED&country=IND&per_page=1', india.slice(2), ['1', '1', '3', '3', '1', 'true']],
      ];
      for (const [query, ids, headers] of expected)
        assert.deepEqual(await list(query), { ids, headers }, query);
    });

    test('products: by type and name, each once over all pages', async () => {
      const seen = new Set<number>();
      let more = true;
      for (let page = 1; more; page++) {
        const { body, headers } = await client.ask('GET', `/products?per_page=500&page=${page}`);
        for (const { id } of body) seen.add(id);
        more = headers.get('x-has-more') === 'true';
        if (!more) assert.equal(headers.get('x-total-count'), `${seen.size}`);
      }
      assert.ok(seen.has(4219) && seen.size > 1_000, `${seen.size}`);
      assert.equal(seen.has(535), false, 'PINs are not sold here');
      const { body: found } = await client.ask('GET', '/products?type=MOBILE&search=AIRTEL%20india');
      assert.deepEqual(found[0], {
        id: 4219,
        name: 'Airtel India',
        topup_type: 'MOBILE',
        country_code: 'IND',
        currency_code: 'INR',
        image_url: `${app.url}/logos/200.svg`,
      });
      const { body: utility } = await client.ask('GET', '/products?type=UTILITY&search=nauta');
      assert.deepEqual(
        utility
          .map(({ id, country_code }: { id: number; country_code: string }) => [id, country_code])
          .sort(),
        [
          [683, 'CUB'],
          [685, 'CUB'],
        ],
      );
      const { body: detail } = await client.ask('GET', '/products/685');
      assert.equal(detail.input_fields[0].field_name, 'email');
      const order = await post('/orders', {
        product_id: 685,
        amount: 100,
        input_data: { email: 'Anyone@nauta.com.cu' },
      });
      assert.equal(order.country_code, 'CUB');
    });
  });

  test('a notification address is kept sealed, and can be changed', async () => {
    const { id } = await post('/orders', { ...GOOD, client_reference: 'with a receipt' });
    for (const body of [{ email: 'first@example.com' }, { notification_email: 'second@example.com' }]) {
      const answer = await client.ask('PATCH', `/orders/${id}/notification-email`, { body });
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual([answer.body.id, answer.body.client_reference], [id, 'with a receipt']);
    }
    const [row] = await app.rows<{ private: Buffer }>('select private from orders where id = $1', [id]);
    const { vault } = app.app.services.engine;
    assert.ok(vault instanceof Vault && row);
    const data = JSON.parse(vault.open(row.private, 'order.private'));
    assert.deepEqual([data.notificationEmail, data.reference], ['second@example.com', 'with a receipt']);
    assert.ok(!row.private.toString('latin1').includes('example.com'));

    await app.rows('update orders set private = null where id = $1', [id]);
    const answer = await client.ask('PATCH', `/orders/${id}/notification-email`, {
      body: { email: 'third@example.com' },
    });
    assertRefused(answer, 404, 'NotFoundError', /^Order not found$/);
  });

  test('the request id comes back, and is made where there is none', async () => {
    const sent = await client.ask('GET', '/products/4219', { headers: { 'x-request-id': 'mine-1' } });
    assert.equal(sent.headers.get('x-request-id'), 'mine-1');
    const refused = await client.ask('GET', '/nothing', { headers: { 'x-request-id': 'mine-2' } });
    assert.equal(refused.headers.get('x-request-id'), 'mine-2');
    const ids = [await client.ask('GET', '/products/1'), await client.ask('GET', '/products/1')].map(
      ({ headers }) => headers.get('x-request-id'),
    );
    assert.ok(ids[0] && ids[1] && ids[0] !== ids[1]);
  });
});
