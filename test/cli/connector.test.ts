/** `toprail connector prove`: a capability is proven by what was seen, and by nothing else. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SANDBOX_CAPABILITY } from '../../src/protocols/sandbox/connector/capability.ts';
import { addProvider } from '../../src/routing/settings.ts';
import { startApp, type TestApp } from '../harness/app.ts';

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');

describe('a conformance run', () => {
  let app: TestApp;
  let twice: Server;
  /** Deliveries of a provider that executes whatever it is sent, as often as it is sent. */
  const delivered: string[] = [];

  before(async () => {
    app = await startApp();
    twice = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.url === '/journal') {
          response.writeHead(200, { 'content-type': 'application/x-ndjson' });
          const lines = delivered.map((reference) =>
            JSON.stringify({ provider: 'twice', reference, event: 'delivered' }),
          );
          return response.end(lines.join('\n'));
        }
        const isSubmit = request.method === 'POST';
        const reference = isSubmit
          ? (JSON.parse(Buffer.concat(chunks).toString()) as { reference: string }).reference
          : (request.url?.split('/').at(-1) ?? '');
        if (isSubmit) delivered.push(reference);
        const isKnown = delivered.includes(reference);
        response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
        const told = { reference, status: 'delivered', code: 'DELIVERED', delivered_amount: '100.00' };
        return response.end(
          JSON.stringify(isKnown ? { ...told, provider_reference: 'T-1' } : { code: 'NOT_FOUND' }),
        );
      });
    });
    await new Promise<void>((resolve) => twice.listen(0, '127.0.0.1', resolve));
    const { engine } = app.app.services;
    await addProvider(engine.database, engine.vault, {
      id: 'twice',
      environment: 'sandbox',
      connector: 'sandbox',
      config: {
        url: `http://127.0.0.1:${(twice.address() as AddressInfo).port}/p/twice`,
        callbackSecret: engine.vault.token('callback-secret', 'twice'),
      },
      defaultCapability: SANDBOX_CAPABILITY,
    });
  });
  after(async () => {
    twice.closeAllConnections();
    twice.close();
    await app.close();
  });

  it('marks what was shown: one delivery after a lost answer and the same again', async () => {
    const dry = await prove('sandbox', ['--dry-run']);
    assert.deepEqual([dry.code, dry.told.proven, dry.told.marked], [0, true, false]);
    assert.equal(await claimOf('sandbox'), 'claimed');
    const { code, told } = await prove('sandbox');
    assert.equal(code, 0);
    assert.deepEqual(
      told.findings.map(({ capability, holds }) => [capability, holds]),
      [
        ['notFoundOfUnused', true],
        ['statusByOurReference', true],
        ['idempotentSubmit', true],
        ['oneDelivery', true],
      ],
    );
    assert.equal(await claimOf('sandbox'), 'proven');
    const [row] = await app.rows(
      "select proven_by, proven_at is not null as dated from providers where id = 'sandbox'",
    );
    assert.deepEqual(row, { proven_by: 'ada', dated: true });
  });

  it('proves nothing to a provider that delivers twice, whatever it claims', async () => {
    const { code, told } = await prove('twice');
    assert.deepEqual([code, told.proven, told.marked], [1, false, false]);
    assert.equal(delivered.length, 2);
    const once = told.findings.find(({ capability }) => capability === 'oneDelivery');
    assert.deepEqual([once?.seen, once?.holds], ['2', false]);
    assert.equal(await claimOf('twice'), 'claimed');
  });

  it('proves nothing where nobody can count', async () => {
    const { code, told } = await prove('sandbox', ['--journal', 'http://127.0.0.1:9/journal']);
    assert.deepEqual([code, told.proven], [1, false]);
  });

  async function claimOf(id: string): Promise<string> {
    const [row] = await app.rows<{ claim: string }>(
      "select capability ->> 'idempotentSubmit' as claim from providers where id = $1",
      [id],
    );
    return row?.claim ?? '';
  }

  interface Told {
    readonly proven: boolean;
    readonly marked: boolean;
    readonly findings: readonly {
      readonly capability: string;
      readonly seen: string;
      readonly holds: boolean;
    }[];
  }

  function prove(provider: string, more: readonly string[] = []): Promise<{ code: number; told: Told }> {
    const line = [
      'connector',
      'prove',
      provider,
      '--recipient',
      '+50936377111',
      '--sku',
      'airtime:173',
      '--amount',
    ];
    const args = [CLI, ...line, '100', '--currency', 'HTG', '--by', 'ada', '--json', ...more];
    const env = {
      PATH: process.env['PATH'],
      TOPRAIL_DATABASE_URL: app.db.appUrl,
      TOPRAIL_DATA_DIR: app.config.dataDir,
      TOPRAIL_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
        if (stdout === '') return reject(new Error(stderr));
        resolve({ code: error ? Number(error.code) : 0, told: JSON.parse(stdout) as Told });
      });
    });
  }
});
