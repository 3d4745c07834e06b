/**
 * More orders than the switch can see to their end. First clients that wait for each answer find its peak; then three
 * times as many come, whatever is answered: what is delivered has to stay, and the rest be told to come again.
 *
 * Once with an operator that takes two seconds, so that its places are the limit; once with one that answers at once,
 * so that this machine is.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { verifyBooks } from '../../src/verify/verify.ts';
import { cloneDatabase } from '../harness/database.ts';
import { spawnServer } from '../harness/server-process.ts';
import { createGunner, type Gunner, type Shot } from './gunner.ts';

const CASES = [
  { told: 'a slow operator is the limit', phone: '+50936379000', clients: [1_500] },
  { told: 'this machine is the limit', phone: '+50936377111', clients: [64, 128, 256] },
] as const;

/** Kept open, as the pools of many clients are. */
const CONNECTIONS = 2_000;
const WARM_MS = 3_000;
const PEAK_MS = 12_000;
const OVERLOAD = 3;
const OVERLOAD_MS = 20_000;
/** At the beginning of each, lines are still forming. */
const SETTLE_MS = 4_000;
/** As they are told. */
const RETRY_AFTER_MS = 2_000;
const SPREAD_MS = 2_000;
const TICK_MS = 4;
const GOODPUT_SHARE_MIN = 0.9;
const CONVERGE_MS = 60_000;

export async function runOverload(say: (line: string) => void): Promise<readonly string[]> {
  const violations: string[] = [];
  for (const one of CASES) {
    say(one.told);
    const dataDir = await mkdtemp(join(tmpdir(), 'toprail-overload-'));
    const db = await cloneDatabase();
    const env = {
      TOPRAIL_DATABASE_URL: db.appUrl,
      TOPRAIL_DATABASE_OWNER_URL: db.ownerUrl,
      TOPRAIL_MASTER_KEY: 'c4'.repeat(32),
      TOPRAIL_LOG_LEVEL: 'error',
    };
    const server = await spawnServer({ dataDir, env });
    try {
      const { apiKey } = JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as {
        apiKey: string;
      };
      violations.push(...(await overload({ ...one, url: server.url, apiKey, say })));
      violations.push(...(await lookBack({ dataDir, ...db })));
    } finally {
      await server.kill('SIGTERM');
      await db.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  }
  return violations;
}

interface Overload {
  readonly url: string;
  readonly apiKey: string;
  readonly phone: string;
  readonly clients: readonly number[];
  readonly say: (line: string) => void;
}

async function overload({ url, apiKey, phone, clients, say }: Overload): Promise<string[]> {
  let shots: Shot[] = [];
  let onShot = (_shot: Shot) => {};
  const gunner = await createGunner({
    port: Number(new URL(url).port),
    connections: CONNECTIONS,
    request: (number) => orderRequest(apiKey, phone, number),
    good: '"status":"delivered"',
    onShot: (shot) => {
      shots.push(shot);
      onShot(shot);
    },
  });
  try {
    const waitingClients = async (count: number, ms: number) => {
      shots = [];
      let isRunning = true;
      onShot = ({ isGood }) =>
        void setTimeout(() => isRunning && gunner.shoot(), isGood ? 0 : RETRY_AFTER_MS);
      // Not all at once: an operator that takes as long for each would answer all at once, again and again.
      for (let one = 0; one < count; one += 1) setTimeout(() => gunner.shoot(), (one / count) * SPREAD_MS);
      const { fromMs, toMs } = await period(ms);
      isRunning = false;
      const rate = goodRate(shots, fromMs, toMs);
      say(
        `${count} clients that wait: ${rate.toFixed(0)} delivered a second, p99 ${percentile(shots, 0.99)} ms`,
      );
      await emptied(gunner);
      return rate;
    };
    await waitingClients(clients[0] ?? 1, WARM_MS);
    const best = { count: 0, rate: 0 };
    for (const count of clients) {
      const rate = await waitingClients(count, PEAK_MS);
      if (rate > best.rate) Object.assign(best, { count, rate });
    }
    shots = [];
    onShot = () => {};
    const wanted = best.rate * OVERLOAD;
    const [{ fromMs, toMs }] = await Promise.all([period(OVERLOAD_MS), shootAt(gunner, wanted)]);
    await emptied(gunner);
    const overloaded = shots;
    const goodput = goodRate(overloaded, fromMs, toMs);
    // Measured on both sides of it: others may want this machine too.
    const peak = (best.rate + (await waitingClients(best.count, PEAK_MS))) / 2;
    shots = overloaded;
    const share = `${((goodput / peak) * 100).toFixed(0)} % of the peak`;
    const good = shots.filter(({ isGood }) => isGood);
    const refused = shots.filter(({ status }) => status === 429 || status === 503);
    say(`${wanted.toFixed(0)} a second come: ${goodput.toFixed(0)} delivered a second, ${share}`);
    say(`answers by status: ${statuses(shots)}`);
    say(
      `p99 of those that were delivered ${percentile(good, 0.99)} ms, of those that were refused ${percentile(refused, 0.99)} ms`,
    );
    return [
      ...(goodput < peak * GOODPUT_SHARE_MIN ? [`goodput is ${share}`] : []),
      ...counted(
        refused.filter(({ hasRetryAfter }) => !hasRetryAfter),
        'were refused without Retry-After',
      ),
      ...counted(
        shots.filter(({ status }) => status === 0),
        'got no answer',
      ),
      ...counted(
        shots.filter(({ status }) => status >= 500 && status !== 503),
        'got an error of ours',
      ),
    ];
  } finally {
    gunner.close();
  }
}

/** What has become of those that were accepted. */
async function lookBack(at: {
  readonly dataDir: string;
  readonly superuserUrl: string;
  readonly appUrl: string;
}): Promise<string[]> {
  const superuser = new Client({ connectionString: at.superuserUrl });
  await superuser.connect();
  try {
    const endsAtMs = Date.now() + CONVERGE_MS;
    const left = async () => {
      const { rows } = await superuser.query<{ state: string }>(
        `select state from toprail.order_progress where state <> 'DELIVERED'`,
      );
      return rows;
    };
    while ((await left()).length > 0 && Date.now() < endsAtMs) await pause(250);
    const journalPath = join(at.dataDir, 'simulator', 'journal.ndjson');
    const { checks } = await verifyBooks({ databaseUrl: at.appUrl, journalPath, settleMs: 0 });
    return [
      ...counted(await left(), 'accepted orders were not delivered'),
      ...checks.filter(({ violations }) => violations > 0).map(({ name }) => `${name} is broken`),
    ];
  } finally {
    await superuser.end();
  }
}

async function shootAt(gunner: Gunner, perSecond: number): Promise<void> {
  const startedAtMs = performance.now();
  for (let sent = 0; ; ) {
    const passedMs = performance.now() - startedAtMs;
    if (passedMs > OVERLOAD_MS) return;
    for (; sent < (passedMs / 1000) * perSecond; sent += 1) gunner.shoot();
    await pause(TICK_MS);
  }
}

async function period(ms: number): Promise<{ readonly fromMs: number; readonly toMs: number }> {
  const startedAtMs = performance.now();
  await pause(ms);
  return { fromMs: startedAtMs + Math.min(SETTLE_MS, ms / 2), toMs: performance.now() };
}

async function emptied(gunner: Gunner): Promise<void> {
  const endsAtMs = performance.now() + CONVERGE_MS;
  while (gunner.open > 0 && performance.now() < endsAtMs) await pause(TICK_MS);
}

function goodRate(shots: readonly Shot[], fromMs: number, toMs: number): number {
  const good = shots.filter(({ isGood, endedAtMs }) => isGood && endedAtMs >= fromMs && endedAtMs < toMs);
  return (good.length * 1000) / (toMs - fromMs);
}

function orderRequest(apiKey: string, phone: string, number: number): string {
  const body = `{"reference":"load-${number}","product":173,"recipient":{"phone":"${phone}"},"amount":{"value":"1.00","currency":"USD"}}`;
  return [
    'POST /v1/orders HTTP/1.1',
    'Host: a',
    `Authorization: Bearer ${apiKey}`,
    'Content-Type: application/json',
    'Prefer: wait=30',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

function counted(wrong: readonly unknown[], told: string): string[] {
  return wrong.length === 0 ? [] : [`${wrong.length} ${told}`];
}

function percentile(shots: readonly Shot[], share: number): string {
  const sorted = shots.map(({ beganAtMs, endedAtMs }) => endedAtMs - beganAtMs).sort((a, b) => a - b);
  return (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0);
}

function statuses(shots: readonly Shot[]): string {
  return [...Map.groupBy(shots, ({ status }) => status)]
    .sort(([a], [b]) => a - b)
    .map(([status, all]) => `${status} x ${all.length}`)
    .join(', ');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
