import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { Catalogue } from '../../src/catalogue/catalogue.ts';
import { readCatalogueData } from '../../src/catalogue/data.ts';
import { seedCatalogue, writeCatalogue } from '../../src/catalogue/seed.ts';
import { loadCatalogue } from '../../src/catalogue/store.ts';
import { createDatabase, type Database } from '../../src/platform/postgres.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

const SEED_MS_MAX = 3_000;

let database: TestDatabase;
let owner: Client;
let app: Database;

function ratesByQuote(catalogue: Catalogue): Map<string, string> {
  return new Map(catalogue.rates.map((rate) => [rate.quote, rate.rate]));
}

async function inTransaction<T>(work: () => Promise<T>): Promise<T> {
  await owner.query('begin');
  const result = await work();
  await owner.query('commit');
  return result;
}

describe('the catalogue in its tables', () => {
  before(async () => {
    database = await cloneDatabase();
    owner = new Client({ connectionString: database.ownerUrl });
    await owner.connect();
    app = createDatabase({ url: database.appUrl, poolMax: 2, applicationName: 'test' });
  });

  after(async () => {
    await app.end();
    await owner.end();
    await database.drop();
  });

  test('the catalogue is seeded once, and read back by the app as it is in the files', async () => {
    const started = performance.now();
    assert.equal(await inTransaction(() => seedCatalogue(owner)), 'seeded');
    const seedMs = performance.now() - started;
    assert.ok(seedMs < SEED_MS_MAX, `${seedMs} ms`);
    assert.equal(await inTransaction(() => seedCatalogue(owner)), 'unchanged');

    const stored = await loadCatalogue(app);
    const files = new Catalogue(readCatalogueData());
    assert.equal(stored.version, files.version);
    assert.deepEqual(stored.countries(), files.countries());
    assert.deepEqual(stored.operators(), files.operators());
    assert.deepEqual(stored.products(), files.products());
    assert.deepEqual(stored.promotions(), files.promotions());
    const trimmed = [...ratesByQuote(files)].map(([quote, rate]) => [quote, rate.replace(/\.?0+$/, '')]);
    assert.deepEqual([...ratesByQuote(stored)].sort(), trimmed.sort());
    assert.deepEqual(stored.lookupNumber('+2348147658721'), files.lookupNumber('+2348147658721'));
  });

  test('what a new release no longer lists goes out of service; new prefixes replace the old ones', async () => {
    const data = readCatalogueData();
    const without = {
      ...data,
      version: 'next',
      operators: data.operators.filter(({ id }) => id !== 174 && id !== 682),
      products: data.products.filter(({ operator_id }) => operator_id !== 174 && operator_id !== 682),
      prefixes: data.prefixes.filter(({ operator_id }) => operator_id !== 174),
    };
    await inTransaction(() => writeCatalogue(owner, without));
    const stored = await loadCatalogue(app);
    assert.equal(stored.version, 'next');
    assert.equal(stored.operator(174)?.status, 'out_of_service');
    assert.equal(stored.operator(173)?.status, 'in_service');
    const [best] = stored.lookupNumber('+50940289586'); // a range of Natcom
    assert.equal(best?.confidence, 'country');
    assert.ok(!stored.lookupNumber('+50936377111').some(({ operatorId }) => operatorId === 174));
    // Back again: the same data as at first is loaded anew, since another was in force.
    assert.equal(await inTransaction(() => seedCatalogue(owner)), 'seeded');
    assert.equal((await loadCatalogue(app)).operator(174)?.status, 'in_service');
  });

  test('the newest rate of a currency is in force, and a rate set by hand is not followed by a released one', async () => {
    const insert = `insert into toprail.exchange_rates (quote, rate, version, source, valid_on)
    values ('HTG', $1, $2, 'manual', '2026-11-21')`;
    await owner.query(insert, ['140.5', 'hand-1']);
    await owner.query(insert, ['141.25', 'hand-2']);
    const data = readCatalogueData();
    const released = data.rates.map((rate) => ({ ...rate, version: 'later' }));
    await inTransaction(() => writeCatalogue(owner, { ...data, version: 'later', rates: released }));
    const rates = new Map((await loadCatalogue(app)).rates.map((rate) => [rate.quote, rate]));
    assert.deepEqual([rates.get('HTG')?.rate, rates.get('HTG')?.version], ['141.25', 'hand-2']);
    assert.equal(rates.get('NGN')?.version, 'later');
  });

  test('a catalogue that contradicts itself is refused by the database', async () => {
    const data = readCatalogueData();
    const [operator] = data.operators;
    assert.ok(operator);
    const broken = { ...data, version: 'broken', operators: [{ ...operator, network: 99_999_999 }] };
    await owner.query('begin');
    await writeCatalogue(owner, broken);
    await assert.rejects(owner.query('commit'), { code: '23503' });
  });

  test('the app reads the catalogue and cannot write it', async () => {
    await assert.rejects(app.query("update toprail.operators set name = 'x' where id = 173"), {
      code: '42501',
    });
    await assert.rejects(app.query('delete from toprail.exchange_rates'), { code: '42501' });
  });
});
