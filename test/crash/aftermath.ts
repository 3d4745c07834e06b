/** What must hold when nobody is killed any more: every word that was given, and every invariant. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { EMBEDDED_DATABASE } from '../../src/cli/connect.ts';
import { findRunning } from '../../src/platform/embedded/cluster.ts';
import type { JournalEntry } from '../../src/simulator/journal-entry.ts';
import { isPlanName, scenarioOf } from '../../src/simulator/scenarios.ts';
import { eventually } from '../harness/app.ts';
import { toprail } from '../harness/server-process.ts';
import type { Fleet } from './fleet.ts';
import { hasEnded, type Load } from './load.ts';

export interface Aftermath {
  readonly violations: readonly string[];
  readonly convergedInSeconds: number;
  /** As the database counts them. */
  readonly states: Readonly<Record<string, number>>;
  readonly takeovers: Takeovers;
}

/** Orders whose sender died: seconds from the commit before the send to the event of who took over, shortest first. */
export interface Takeovers {
  readonly all: readonly number[];
  /** Of what was sent since nobody but the last worker died. */
  readonly last: readonly number[];
}

/** A lease, its verification with the spacing of two NOT_FOUND, and the deadline of an order that is tried again. */
const CONVERGE_MS = 120_000;
const REPEATS_AT_ONCE = 16;
/** What is told of a violation that has many cases. */
const SAMPLE = 5;

export async function lookAtAftermath(fleet: Fleet, load: Load, lastDeath: Date): Promise<Aftermath> {
  const startedAtMs = Date.now();
  const violations: string[] = [];
  const blame = (told: string) => violations.push(told);
  // A start takes up what was put off because nobody listened.
  await fleet.simulator.kill();
  await fleet.simulator.start();
  await repeatAll(load, [...load.unanswered], (reference, placed) => {
    if (!placed) blame(`${reference} got no answer before, and is refused now`);
  });
  const database = await openDatabase(fleet);
  try {
    await eventually(async () => {
      const open = (await Promise.all([openRows(database), untold(fleet)])).flat();
      if (open.length > 0)
        throw new Error(`${open.length} have not come to their end: ${open.slice(0, SAMPLE).join(', ')}`);
    }, CONVERGE_MS).catch((error: Error) => blame(error.message));
    const convergedInSeconds = Math.round((Date.now() - startedAtMs) / 1_000);

    // The answer of a repeat is the order as it stands: the same one, and ended or before a person.
    await repeatAll(load, [...load.acknowledged.keys()], (reference, placed) => {
      if (!placed) blame(`${reference} was acknowledged and is gone`);
      else if (!hasEnded(placed) && placed.status !== 'review') blame(`${reference} is ${placed.status}`);
    });
    const twice = load.acknowledged.size - new Set(load.acknowledged.values()).size;
    if (twice > 0) blame(`${twice} orders stand for two references`);
    for (const told of await verify(fleet)) blame(told);
    return {
      violations,
      convergedInSeconds,
      states: await countStates(database),
      takeovers: await measureTakeovers(database, lastDeath),
    };
  } finally {
    await database.close();
  }
}

async function repeatAll(
  load: Load,
  references: readonly string[],
  look: (reference: string, placed: Awaited<ReturnType<Load['repeat']>>) => void,
): Promise<void> {
  const left = [...references];
  await Promise.all(
    Array.from({ length: REPEATS_AT_ONCE }, async () => {
      for (let reference = left.pop(); reference !== undefined; reference = left.pop())
        look(reference, await load.repeat(reference));
    }),
  );
}

interface Rows {
  query<Row>(sql: string): Promise<Row[]>;
  close(): Promise<void>;
}

/** As the superuser: the whole of it. */
async function openDatabase({ dataDir }: Fleet): Promise<Rows> {
  const cluster = await findRunning(dataDir);
  if (!cluster) throw new Error('PostgreSQL does not run');
  const client = new Client({ connectionString: cluster.url('postgres', EMBEDDED_DATABASE) });
  await client.connect();
  return {
    query: async (sql) => (await client.query(sql)).rows,
    close: async () => {
      await client.end();
      await cluster.stop();
    },
  };
}

/** Orders that are under way, and callbacks that nobody has acted on. */
async function openRows({ query }: Rows): Promise<string[]> {
  const rows = await query<{ what: string }>(
    `select 'order ' || order_id as what from toprail.order_progress
       where state not in ('DELIVERED', 'FAILED', 'CANCELLED', 'REVIEW')
     union all select 'callback ' || notice from toprail.callback_inbox where next_wakeup is not null`,
  );
  return rows.map(({ what }) => what);
}

/** What the operators have still to do or to tell. */
async function untold({ dataDir }: Fleet): Promise<string[]> {
  const wanted = new Map<string, number>();
  for (const line of (await readFile(join(dataDir, 'simulator', 'journal.ndjson'), 'utf8')).split('\n')) {
    if (line === '') continue;
    const { event, reference, plan } = JSON.parse(line) as JournalEntry;
    const left = wanted.get(reference) ?? 0;
    if (event === 'submitted') {
      const { steps, callbacks } = scenarioOf(isPlanName(plan) ? plan : 'delivered');
      wanted.set(reference, steps.length + callbacks.length);
    } else wanted.set(reference, left - 1);
  }
  return [...wanted].flatMap(([reference, left]) => (left > 0 ? [`top-up ${reference}`] : []));
}

async function verify({ dataDir }: Fleet): Promise<string[]> {
  const { status, stdout, stderr } = await toprail(['verify', '--json', '--settle-seconds', '0'], dataDir);
  if (stdout === '') return [`verify said nothing: ${stderr}`];
  const { checks } = JSON.parse(stdout) as {
    checks: { name: string; rule: string; violations: number; sample: string[]; skipped?: true }[];
  };
  const broken = checks.filter(({ violations, skipped }) => violations > 0 || skipped);
  if (status !== 0 && broken.length === 0) return [`verify ended with ${status}: ${stderr}`];
  return broken.map(
    ({ name, rule, violations, sample }) =>
      `${name} broken ${violations} times: ${rule}: ${sample.join(', ')}`,
  );
}

async function countStates({ query }: Rows): Promise<Record<string, number>> {
  const rows = await query<{ state: string; orders: string }>(
    'select state, count(*) as orders from toprail.order_progress group by state order by state',
  );
  return Object.fromEntries(rows.map(({ state, orders }) => [state, Number(orders)]));
}

/**
 * An order in doubt on the word of nobody: its sender's lease was over. By the database's own times, from the commit
 * that let the attempt go to the event of who took over.
 */
async function measureTakeovers({ query }: Rows, lastDeath: Date): Promise<Takeovers> {
  const rows = await query<{ seconds: number; sent_at: Date }>(
    `select extract(epoch from doubt.at - sent.sent_at)::float8 as seconds, sent.sent_at
     from toprail.events doubt
     join toprail.attempts sent on sent.order_id = doubt.order_id
       and sent.number = (doubt.body ->> 'attempt')::smallint
     where doubt.type = 'order.in_doubt' and exists (select from toprail.evidence said
       where said.order_id = sent.order_id and said.attempt = sent.number and said.source = 'recovery')
     order by seconds`,
  );
  const seconds = (of: typeof rows) => of.map((row) => row.seconds);
  return { all: seconds(rows), last: seconds(rows.filter(({ sent_at }) => sent_at >= lastDeath)) };
}
