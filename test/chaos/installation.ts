/**
 * A whole switch for chaos: an API process and a worker, pretend operators with their journal, a client that is told
 * by status callbacks, real PostgreSQL, and a proxy on each way between them.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { systemClock } from '../../src/core/time.ts';
import { ensureKeys } from '../../src/identity/keys.ts';
import { createDatabase } from '../../src/platform/postgres.ts';
import { setCallbackAddress } from '../../src/protocols/a1topup/callbacks/store.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { callbackPath } from '../../src/system-api.ts';
import { cloneDatabase } from '../harness/database.ts';
import { type ServerProcess, spawnServer } from '../harness/server-process.ts';
import { LINKS, type Link } from './episode.ts';
import { postgresSocket } from './postgres-socket.ts';
import { type Proxy, startProxy } from './proxy.ts';

export interface Installation {
  readonly proxies: Readonly<Record<Link, Proxy>>;
  readonly servers: readonly ServerProcess[];
  readonly simulator: Simulator;
  readonly apiKey: string;
  /** Past all proxies. */
  readonly directUrl: string;
  readonly databaseUrl: string;
  readonly journalPath: string;
  /** Transaction ids that the client was told by status callbacks. */
  readonly told: Set<string>;
  /** Called with each of them. */
  onTold: (transactionId: string) => void;
  /** Rows as the superuser sees them, past all proxies. */
  rows<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const MASTER_KEY = 'c4'.repeat(32);

export async function startInstallation(): Promise<Installation> {
  const dataDir = await mkdtemp(join(tmpdir(), 'toprail-chaos-'));
  const db = await cloneDatabase();
  const superuser = new Client({ connectionString: db.superuserUrl });
  await superuser.connect();
  await superuser.query('set search_path = toprail, public');
  const database = createDatabase({ url: db.appUrl, poolMax: 1, applicationName: 'chaos' });
  const keys = await ensureKeys(database, Buffer.from(MASTER_KEY, 'hex'));
  const journalPath = join(dataDir, 'simulator', 'journal.ndjson');

  let noticesUrl: string | undefined;
  const simulator = await startSimulator({
    port: 0,
    host: HOST,
    journalPath,
    clock: systemClock,
    callbackUrl: () => noticesUrl,
    callbackSecret: keys.vault.token('callback-secret', 'sandbox'),
  });
  const receiver = await startReceiver((transactionId) => {
    installation.told.add(transactionId);
    installation.onTold(transactionId);
  });
  const [provider, toDatabase, callbacks] = await Promise.all([
    startProxy({ host: HOST, port: simulator.port }),
    startProxy(postgresSocket(db.appUrl)),
    startProxy({ host: HOST, port: receiver.port }),
  ]);

  const env = {
    TOPRAIL_DATABASE_URL: `postgres://toprail_app@${HOST}:${toDatabase.port}/${db.name}`,
    TOPRAIL_DATABASE_OWNER_URL: db.ownerUrl,
    TOPRAIL_MASTER_KEY: MASTER_KEY,
    TOPRAIL_SIMULATOR_PORT: `${provider.port}`,
    TOPRAIL_CALLBACKS_TO_LOCALHOST: 'on',
    TOPRAIL_LOG_LEVEL: 'error',
  };
  const api = await spawnServer({ dataDir, env: { ...env, TOPRAIL_ROLE: 'api' } });
  const worker = await spawnServer({ dataDir, env: { ...env, TOPRAIL_ROLE: 'worker' } });
  const { port } = new URL(api.url);
  const [clients, notices] = await Promise.all([
    startProxy({ host: HOST, port: Number(port) }),
    startProxy({ host: HOST, port: Number(port) }),
  ]);
  noticesUrl = `http://${HOST}:${notices.port}${callbackPath(keys, 'sandbox')}`;
  const { client, apiKey } = JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as {
    client: { id: string };
    apiKey: string;
  };
  const address = `http://${HOST}:${callbacks.port}/told`;
  if (!(await setCallbackAddress({ database, vault: keys.vault }, client.id, address)))
    throw new Error('the sandbox client is not there');
  await database.end();

  const proxies = { clients, provider, database: toDatabase, notices, callbacks };
  const installation: Installation = {
    proxies,
    servers: [api, worker],
    simulator,
    apiKey,
    directUrl: api.url,
    databaseUrl: db.appUrl,
    journalPath,
    told: new Set(),
    onTold: () => undefined,
    rows: async (sql, parameters = []) => (await superuser.query(sql, [...parameters])).rows,
    close: async () => {
      for (const link of Object.keys(LINKS) as Link[]) await proxies[link].heal();
      await Promise.all([api, worker].map((server) => server.kill('SIGTERM')));
      await simulator.close();
      await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
      await receiver.close();
      await superuser.end();
      await db.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return installation;
}

/** A client's own server: hears how its recharges end. */
async function startReceiver(onTold: (transactionId: string) => void) {
  const server = createServer((request, response) => {
    onTold(new URL(request.url ?? '/', `http://${HOST}`).searchParams.get('txid') ?? '');
    response.end('thanks');
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
