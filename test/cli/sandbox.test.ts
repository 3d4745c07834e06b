import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../src/core/time.ts';
import { ClientDirectory } from '../../src/identity/clients.ts';
import { ensureKeys } from '../../src/identity/keys.ts';
import { leaseLane } from '../../src/orders/lane.ts';
import { createDatabase, type Database } from '../../src/platform/postgres.ts';
import type { SandboxConfig } from '../../src/protocols/sandbox/connector/config.ts';
import { loadRouting } from '../../src/routing/store.ts';
import { type SandboxOptions, seedSandbox } from '../../src/sandbox.ts';
import { readWallets } from '../../src/wallet/wallets.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

const readFileOf = async (path: string) =>
  JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;

describe('the sandbox', () => {
  let clone: TestDatabase;
  let database: Database;
  let options: SandboxOptions;

  before(async () => {
    clone = await cloneDatabase();
    database = createDatabase({ url: clone.appUrl, poolMax: 4, applicationName: 'sandbox test' });
    const { vault } = await ensureKeys(database, randomBytes(32));
    await database.query('select toprail.create_partitions()');
    const { mint } = await leaseLane(database, systemClock);
    options = {
      database,
      vault,
      mint,
      baseUrl: 'http://127.0.0.1:8080',
      dataDir: await mkdtemp(join(tmpdir(), 'toprail-sandbox-')),
      simulatorUrl: 'http://127.0.0.1:8081',
      callbackSecret: 'a-secret-of-16-chars',
    };
  });
  after(async () => {
    await database.end();
    await clone.drop();
    await rm(options.dataDir, { recursive: true });
  });

  test('one account with money in three wallets, one client, one provider and its route', async () => {
    const seed = await seedSandbox(options);
    const wallets = await readWallets(database, seed.accountId);
    const balances = wallets.map(({ currency, posted }) => [currency, posted]);
    assert.deepEqual(
      balances,
      ['USD', 'INR', 'NGN'].map((currency) => [currency, 1_000_000_000n]),
    );
    const { providers, routes } = await loadRouting(database, options.vault);
    assert.deepEqual(providers[0]?.settings?.config, {
      url: 'http://127.0.0.1:8081/p/sandbox',
      callbackSecret: 'a-secret-of-16-chars',
      addresses: [{ endsWith: '9004', url: 'http://127.0.0.1:9' }],
    });
    assert.equal(routes.length, 1);
    assert.equal(Number(routes[0]?.costPercent), 92);

    assert.equal((await stat(seed.path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(options.dataDir), ['sandbox.json']);
    const { id, secret, apiKey } = seed.credentials;
    const expected = { baseUrl: 'http://127.0.0.1:8080', client: { id, secret }, apiKey };
    assert.deepEqual(await readFileOf(seed.path), expected);
    const admission = await new ClientDirectory(database, systemClock).byApiKey(apiKey);
    assert(admission.kind === 'admitted');
    assert.deepEqual([admission.caller.environment, admission.caller.plan], ['sandbox', 'sandbox']);
  });

  test('a later start changes the addresses and nothing else', async () => {
    const first = await seedSandbox(options);
    const moved = { ...options, baseUrl: 'http://127.0.0.1:9090', simulatorUrl: 'http://127.0.0.1:9091' };
    const second = await seedSandbox(moved);
    assert.deepEqual(second, first);
    assert.equal((await readFileOf(second.path))['baseUrl'], 'http://127.0.0.1:9090');
    const wallets = await readWallets(database, second.accountId);
    assert.ok(wallets.every(({ posted }) => posted === 1_000_000_000n));
    const { providers, routes } = await loadRouting(database, options.vault);
    assert.equal(routes.length, 1);
    const config = providers[0]?.settings?.config as SandboxConfig | undefined; // what seeding has sealed
    assert.equal(config?.url, 'http://127.0.0.1:9091/p/sandbox');
  });

  test('a lost or broken file gives a new client of the same account', async () => {
    const first = await seedSandbox(options);
    await rm(first.path);
    const second = await seedSandbox(options);
    assert.equal(second.accountId, first.accountId);
    assert.notEqual(second.credentials.id, first.credentials.id);
    await rm(second.path);
    const [a, b] = await Promise.all([seedSandbox(options), seedSandbox(options)]);
    assert.equal(a.accountId, b.accountId);
    const { client } = (await readFileOf(a.path)) as { client: { id: string } };
    assert.ok([a.credentials.id, b.credentials.id].includes(client.id));
  });
});
