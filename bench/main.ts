/**
 * `npm run bench`: the batch design and the naive one behind the same door, in the same run, interleaved, medians
 * of three rounds; then the whole life of orders, and what clients feel. Starts everything itself. The books are
 * verified at the end: a fast wrong answer counts as 0.
 *
 *     npm run bench -- --quick    under a minute
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyBooks } from '../src/verify/verify.ts';
import { type Load, median, type Round, run } from './load.ts';
import { type BenchServer, startServer } from './servers.ts';

interface Case {
  readonly name: string;
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly naiveRate: number | null;
  readonly ratio: number | null;
  readonly naiveP99Ms?: number;
  /** Slowest and fastest round. */
  readonly spread?: readonly [number, number];
}

const RESULTS = join(import.meta.dirname, 'results.json');
const quick = process.argv.includes('--quick');
const ROUNDS = 3;
const SECONDS = quick ? 3 : 10;
const WHOLE_LIFE_SECONDS = quick ? 8 : 60;

await rm(RESULTS, { force: true });
const cases: Case[] = [];
const say = (line: string) => console.log(`bench  ${line}`);
let ok = true;
try {
  await acceptCases();
  await wholeLifeCases();
} catch (error) {
  ok = false;
  console.error(error);
}
await writeFile(
  RESULTS,
  `${JSON.stringify({ ok, cases: ok ? cases : cases.map((one) => ({ ...one, rate: 0, ratio: 0 })) }, undefined, 2)}\n`,
);
report();
process.exitCode = ok ? 0 : 1;

/** Accepting alone: processes that serve the APIs and leave the sending to workers that do not run. */
async function acceptCases(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'toprail-bench-'));
  say('starting PostgreSQL and two servers: the batch design and the naive one, on the same database');
  const batch = await startServer('batch', dataDir, { TOPRAIL_ROLE: 'api' });
  const naive = await startServer('naive', dataDir, { TOPRAIL_ROLE: 'api', TOPRAIL_SEED: 'none' });
  const shapes: readonly (readonly [
    string,
    number,
    (server: BenchServer) => Omit<Load, 'connections' | 'seconds'>,
  ])[] = [
    ['accept, native API, one hot wallet, 64 connections', 64, nativeOrder],
    ...(quick
      ? []
      : ([
          ['accept, reloadly async, one hot wallet, 64 connections', 64, reloadlyOrder],
          ['accept, native API, one hot wallet, 256 connections', 256, nativeOrder],
        ] as const)),
  ];
  try {
    for (const [name, connections, load] of shapes) {
      const rounds: { batch: Round; naive: Round }[] = [];
      for (const server of [batch, naive]) await run({ ...load(server), connections, seconds: 1 }); // warm
      for (let round = 1; round <= ROUNDS; round++) {
        const fast = await run({ ...load(batch), connections, seconds: SECONDS });
        const slow = await run({ ...load(naive), connections, seconds: SECONDS });
        rounds.push({ batch: fast, naive: slow });
        say(`${name}, round ${round}: ${fast.rate.toFixed(0)}/s against ${slow.rate.toFixed(0)}/s`);
        if (fast.failed + slow.failed > 0)
          throw new Error(`${fast.failed} and ${slow.failed} requests failed`);
      }
      const rate = median(rounds.map(({ batch: one }) => one.rate));
      const naiveRate = median(rounds.map(({ naive: one }) => one.rate));
      cases.push({
        name,
        rate: Math.round(rate),
        p50Ms: median(rounds.map(({ batch: one }) => one.p50Ms)),
        p99Ms: median(rounds.map(({ batch: one }) => one.p99Ms)),
        naiveRate: Math.round(naiveRate),
        ratio: Number((rate / naiveRate).toFixed(2)),
        naiveP99Ms: median(rounds.map(({ naive: one }) => one.p99Ms)),
        spread: spreadOf(rounds.map(({ batch: one }) => one.rate)),
      });
    }
    await verify(batch);
  } finally {
    await naive.stop();
    await batch.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The whole switch with its pretend operators: accepted, delivered, settled, events written. */
async function wholeLifeCases(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'toprail-bench-'));
  say('starting a whole switch with its pretend operators');
  const server = await startServer('batch', dataDir, {});
  try {
    await run({ ...nativeOrder(server), connections: 64, seconds: 1 });
    await server.allEnded();
    const before = await server.delivered();
    const startedAt = performance.now();
    const load = await run({ ...waitingOrder(server), connections: 256, seconds: WHOLE_LIFE_SECONDS });
    await server.allEnded();
    const seconds = (performance.now() - startedAt) / 1000;
    const delivered = (await server.delivered()) - before;
    if (load.failed > 0) throw new Error(`${load.failed} requests failed`);
    cases.push(
      alone('whole life: accepted, delivered, settled, 256 connections', {
        ...load,
        rate: delivered / seconds,
      }),
    );
    const one = await run({ ...waitingOrder(server), connections: 1, seconds: SECONDS });
    cases.push(alone('whole life, one client that waits', one));
    const reads = await run({ ...operatorsPage(server), connections: 64, seconds: SECONDS });
    cases.push(alone('operators page, 64 connections', reads));
    await server.allEnded();
    const cpu = await server.usage();
    say(
      `memory of the server: ${(cpu.rss / 1024 / 1024).toFixed(0)} MB; disk per settled order: ${await server.bytesPerOrder()} bytes`,
    );
    await verify(server);
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function alone(name: string, round: Round): Case {
  return {
    name,
    rate: Math.round(round.rate),
    p50Ms: round.p50Ms,
    p99Ms: round.p99Ms,
    naiveRate: null,
    ratio: null,
  };
}

async function verify(server: BenchServer): Promise<void> {
  const { checks } = await verifyBooks({
    databaseUrl: server.databaseUrl,
    journalPath: server.journalPath,
    settleMs: 0,
  });
  const broken = checks.filter(({ violations }) => violations > 0);
  if (broken.length > 0) throw new Error(`the books are wrong: ${JSON.stringify(broken)}`);
  say(`the books hold: ${checks.length} checks`);
}

function nativeOrder({ url, apiKey }: BenchServer) {
  const body = JSON.stringify({
    reference: '[<id>]',
    product: 173,
    recipient: { phone: '+50936377111' },
    amount: { value: '1.00', currency: 'USD' },
  });
  return {
    url,
    method: 'POST',
    path: '/v1/orders',
    headers: { authorization: `Bearer ${apiKey}` },
    body,
  } as const;
}

function waitingOrder(server: BenchServer) {
  const load = nativeOrder(server);
  return { ...load, headers: { ...load.headers, prefer: 'wait=30' } };
}

function reloadlyOrder({ url, token }: BenchServer) {
  const body = JSON.stringify({
    operatorId: 173,
    amount: 1,
    customIdentifier: '[<id>]',
    recipientPhone: { countryCode: 'HT', number: '+50936377111' },
  });
  return {
    url,
    method: 'POST',
    path: '/topups-async',
    headers: { authorization: `Bearer ${token}` },
    body,
  } as const;
}

function operatorsPage({ url, token }: BenchServer) {
  return {
    url,
    method: 'GET',
    path: '/operators?size=20',
    headers: { authorization: `Bearer ${token}` },
  } as const;
}

function spreadOf(rates: readonly number[]): readonly [number, number] {
  return [Math.round(Math.min(...rates)), Math.round(Math.max(...rates))];
}

function report(): void {
  console.log('');
  console.log(
    `${'case'.padEnd(62)} ${'rate/s'.padStart(8)} ${'p50 ms'.padStart(7)} ${'p99 ms'.padStart(7)} ${'naive/s'.padStart(8)} ${'ratio'.padStart(6)}`,
  );
  for (const one of cases) {
    const cells = [one.rate, one.p50Ms, one.p99Ms, one.naiveRate ?? '', one.ratio ?? ''].map(String);
    const widths = [8, 7, 7, 8, 6];
    console.log(
      `${one.name.padEnd(62)} ${cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join(' ')}`,
    );
  }
}
