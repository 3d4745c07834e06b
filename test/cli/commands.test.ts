/** The commands as a person runs them: a process each, against a database of the user's. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AccountId } from '../../src/core/ids.ts';
import { systemClock } from '../../src/core/time.ts';
import { ClientDirectory } from '../../src/identity/clients.ts';
import { ensureKeys } from '../../src/identity/keys.ts';
import { createDatabase, type Database } from '../../src/platform/postgres.ts';
import { loadPriceBook } from '../../src/pricing/store.ts';
import { loadRouting } from '../../src/routing/store.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');
const masterKey = randomBytes(32);

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe('commands', () => {
  let clone: TestDatabase;
  let database: Database;
  let directory: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    clone = await cloneDatabase();
    directory = await mkdtemp(join(tmpdir(), 'toprail-cli-'));
    database = createDatabase({ url: clone.appUrl, poolMax: 2, applicationName: 'cli test' });
    env = {
      PATH: process.env['PATH'],
      // Most of a command's time is compiling; what the first one has compiled serves the others.
      NODE_COMPILE_CACHE: join(directory, 'compiled'),
      TOPRAIL_DATABASE_URL: clone.appUrl,
      TOPRAIL_DATA_DIR: directory,
      TOPRAIL_MASTER_KEY: masterKey.toString('base64'),
    };
  });
  after(async () => {
    await database.end();
    await clone.drop();
    await rm(directory, { recursive: true });
  });

  function run(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const child = spawn(process.execPath, [CLI, ...args], { env: { ...env, ...more } });
    const ran = { out: '', err: '' };
    child.stdout.on('data', (data: Buffer) => (ran.out += data));
    child.stderr.on('data', (data: Buffer) => (ran.err += data));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...ran })));
  }

  /** Runs with `--json`; the whole of stdout is the document. */
  async function json<T = Record<string, unknown>>(line: string): Promise<T> {
    const { code, out, err } = await run([...line.split(' '), '--json']);
    assert.equal(err, '');
    assert.equal(code, 0);
    return JSON.parse(out) as T;
  }

  /** Runs into a refusal: nothing on stdout, one line on stderr. */
  async function refusal(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, out, err } = await run(args, more);
    assert.equal(out, '');
    assert.equal(code, 1, err);
    assert.match(err, /^[^\n]+\n$/);
    return err.trim();
  }

  const account = (name: string) =>
    json<{ id: string }>(`account create --name ${name} --environment live --plan gold`);

  test('a live installation from nothing: account, client, money', async () => {
    const acme = await account('Acme');
    assert.match(acme.id, /^acc_\d+$/);
    const parent = acme.id.slice('acc_'.length);
    const child = await json<{ id: string }>(
      `account create --name Branch --environment live --plan starter --parent ${parent}`,
    );
    const { data } = await json<{ data: { id: string; parent: string | null }[] }>('account list');
    assert.equal(data.find(({ id }) => id === child.id)?.parent, acme.id);

    const client = await json<{ id: string; secret: string; apiKey: string }>(
      `client create --account ${acme.id} --name shop --scopes orders:read,wallets:read`,
    );
    const clients = new ClientDirectory(database, systemClock);
    const admission = await clients.bySecret({ clientId: client.id, clientSecret: client.secret });
    assert(admission.kind === 'admitted');
    assert.deepEqual(admission.caller.scopes, ['orders:read', 'wallets:read']);
    assert.equal(`acc_${admission.caller.accountId}`, acme.id);

    const webhook = () => json<{ webhook_secret: string }>(`client webhook-secret ${client.id}`);
    const { webhook_secret: secret } = await webhook();
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);

    const rotated = await json<{ secret: string }>(`client rotate ${client.id} --grace 0`);
    clients.forget();
    assert.equal(
      (await clients.bySecret({ clientId: client.id, clientSecret: client.secret })).kind,
      'refused',
    );
    assert.equal(
      (await clients.bySecret({ clientId: client.id, clientSecret: rotated.secret })).kind,
      'admitted',
    );
    assert.equal((await webhook()).webhook_secret, secret, 'a new secret of the client changes nothing');
    await json(`client revoke ${client.id}`);
    assert.match(await refusal(['client', 'webhook-secret', client.id]), /there is no client/);
    clients.forget();
    assert.equal((await clients.byApiKey(client.apiKey)).kind, 'refused');
    const list = await json<{ data: { id: string; revoked_at: string | null }[] }>(
      `client list --account ${acme.id}`,
    );
    assert.equal(list.data.length, 1);
    assert.ok(list.data[0]?.revoked_at);
    assert.match(await refusal(['client', 'rotate', client.id]), /there is no client/);
  });

  test('where a client hears how its recharges end', async () => {
    const { id } = await account('Callbacks');
    const client = await json<{ id: string }>(`client create --account ${id} --name shop`);
    const url = 'https://hooks.example.com/a?key=canary';
    const set = await json<{ callback: boolean }>(`client callback ${client.id} --url ${url}`);
    assert.equal(set.callback, true);
    assert.deepEqual(await json(`client callbacks ${client.id}`), { data: [] });
    assert.deepEqual(await json(`client callback ${client.id} --none`), { id: client.id, callback: false });
    const callback = (...options: string[]) => refusal(['client', 'callback', client.id, ...options]);
    for (const wrong of [
      'http://hooks.example.com/',
      'https://10.0.0.1/',
      'https://u:p@hooks.example.com/',
      'hooks',
    ])
      assert.match(await callback('--url', wrong), /https address out on the internet/);
    assert.match(await callback(), /either --url or --none/);
    assert.match(await callback('--url', url, '--none'), /either --url or --none/);
    assert.match(await refusal(['client', 'callback', 'cl_nobody', '--none']), /there is no client/);
  });

  test('what an account and a client may ask', async () => {
    const { id } = await account('Limits');
    const client = await json<{ id: string; apiKey: string }>(
      `client create --account ${id} --name shop --rate 50`,
    );
    const clients = new ClientDirectory(database, systemClock);
    const caller = async () => {
      clients.forget();
      const admission = await clients.byApiKey(client.apiKey);
      return admission.kind === 'admitted' ? admission.caller : undefined;
    };
    assert.equal((await caller())?.requestsPerSecond, 50);
    await json(`client set ${client.id} --rate 7 --allow-from 10.1.2.3/8,2001:db8::1`);
    const listed = await json<{ data: { allow_from: string[] | null }[] }>(`client list --account ${id}`);
    assert.deepEqual(listed.data[0]?.allow_from, ['10.0.0.0/8', '2001:db8::1/128']);
    assert.ok((await caller())?.allowFrom);
    await json(`client set ${client.id} --allow-from any`);
    assert.equal((await caller())?.allowFrom, undefined);
    assert.match(await refusal(['client', 'set', client.id]), /--rate or --allow-from/);
    assert.match(await refusal(['client', 'set', client.id, '--allow-from', '10.0.0.0/33']), /Networks are/);
    await json(`account set ${id} --lookup-quota 5 --status suspended`);
    const changed = await caller();
    assert.deepEqual(
      [changed?.requestsPerSecond, changed?.lookupsPerMinute, changed?.accountStatus],
      [7, 5, 'suspended'],
    );
    await json(`client set ${client.id} --rate default`);
    await json(`account set ${id} --lookup-quota default --status active`);
    const restored = await caller();
    assert.deepEqual(
      [restored?.requestsPerSecond, restored?.lookupsPerMinute, restored?.accountStatus],
      [undefined, undefined, 'active'],
    );
    await json(`account set ${id} --status closed`);
    assert.equal(await caller(), undefined);
    assert.match(await refusal(['account', 'set', id, '--status', 'active']), /or it is closed/);
    assert.match(await refusal(['account', 'set', id, '--lookup-quota', '0']), /positive whole number/);
    assert.match(await refusal(['client', 'set', 'cl_nobody', '--rate', '1']), /there is no client/);
  });

  test('funding posts once per key, in the digits of the currency, and can be taken out again', async () => {
    const { id } = await account('Money');
    const fund = (more: string) => `wallet fund --account ${id} --reason transfer-1 ${more}`;
    const refuse = (more: string) => refusal(fund(more).split(' '));
    const first = await json(fund('--currency usd --amount 100.00 --key k1'));
    assert.equal(first['balance'], '100.00');
    assert.equal(first['replayed'], false);
    const again = await json(fund('--currency USD --amount 100 --key k1'));
    assert.deepEqual([again['balance'], again['replayed'], again['id']], ['100.00', true, first['id']]);
    assert.match(await refuse('--currency USD --amount 99 --key k1'), /"k1" was used for another/);
    assert.match(await refuse('--currency INR --amount 100 --key k1'), /"k1" was used for another/);

    const out = await json(fund('--currency USD --amount 40.50 --withdraw'));
    assert.deepEqual([out['amount'], out['balance']], ['-40.50', '59.50']);
    assert.match(await refuse('--currency USD --amount 59.51 --withdraw'), /does not hold that much/);
    await json(`wallet create --account ${id} --currency USD --credit-limit 10`);
    assert.equal((await json(fund('--currency USD --amount 60 --withdraw')))['balance'], '-0.50');

    assert.equal((await json(fund('--currency JPY --amount 5000')))['balance'], '5000');
    for (const amount of ['1.5', '0', '9999999999999999999999']) {
      assert.match(await refuse(`--currency JPY --amount ${amount}`), /is not a positive amount of JPY/);
    }
    assert.match(await refuse('--currency XXQ --amount 1'), /no ISO 4217 code/);
  });

  test('a provider, a route, prices and a rate are what a server then reads; it is told', async () => {
    const { id } = await account('Prices');
    let notices = 0;
    const listener = database.listen('toprail_settings', () => {
      notices += 1;
    });
    await listener.ready;
    const config = { url: 'https://gateway.example/p/one', callbackSecret: 'a-secret-of-16-chars' };
    const path = join(directory, 'provider.json');
    await writeFile(path, JSON.stringify(config));
    const noticesBefore = notices;
    await json(
      `provider add --id one --environment live --connector sandbox --config @${path} --settlement float`,
    );
    await json(
      'route add --environment live --provider one --operator 341 --sku MTN --cost-percent 95.25 --priority 7',
    );
    assert.ok(notices > noticesBefore);
    await listener.end();

    const { vault } = await ensureKeys(database, masterKey);
    const { providers, routes } = await loadRouting(database, vault);
    const one = providers.find((provider) => provider.id === 'one');
    const capability = JSON.stringify({ ...one?.capability, maxInflight: 7 });
    const replace = ['provider', 'add', '--id', 'one', '--environment', 'live', '--connector', 'sandbox'];
    await run([...replace, '--config', `@${path}`, '--capability', capability, '--pinned']);
    const again = (await loadRouting(database, vault)).providers.find((provider) => provider.id === 'one');
    assert.deepEqual(
      [again?.capability.maxInflight, again?.settlement],
      [7, 'float'],
      'what is given is replaced',
    );
    assert.deepEqual([one?.settings?.config, one?.settlement], [config, 'float']);
    const route = routes.find(({ provider }) => provider === 'one');
    assert.deepEqual([route?.operatorId, route?.productId, route?.sku], [341, undefined, 'MTN']);
    assert.deepEqual([Number(route?.costPercent), route?.priority], [95.25, 7]);

    await json(`price set --account ${id} --operator 341 --percent 7.5`);
    await json('price plan --name silver --percent 3.5 --fx-margin 1');
    const accountId = BigInt(id.slice('acc_'.length)) as AccountId; // what `account create` has printed
    const who = { accountId, plan: 'gold' };
    const price = (await loadPriceBook(database)).rateFor(
      who,
      { operatorId: 341, productType: 'airtime', walletCurrency: 'USD', published: '3' },
      Date.now() + 1_000,
    );
    assert.equal(Number(price.percent), 7.5);
    await json('rate set --quote NGN --rate 1650.5 --source cbn.gov.ng');
    const { rows } = await database.query<{ rate: string; source: string; note: string }>(
      "select rate, source, note from toprail.exchange_rates where quote = 'NGN' order by id desc limit 1",
    );
    assert.deepEqual(rows, [{ rate: '1650.5', source: 'manual', note: 'cbn.gov.ng' }]);
  });

  test('old months are told before they go, and what has to stay', async () => {
    await database.query('select toprail.create_partitions()');
    const { months } = await json<{ months: { obstacle: string }[] }>('partitions detach --before 2099-12');
    assert.match(months[0]?.obstacle ?? '', /^this month and the 2/);
    const { code, out } = await run(['partitions', 'detach', '--before', '2099-12', '--yes']);
    assert.match(`${code} ${out}`, /^1 20\d\d-\d\d stays: this month .*\n$/);
  });

  test('what is wrong is told in one line', async () => {
    const provider = ['provider', 'add', '--environment', 'live', '--id', 'two', '--connector'];
    const rows: readonly [readonly string[], RegExp][] = [
      [
        ['account', 'create', '--name', 'X', '--environment', 'live', '--plan', 'none'],
        /there is no plan none/,
      ],
      [
        ['account', 'create', '--name', 'X', '--environment', 'moon', '--plan', 'gold'],
        /Allowed choices are sandbox, live/,
      ],
      [['client', 'create', '--account', 'acc_999999', '--name', 'x'], /there is no account acc_999999/],
      [['client', 'create', '--account', 'ord_1', '--name', 'x'], /An account is acc_<number>/],
      [['client', 'create', '--account', '1', '--name', 'x', '--scopes', 'all'], /Scopes are: send-topups/],
      [[...provider, 'carrier-pigeon', '--config', '{}'], /there is no connector "carrier-pigeon"/],
      [[...provider, 'sandbox', '--config', '{"url":"ftp://x"}'], /provider two: config/],
      [[...provider, 'sandbox', '--config', '{'], /It is no JSON/],
      [[...provider, 'sandbox', '--config', '@/no/such/file'], /cannot be read \(ENOENT\)/],
      [
        ['route', 'add', '--environment', 'live', '--provider', 'nobody', '--cost-percent', '90'],
        /there is no provider "nobody"/,
      ],
      [['price', 'set', '--percent', '5'], /--account, --operator, --plan or --type must be given/],
      [['price', 'set', '--operator', '1', '--percent', '5.12345'], /at most 4 digits/],
      [['price', 'set', '--operator', '1', '--percent', '101'], /from 0 to 100/],
      [['price', 'set', '--account', '999999', '--percent', '5'], /there is no account acc_999999/],
      [['price', 'set', '--plan', 'none', '--percent', '5'], /there is no plan none/],
      [['rate', 'set', '--quote', 'USD', '--rate', '1', '--source', 'x'], /another currency than USD/],
      [['rate', 'set', '--quote', 'NGN', '--rate', '0', '--source', 'x'], /positive decimal number/],
      [['partitions', 'attach', '2025-01'], /2025-01 is not detached/],
      [['fly'], /unknown command 'fly'/],
    ];
    for (const [args, line] of rows) assert.match(await refusal(args), line, args.join(' '));
  });

  test('the environment, the database and the keys are told in one line too', async () => {
    const list = ['account', 'list'];
    const rows: readonly [NodeJS.ProcessEnv, RegExp][] = [
      [{ TOPRAIL_PORT: 'x' }, /^toprail: TOPRAIL_PORT must be a port/],
      [{ TOPRAIL_MASTER_KEY: '' }, /TOPRAIL_MASTER_KEY must be set/],
      [{ TOPRAIL_MASTER_KEY: 'f'.repeat(64) }, /the master key .* is not the one/],
      [
        { TOPRAIL_DATABASE_URL: 'postgres://x@127.0.0.1:1/none' },
        /the database does not answer \(ECONNREFUSED\)/,
      ],
    ];
    for (const [more, line] of rows) assert.match(await refusal(list, more), line);
    assert.match(await refusal(['database', 'migrate']), /TOPRAIL_DATABASE_OWNER_URL must be set/);
  });

  test('prepare and migrate make a new database of a server; both can be repeated', async () => {
    const name = `prepared_${process.pid}`;
    const base = clone.superuserUrl;
    const url = (role: string) => base.replace('postgres@', `${role}@`).replace(/\/[^/]*$/, `/${name}`);
    const prepared = { TOPRAIL_DATABASE_URL: url('toprail_app') };
    try {
      const prepare = ['database', 'prepare', '--database', name, '--json'];
      for (let round = 0; round < 2; round += 1) {
        assert.equal((await run(prepare, { TOPRAIL_SUPERUSER_URL: base })).code, 0);
      }
      assert.match(await refusal(['account', 'list'], prepared), /the database is not up to date/);
      const own = { ...prepared, TOPRAIL_DATABASE_OWNER_URL: url('toprail_owner') };
      const migrated = await run(['database', 'migrate', '--json'], own);
      assert.equal(migrated.code, 0, migrated.err);
      const { steps } = JSON.parse(migrated.out) as { steps: string[] };
      assert.ok(steps.includes('loaded the catalogue'));
      const again = await run(['database', 'migrate', '--json'], own);
      assert.deepEqual(JSON.parse(again.out), { steps: [] });
      assert.equal((await run(['account', 'list', '--json'], prepared)).code, 0);
    } finally {
      const superuser = createDatabase({ url: base, poolMax: 1, applicationName: 'cli test' });
      await superuser.query(`drop database if exists ${name} with (force)`);
      await superuser.end();
    }
  });
});
