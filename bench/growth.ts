/**
 * `npm run bench -- --preload 10000000`: the same figures on an almost empty database and on a full one. The books are
 * verified at the end, in full and again incrementally.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
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
import type { RequestShape } from './http-wire.ts';
import { type Load, run } from './load.ts';
import { describeMachine } from './machine.ts';
import { type Preloaded, preload } from './preload.ts';
import { nativeOrders, waitingOrders } from './requests.ts';
import { median } from './results.ts';
import { allEnded, type BenchServer, deliveredOrders, startServer } from './servers.ts';

const ACCOUNTS = 100;
const ROUNDS = 3;
const SECONDS = 3;
const SAMPLED = 5_000;
const PAGE = 50;

export interface Growth {
  readonly at: string;
  readonly machine: string;
  readonly orders: number;
  /** Accepted a second, 64 connections, one hot wallet. */
  readonly accept: Change;
  /** Delivered a second, 256 connections. */
  readonly wholeLife: Change;
  /** Milliseconds in the middle, one client. */
  readonly byIdMs: number;
  readonly byReferenceMs: number;
  readonly listMs: number;
  readonly verifySeconds: { readonly full: number; readonly incremental: number };
  /** Of all tables of orders and their indexes. */
  readonly bytesPerOrder: number;
  readonly largest: readonly { readonly name: string; readonly bytesPerOrder: number }[];
}

interface Change {
  readonly before: number;
  readonly after: number;
}

type Say = (line: string) => void;

export async function measureGrowth(orders: number, say: Say): Promise<Growth> {
  const dataDir = await mkdtemp(join(tmpdir(), 'toprail-bench-'));
  try {
    return await measureIn(dataDir, orders, say);
  } finally {
    await removeInstallation(dataDir);
  }
}

async function measureIn(dataDir: string, orders: number, say: Say): Promise<Growth> {
  const whole = async () => wholeLives(await startServer({ design: 'batch', dataDir }), say);
  const lifeBefore = await whole();
  const api = await startServer({ design: 'batch', dataDir, env: { TOPRAIL_ROLE: 'api' } });
  const acceptBefore = await accepted(api, say);
  const { filled, apiKey } = await fill(api, { dataDir, orders, templateId: lifeBefore.orderId, say });
  const acceptAfter = await accepted(api, say);
  const reads = await readingTimes(api, { filled, apiKey, say });
  const sizes = await sizesOf(api);
  await api.stop();
  const lifeAfter = await whole();
  const verifySeconds = await verified(dataDir, say);
  return {
    at: new Date().toISOString().slice(0, 10),
    machine: describeMachine(dataDir),
    orders,
    accept: { before: acceptBefore, after: acceptAfter },
    wholeLife: { before: lifeBefore.rate, after: lifeAfter.rate },
    ...reads,
    verifySeconds,
    ...sizes,
  };
}

/** Ends the server. The id is that of an order which was delivered. */
async function wholeLives(server: BenchServer, say: Say): Promise<{ rate: number; orderId: bigint }> {
  await allEnded(server);
  const load = { url: server.url, requests: waitingOrders(server), connections: 256, seconds: SECONDS };
  await run({ ...load, seconds: 1 });
  const rates = await inRounds(async () => {
    const before = await deliveredOrders(server);
    const startedAtMs = performance.now();
    await run(load);
    await allEnded(server);
    return ((await deliveredOrders(server)) - before) / ((performance.now() - startedAtMs) / 1_000);
  });
  say(`whole lives: ${rates.map((rate) => rate.toFixed(0)).join(', ')} a second`);
  const orderId = await server.ask(
    "select min(order_id) as n from toprail.order_progress where state = 'DELIVERED' and event_seq = 2",
  );
  await server.stop();
  return { rate: median(rates), orderId: BigInt(orderId) };
}

async function accepted(server: BenchServer, say: Say): Promise<number> {
  const load: Load = { url: server.url, requests: nativeOrders(server), connections: 64, seconds: SECONDS };
  await run({ ...load, seconds: 1 });
  const rates = await inRounds(async () => (await run(load)).rate);
  say(`accepted: ${rates.map((rate) => rate.toFixed(0)).join(', ')} a second`);
  return median(rates);
}

async function inRounds(measure: () => Promise<number>): Promise<number[]> {
  const figures: number[] = [];
  for (let round = 0; round < ROUNDS; round++) figures.push(await measure());
  return figures;
}

async function fill(
  { databaseUrl }: BenchServer,
  { dataDir, orders, templateId, say }: { dataDir: string; orders: number; templateId: bigint; say: Say },
): Promise<{ readonly filled: Preloaded; readonly apiKey: string }> {
  const accounts = await openAccounts(databaseUrl, ACCOUNTS);
  const masterKey = await findMasterKey({ given: undefined, dataDir, database: 'embedded' });
  const database = createDatabase({ url: databaseUrl, poolMax: 1, applicationName: 'toprail bench' });
  const cluster = await findRunning(dataDir);
  if (!cluster) throw new Error('PostgreSQL does not run');
  const superuser = new Client({ connectionString: cluster.url('postgres', EMBEDDED_DATABASE) });
  await superuser.connect();
  try {
    const { vault } = await ensureKeys(database, masterKey);
    const wallets = accounts.map(({ accountId, walletId }) => [accountId, walletId] as const);
    const filled = await preload({ superuser, vault, wallets, templateId, orders, say });
    return { filled, apiKey: accounts[0]?.apiKey ?? '' };
  } finally {
    await superuser.end();
    await database.end();
    await cluster.stop();
  }
}

async function readingTimes(
  { url }: BenchServer,
  { filled, apiKey, say }: { readonly filled: Preloaded; readonly apiKey: string; readonly say: Say },
) {
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

/** `growth.json` and `growth.md` beside this file. */
export async function writeGrowth(growth: Growth): Promise<void> {
  const file = (name: string) => join(import.meta.dirname, name);
  await writeFile(file('growth.json'), `${JSON.stringify(growth, undefined, 2)}\n`);
  await writeFile(file('growth.md'), growthPage(growth));
}

export function growthPage(growth: Growth): string {
  const { orders, accept, wholeLife, byIdMs, byReferenceMs, listMs, verifySeconds, bytesPerOrder, largest } =
    growth;
  const change = ({ before, after }: Change) =>
    `${before.toFixed(0)} | ${after.toFixed(0)} (${((after / before) * 100).toFixed(0)} %)`;
  return `# Growth

Written by \`npm run bench -- --preload ${orders}\`: change the code, not this page. Measured on ${growth.at}: ${growth.machine}.
Full means ${orders.toLocaleString('en')} orders that have ended, with their books.

| | almost empty | full |
|---|---|---|
| accepted a second, 64 connections, one hot wallet | ${change(accept)} |
| delivered a second, 256 connections | ${change(wholeLife)} |
| an order by its id, ms in the middle | | ${byIdMs.toFixed(2)} |
| an order by its reference, ms in the middle | | ${byReferenceMs.toFixed(2)} |
| a list of ${PAGE}, ms in the middle | | ${listMs.toFixed(2)} |
| \`verify\` in full, s | | ${verifySeconds.full.toFixed(1)} |
| \`verify --incremental\` after it, s | | ${verifySeconds.incremental.toFixed(1)} |
| bytes an order, indexes included | | ${bytesPerOrder} |

Bytes an order by table: ${largest.map(({ name, bytesPerOrder: bytes }) => `${name} ${bytes}`).join(', ')}.
`;
}
