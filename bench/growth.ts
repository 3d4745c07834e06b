/**
 * `npm run bench -- --preload 10000000`: the same figures of an almost empty database and of a full one, measured in
 * turns. The books of the full one are verified at the end, in full and again incrementally.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EMBEDDED_DATABASE } from '../src/cli/connect.ts';
import { ensureKeys } from '../src/identity/keys.ts';
import { findMasterKey } from '../src/identity/master-key.ts';
import { findRunning } from '../src/platform/embedded/cluster.ts';
import { createDatabase } from '../src/platform/postgres.ts';
import { verifyBooks } from '../src/verify/verify.ts';
import { removeInstallation } from '../test/harness/remove-installation.ts';
import { openAccounts } from './accounts.ts';
import { ACCOUNTS, type Both, type Growth, PAGE, type Pace, ROUNDS } from './growth-page.ts';
import type { RequestShape } from './http-wire.ts';
import { type Load, run } from './load.ts';
import { describeMachine } from './machine.ts';
import { type Preloaded, preload } from './preload.ts';
import { nativeOrders, waitingOrders } from './requests.ts';
import { median } from './results.ts';
import { allEnded, type BenchServer, startServer } from './servers.ts';
import { withUsage } from './usage.ts';

const SECONDS = 3;
const SAMPLED = 5_000;

type Say = (line: string) => void;

export async function measureGrowth(orders: number, say: Say): Promise<Growth> {
  const newDataDir = () => mkdtemp(join(tmpdir(), 'toprail-bench-'));
  const dataDirs = { empty: await newDataDir(), full: await newDataDir() };
  try {
    return await measureIn(dataDirs, orders, say);
  } finally {
    await removeInstallation(dataDirs.empty);
    await removeInstallation(dataDirs.full);
  }
}

async function measureIn(dataDirs: Both<string>, orders: number, say: Say): Promise<Growth> {
  const templateId = await deliverOne(dataDirs.full);
  const filled = await fill(dataDirs.full, { orders, templateId, say });
  const accepting = await withServers(dataDirs, { TOPRAIL_ROLE: 'api' }, async (servers) => ({
    accept: await inTurns(servers, accepted, say),
    ...(await readingTimes(servers.full, filled, say)),
    ...(await sizesOf(servers.full)),
  }));
  const wholeLife = await withServers(dataDirs, {}, (servers) => inTurns(servers, lived, say));
  const verifySeconds = await verified(dataDirs.full, say);
  return {
    at: new Date().toISOString().slice(0, 10),
    machine: describeMachine(dataDirs.full),
    orders,
    ...accepting,
    wholeLife,
    verifySeconds,
  };
}

/** Returns the id of an order that was delivered. */
async function deliverOne(dataDir: string): Promise<bigint> {
  const server = await startServer({ design: 'batch', dataDir });
  try {
    await run({ url: server.url, requests: waitingOrders(server), connections: 1, seconds: 1 });
    await allEnded(server);
    return BigInt(
      await server.ask(
        "select min(order_id) as n from toprail.order_progress where state = 'DELIVERED' and event_seq = 2",
      ),
    );
  } finally {
    await server.stop();
  }
}

/** The account whose order is copied is one of those that the copies belong to: what it asks later meets its own. */
async function fill(
  dataDir: string,
  { orders, templateId, say }: { readonly orders: number; readonly templateId: bigint; readonly say: Say },
): Promise<Preloaded> {
  const server = await startServer({ design: 'batch', dataDir, env: { TOPRAIL_ROLE: 'api' } });
  const masterKey = await findMasterKey({ given: undefined, dataDir, database: 'embedded' });
  const database = createDatabase({
    url: server.databaseUrl,
    poolMax: 1,
    applicationName: 'toprail bench',
  });
  try {
    const others = await openAccounts(server.databaseUrl, ACCOUNTS - 1);
    const ofTemplate = (column: string) =>
      server.ask(`select ${column} as n from toprail.orders where id = ${templateId}`);
    const wallets = [
      [BigInt(await ofTemplate('account_id')), BigInt(await ofTemplate('wallet_id'))] as const,
      ...others.map(({ accountId, walletId }) => [accountId, walletId] as const),
    ];
    const { vault } = await ensureKeys(database, masterKey);
    return await withSuperuser(dataDir, (superuser) =>
      preload({ superuser, vault, wallets, templateId, orders, say }),
    );
  } finally {
    await database.end();
    await server.stop();
  }
}

async function withSuperuser<T>(dataDir: string, work: (superuser: Client) => Promise<T>): Promise<T> {
  const cluster = await findRunning(dataDir);
  if (!cluster) throw new Error('PostgreSQL does not run');
  const superuser = new Client({ connectionString: cluster.url('postgres', EMBEDDED_DATABASE) });
  await superuser.connect();
  try {
    return await work(superuser);
  } finally {
    await superuser.end();
    await cluster.stop();
  }
}

async function withServers<T>(
  dataDirs: Both<string>,
  env: Readonly<Record<string, string>>,
  work: (servers: Both<BenchServer>) => Promise<T>,
): Promise<T> {
  const start = (dataDir: string) => startServer({ design: 'batch', dataDir, env });
  const servers = { empty: await start(dataDirs.empty), full: await start(dataDirs.full) };
  try {
    return await work(servers);
  } finally {
    await servers.empty.stop();
    await servers.full.stop();
  }
}

interface Measurement {
  readonly name: string;
  /** Before the first round. */
  readonly prepare: (server: BenchServer) => Promise<void>;
  /** Returns how many orders were done, and in how many seconds. */
  readonly round: (server: BenchServer) => Promise<{ readonly done: number; readonly seconds: number }>;
}

/** The machine's speed wanders: whoever is measured first and last is measured on two machines. */
async function inTurns(
  servers: Both<BenchServer>,
  { name, prepare, round }: Measurement,
  say: Say,
): Promise<Both<Pace>> {
  const rounds = { empty: [] as Pace[], full: [] as Pace[] };
  await prepare(servers.empty);
  await prepare(servers.full);
  for (let turn = 1; turn <= ROUNDS; turn++) {
    for (const which of ['empty', 'full'] as const) {
      const { value, usage } = await withUsage(servers[which], () => round(servers[which]));
      const { postgres } = usage.cpu;
      rounds[which].push({
        rate: value.done / value.seconds,
        postgresUs: postgres === null ? null : (postgres * 1e6) / value.done,
      });
    }
    const told = [rounds.empty, rounds.full].map((paces) => paces.at(-1)?.rate.toFixed(0));
    say(`${name}, round ${turn} of ${ROUNDS}: ${told.join(' a second empty, ')} full`);
  }
  return { empty: middleOf(rounds.empty), full: middleOf(rounds.full) };
}

function middleOf(paces: readonly Pace[]): Pace {
  const costs = paces.flatMap(({ postgresUs }) => (postgresUs === null ? [] : [postgresUs]));
  return {
    rate: median(paces.map(({ rate }) => rate)),
    postgresUs: costs.length === 0 ? null : median(costs),
  };
}

const accepted: Measurement = {
  name: 'accepted',
  prepare: async (server) => void (await run({ ...acceptLoad(server), seconds: 1 })),
  round: async (server) => {
    const { done, rate } = await run(acceptLoad(server));
    return { done, seconds: done / rate };
  },
};

function acceptLoad(server: BenchServer): Load {
  return { url: server.url, requests: nativeOrders(server), connections: 64, seconds: SECONDS };
}

const lived: Measurement = {
  name: 'whole lives',
  prepare: async (server) => {
    await allEnded(server);
    await run({ ...lifeLoad(server), seconds: 1 });
    await allEnded(server);
  },
  round: async (server) => {
    const last = await server.ask('select max(order_id) as n from toprail.order_progress');
    const startedAtMs = performance.now();
    await run(lifeLoad(server));
    await allEnded(server);
    const seconds = (performance.now() - startedAtMs) / 1_000;
    const delivered = `select count(*) as n from toprail.order_progress where order_id > ${last} and state = 'DELIVERED'`;
    return { done: await server.ask(delivered), seconds };
  },
};

function lifeLoad(server: BenchServer): Load {
  return { url: server.url, requests: waitingOrders(server), connections: 256, seconds: SECONDS };
}

async function readingTimes({ url, apiKey }: BenchServer, filled: Preloaded, say: Say) {
  const shape = (path: string): RequestShape => ({
    method: 'GET',
    path,
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const sampled = Array.from({ length: Math.min(SAMPLED, filled.count) }, (_, index) =>
    Math.floor((index * 0.618_034 * filled.count) % filled.count),
  );
  const inTheMiddle = async (paths: readonly string[]) => {
    const load = { url, requests: paths.map(shape), connections: 1, seconds: SECONDS };
    const { p50Ms, failed, failure } = await run(load);
    if (failed > 0) throw new Error(`${failed} requests failed: ${failure}`);
    say(`${paths[0]}: ${p50Ms.toFixed(2)} ms`);
    return p50Ms;
  };
  return {
    byIdMs: await inTheMiddle(sampled.map((index) => `/v1/orders/ord_${filled.orderId(index)}`)),
    byReferenceMs: await inTheMiddle(
      sampled.map((index) => `/v1/orders?reference=${filled.reference(index)}`),
    ),
    listMs: await inTheMiddle([`/v1/orders?limit=${PAGE}`]),
  };
}

async function sizesOf({ ask }: BenchServer) {
  const tables = [
    'orders',
    'order_progress',
    'attempts',
    'evidence',
    'transfers',
    'events',
    'recipients',
    'order_references',
  ];
  const bytes: number[] = [];
  for (const table of tables) {
    const parts = `select relid from pg_partition_tree('toprail.${table}') union select 'toprail.${table}'::regclass`;
    bytes.push(await ask(`select sum(pg_total_relation_size(relid)) as n from (${parts}) as t`));
  }
  const stored = await ask('select count(*) as n from toprail.orders');
  const largest = tables.map((name, index) => ({
    name,
    bytesPerOrder: Math.round((bytes[index] ?? 0) / stored),
  }));
  return {
    bytesPerOrder: largest.reduce((sum, { bytesPerOrder }) => sum + bytesPerOrder, 0),
    largest: largest.toSorted((a, b) => b.bytesPerOrder - a.bytesPerOrder),
  };
}

/** In full, which leaves its mark, and from there. The copies are in no operator's journal. */
async function verified(dataDir: string, say: Say): Promise<Growth['verifySeconds']> {
  const server = await startServer({ design: 'batch', dataDir, env: { TOPRAIL_ROLE: 'api' } });
  const timed = async (form: 'full' | 'incremental') => {
    const startedAtMs = performance.now();
    const { ok, checks } = await verifyBooks({
      databaseUrl: server.databaseUrl,
      journalPath: undefined,
      form,
      mark: 'move',
    });
    const seconds = (performance.now() - startedAtMs) / 1_000;
    if (!ok)
      throw new Error(
        `the books are wrong: ${JSON.stringify(checks.filter(({ violations }) => violations > 0))}`,
      );
    say(`the books hold: ${form}, ${seconds.toFixed(1)} s`);
    return seconds;
  };
  try {
    return { full: await timed('full'), incremental: await timed('incremental') };
  } finally {
    await server.stop();
  }
}
