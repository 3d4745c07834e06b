/** What a client that keeps a copy of the catalogue is told, and that a running server sells what was changed. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { readCatalogueData } from '../../../src/catalogue/data.ts';
import { writeCatalogue } from '../../../src/catalogue/seed.ts';
import { setOperatorStatus } from '../../../src/catalogue/version.ts';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { type Ask, nativeClient, orderBody } from './native-client.ts';

const PATH = '/v1/catalogue/changes';

describe('changes of the catalogue', () => {
  let app: TestApp;
  let ask: Ask;
  let owner: Client;
  before(async () => {
    app = await startApp();
    ask = nativeClient(app);
    owner = new Client({ connectionString: app.db.ownerUrl });
    await owner.connect();
  });
  after(async () => {
    await owner.end();
    await app.close();
  });

  async function inTransaction(work: () => Promise<unknown>): Promise<void> {
    await owner.query('begin');
    await work();
    await owner.query('commit');
  }

  let cursor = '0';

  test('the first entry says that the catalogue was loaded, and is alone', async () => {
    const { body } = await ask('GET', PATH);
    const { version } = app.app.services.engine.market().catalogue;
    assert.equal(body.data.length, 1);
    const [{ at: _at, ...entry }] = body.data;
    assert.deepEqual(entry, { version, kind: 'added', resource: 'catalogue', id: version, fields: [] });
    cursor = body.next;
    const none = await ask('GET', `${PATH}?after=${cursor}`);
    assert.deepEqual(none.body, { data: [], next: cursor });
  });

  test('an operator that goes out of service is told once, and its orders are refused at once', async () => {
    await inTransaction(() => setOperatorStatus(owner, 173, 'out_of_service'));
    await eventually(() => {
      const operator = app.app.services.engine.market().catalogue.operator(173);
      assert.equal(operator?.status, 'out_of_service');
    });
    const refused = await ask('POST', '/v1/orders', { body: orderBody() });
    assert.equal(refused.body.code, 'operator_inactive');

    const { body } = await ask('GET', `${PATH}?after=${cursor}`);
    const [{ at, version, ...entry }] = body.data;
    assert.match(at, /^\d{4}-/);
    assert.match(version, /^command-/);
    assert.deepEqual(entry, { kind: 'withdrawn', resource: 'operator', id: '173', fields: ['in_service'] });
    assert.equal(body.data.length, 1);
    cursor = body.next;
    await inTransaction(() => setOperatorStatus(owner, 173, 'in_service'));
    const back = await ask('GET', `${PATH}?after=${cursor}`);
    assert.equal(back.body.data[0].kind, 'changed');
    cursor = back.body.next;
  });

  test('a release is told thing by thing, page by page: added, changed, withdrawn', async () => {
    const data = readCatalogueData();
    const next = {
      ...data,
      version: 'release-2',
      products: data.products
        .filter(({ id }) => id !== 500_003)
        .map((product) =>
          product.id === 500_001 ? { ...product, fixed_amounts: [210_000], tax_percent: '5' } : product,
        ),
      prefixes: data.prefixes.map((row) =>
        row.operator_id === 174 ? { ...row, prefixes: [...row.prefixes, '5099999'] } : row,
      ),
      promotions: data.promotions.filter(({ id }) => id !== 9001),
    };
    await inTransaction(() => writeCatalogue(owner, next));
    const entries: Record<string, unknown>[] = [];
    for (let more = true; more; ) {
      const { body } = await ask('GET', `${PATH}?after=${cursor}&limit=2`);
      more = body.data.length > 0;
      entries.push(...body.data);
      cursor = body.next;
    }
    assert.ok(entries.every(({ version }) => version === 'release-2'));
    const told = entries.map(({ kind, resource, id, fields }) => [kind, resource, id, fields]);
    assert.deepEqual(told, [
      ['withdrawn', 'product', '500003', ['code', 'status']],
      ['changed', 'product', '500001', ['denomination', 'tax']],
      ['changed', 'operator', '174', ['prefixes']],
      ['withdrawn', 'promotion', '9001', []],
    ]);
  });

  test('what is sold no longer is not listed, and an order for it is refused', async () => {
    await eventually(() => {
      assert.equal(app.app.services.engine.market().catalogue.product(500_003)?.status, 'out_of_service');
    });
    const { body } = await ask('GET', '/v1/products?operator=200&limit=200');
    assert.equal(
      body.data.some(({ id }: { id: number }) => id === 500_003),
      false,
    );
    const refused = await ask('POST', '/v1/orders', {
      body: orderBody({
        product: 500_003,
        recipient: { phone: '+919876543210' },
        amount: { value: '179.00', currency: 'INR' },
        pay_with: 'USD',
      }),
    });
    assert.equal(refused.body.code, 'product_not_found');
  });

  for (const cursorOf of ['-1', 'x', '1e3', '9999999999999999999']) {
    test(`the cursor ${cursorOf} is refused`, async () => {
      const { status, body } = await ask('GET', `${PATH}?after=${cursorOf}`);
      assert.deepEqual([status, body.code], [400, 'invalid_request']);
    });
  }

  test('plans in the language of the client, and those of one circle', async () => {
    const url = '/v1/products?operator=200&circle=KO&limit=200';
    const { body, headers } = await ask('GET', url, {
      headers: { 'accept-language': 'ta, es-MX;q=0.9, en;q=0.5' },
    });
    assert.equal(headers.get('content-language'), 'es');
    assert.equal(body.data.length, 7);
    const pack = body.data.find(({ description }: { description: string }) =>
      description.includes('minutos'),
    );
    assert.deepEqual([pack.circle, pack.validity], [{ code: 'KO', name: 'Kolkata' }, '24 días']);
    assert.equal(pack.description, '1 GB + 300 minutos + 100 SMS');
    assert.deepEqual(pack.tax, { percent: '18', included: true });
    assert.equal(pack.benefits.voice_minutes, 300);
    const asked = await ask('GET', `${url}&lang=hi`, { headers: { 'accept-language': 'es' } });
    assert.equal(asked.headers.get('content-language'), 'hi');
    assert.ok(asked.body.data.some(({ validity }: { validity: string }) => validity === '24 दिन'));
  });

  test('promotions, of a country or an operator', async () => {
    const { body } = await ask('GET', '/v1/promotions?limit=200');
    const ids = (rows: { id: number }[]) => rows.map(({ id }) => id);
    assert.ok(ids(body.data).includes(9002) && !ids(body.data).includes(9001));
    assert.deepEqual(ids((await ask('GET', '/v1/promotions?operator=174')).body.data), [9002]);
    const nigerian = (await ask('GET', '/v1/promotions?country=NG')).body.data;
    assert.ok(
      nigerian.length >= 2 && nigerian.every(({ ends_at: end }: { ends_at: string }) => end > '2026'),
    );
    assert.equal((await ask('GET', '/v1/promotions?country=XX')).body.code, 'country_not_supported');
    assert.equal((await ask('GET', '/v1/promotions?operator=99999999')).body.code, 'operator_not_found');
  });

  test('promotions in a language: as asked, else as accepted, else in English', async () => {
    const told = async (query: string, accepted?: string) => {
      const headers: Record<string, string> = accepted === undefined ? {} : { 'accept-language': accepted };
      const answer = await ask('GET', `/v1/promotions?operator=174${query}`, { headers });
      assert.equal(answer.headers.get('vary'), 'Accept-Language');
      const [{ subtitle, denominations }] = answer.body.data;
      return [answer.headers.get('content-language'), subtitle, denominations];
    };
    assert.deepEqual(await told(''), ['en', 'Bonus 3x', 'USD 5 and above']);
    assert.deepEqual(await told('', 'fr-CA, en;q=0.5'), ['fr', 'Bonus x3', 'USD 5 et plus']);
    assert.deepEqual(await told('&lang=pt', 'fr'), ['pt', 'Bônus 3x', 'USD 5 ou mais']);
    assert.equal((await ask('GET', '/v1/promotions?lang=xx')).body.code, 'invalid_request');
  });

  test('products of one type or class', async () => {
    const { body } = await ask('GET', '/v1/products?class=electricity&limit=200');
    assert.equal(body.data.length, 5);
    const combos = (await ask('GET', '/v1/products?type=combo&country=IN')).body.data;
    assert.deepEqual(
      combos.map(({ id, benefits }: { id: number; benefits: { talk_time: unknown } }) => [
        id,
        benefits.talk_time,
      ]),
      [[500_045, { value: '50.00', currency: 'INR' }]],
    );
  });

  test('games and bills are listed with what to ask for, and a phone number is not it', async () => {
    const games = await ask('GET', '/v1/operators?type=gaming');
    assert.equal(games.body.data.length, 5);
    const genshin = games.body.data.find(({ name }: { name: string }) => name === 'Genshin Impact');
    assert.deepEqual(genshin.recipient, { kind: 'player' });
    assert.deepEqual(
      genshin.inputs.map(({ name, type }: { name: string; type: string }) => [name, type]),
      [
        ['player_id', 'text'],
        ['server', 'choice'],
      ],
    );
    assert.match(genshin.logo_url, /^http:\/\/127\.0\.0\.1:\d+\/logos\/\d+\.svg$/);
    const bills = await ask('GET', '/v1/operators?type=bill&limit=200');
    assert.ok(bills.body.data.length >= 15);
    const refused = await ask('POST', '/v1/orders', {
      body: orderBody({ product: genshin.id, amount: { value: '0.99', currency: 'USD' } }),
    });
    assert.equal(refused.body.code, 'invalid_recipient');
  });
});
