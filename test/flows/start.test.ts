/** The product as a user starts it: a process, a data directory, signals. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { systemClock } from '../../src/core/time.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { eventually, startApp } from '../harness/app.ts';
import { cloneDatabase, postgres15Cluster } from '../harness/database.ts';
import { removeInstallation } from '../harness/remove-installation.ts';
import { postmasterPid, spawnServer, toprail } from '../harness/server-process.ts';

describe('npm start', () => {
  const folders: string[] = [];
  const folder = async () => {
    const made = await mkdtemp(join(tmpdir(), 'toprail-start-'));
    folders.push(made);
    return made;
  };
  after(() => Promise.all(folders.map(removeInstallation)));

  it('says what it does, ends with a line that works when pasted, and stops clean', async () => {
    const dataDir = await folder();
    const server = await spawnServer({ dataDir });
    assert.match(server.output(), /migrated 0001/);
    const line = await eventually(() => {
      const found = /curl -s[\s\S]*?'\{.*\}'/.exec(server.output())?.[0];
      assert.ok(found, server.output());
      return found;
    });
    const answer = JSON.parse(execFileSync('bash', ['-c', line], { encoding: 'utf8' })) as { status: string };
    assert.equal(answer.status, 'delivered');
    assert.equal((await stat(join(dataDir, 'sandbox.json'))).mode & 0o777, 0o600);
    const credentials = await readFile(join(dataDir, 'sandbox.json'), 'utf8');
    assert.deepEqual(Object.keys(JSON.parse(credentials) as object), ['baseUrl', 'client', 'apiKey']);
    const pid = await postmasterPid(dataDir);
    await server.kill('SIGTERM');
    assert.equal(server.child.exitCode, 0, server.output());
    assert.throws(() => process.kill(pid, 0), 'PostgreSQL has stopped too');

    const again = await spawnServer({ dataDir });
    assert.doesNotMatch(again.output(), /migrated/);
    const now = JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as { apiKey: string };
    assert.equal(
      now.apiKey,
      (JSON.parse(credentials) as { apiKey: string }).apiKey,
      'credentials outlive a restart',
    );
    const verified = await toprail(['verify', '--json'], dataDir);
    assert.equal(verified.status, 0, verified.stdout);
    await again.kill('SIGINT');
    assert.equal(again.child.exitCode, 0, again.output());
  });

  it('uses pretend operators that run alone', async () => {
    const dataDir = await folder();
    const alone = await startSimulator({
      port: 0,
      host: '127.0.0.1',
      journalPath: join(dataDir, 'alone.ndjson'),
      clock: systemClock,
      callbackUrl: () => undefined,
      callbackSecret: 'of-nobody-in-particular',
    });
    const server = await spawnServer({ dataDir, env: { TOPRAIL_SIMULATOR_PORT: String(alone.port) } });
    const { apiKey } = JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as {
      apiKey: string;
    };
    const answer = await fetch(`${server.url}/v1/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', prefer: 'wait=10' },
      body: JSON.stringify({
        reference: 'alone',
        product: 173,
        recipient: { phone: '+50936377111' },
        amount: { value: '15.00', currency: 'USD' },
      }),
    });
    assert.equal(((await answer.json()) as { status: string }).status, 'delivered');
    assert.equal(alone.journal.entries().filter(({ event }) => event === 'delivered').length, 1);
    assert.equal((await stat(join(dataDir, 'simulator', 'callbacks.env'))).mode & 0o777, 0o600);
    await server.kill('SIGTERM');
    await alone.close();
  });

  it('ends with one clear line when it cannot start', async () => {
    const dataDir = await folder();
    const rows: readonly (readonly [Record<string, string>, RegExp])[] = [
      [{ TOPRAIL_PORT: 'eighty' }, /TOPRAIL_PORT/],
      [{ TOPRAIL_ROLE: 'boss' }, /TOPRAIL_ROLE/],
      [
        {
          TOPRAIL_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere',
          TOPRAIL_MASTER_KEY: '00'.repeat(32),
        },
        /database|ECONNREFUSED|answer/i,
      ],
    ];
    for (const [env, expected] of rows) {
      await assert.rejects(spawnServer({ dataDir, env }), (error: Error) => {
        const lines = error.message.split('\n').filter((line) => line.startsWith('toprail  '));
        assert.match(lines.at(-1) ?? '', expected);
        assert.doesNotMatch(error.message, /\n\s+at /, 'no stack trace');
        return true;
      });
    }
  });
});

describe('a PostgreSQL 15 of the user', () => {
  it('takes orders to their end', async (context) => {
    const cluster = await postgres15Cluster();
    if (!cluster) {
      context.skip('no PostgreSQL 15 binaries on this machine');
      return;
    }
    const app = await startApp({}, await cloneDatabase(cluster));
    const ends: Record<string, string> = { '7111': 'delivered', '9001': 'failed', '9013': 'delivered' };
    for (const [suffix, end] of Object.entries(ends)) {
      const { status, body } = await app.request('POST', '/v1/orders', {
        as: 'native',
        headers: { prefer: 'wait=10' },
        body: {
          reference: suffix,
          product: 173,
          recipient: { phone: `+5093637${suffix}` },
          amount: { value: '15.00', currency: 'USD' },
        },
      });
      assert.equal(status, 201, JSON.stringify(body));
      assert.equal(body.status, end);
    }
    await app.close();
  });
});
