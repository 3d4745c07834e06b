/**
 * `npm run simulate`: seeds of the simulated installation, on every core.
 *
 *     npm run simulate -- --seeds 2000 --orders 500
 *     npm run simulate -- --seed 1234 --orders 500      one seed, twice: it must replay to the bit
 *     npm run simulate -- --planted                     every planted bug must be caught
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { PAIRS } from './coverage.ts';
import { plantedBugs } from './hunt.ts';
import { missingPairs, NOTHING_RUN, runSeeds, type Summary, sum } from './run-seeds.ts';
import { World } from './world.ts';

const SEEDS = 2000;
const ORDERS = 500;
const PROGRESS_EVERY_MS = 5_000;

interface Part {
  readonly from: number;
  readonly step: number;
  readonly until: number;
  readonly orders: number;
}

if (isMainThread) process.exitCode = (await main()) ? 0 : 1;
else await work(workerData as Part); // what `inThreads` gives

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: `${SEEDS}` },
      orders: { type: 'string', default: `${ORDERS}` },
      first: { type: 'string', default: '1' },
      seed: { type: 'string' },
      planted: { type: 'boolean', default: false },
    },
  });
  const orders = Number(values.orders);
  if (values.planted) return hunt();
  if (values.seed !== undefined) return replay(Number(values.seed), orders);
  const first = Number(values.first);
  return all({ first, last: first + Number(values.seeds) - 1, orders });
}

async function all(run: { first: number; last: number; orders: number }): Promise<boolean> {
  const startedAt = Date.now();
  const summary = await inThreads(run);
  const missing = missingPairs(summary);
  const { seeds, orders, events, ended, simulatedMs, failures } = summary;
  const pairs = Object.values(PAIRS).flat().length;
  console.log(`
${seeds} seeds, ${orders} orders, ${events} events, ${(simulatedMs / 86_400_000).toFixed(0)} simulated days in ${seconds(startedAt)} s
ended: ${Object.entries(ended)
    .map(([state, count]) => `${state} ${count}`)
    .join(', ')}
pairs of fault and state: ${pairs - missing.length} of ${pairs} reached${missing.map((pair) => `\n  NOT REACHED ${pair}`).join('')}
violations: ${failures.length} seeds`);
  for (const { seed, violations } of failures.slice(0, 10)) {
    for (const { rule, what } of violations.slice(0, 3)) console.log(`  seed ${seed}  ${rule}  ${what}`);
    console.log(`  again: npm run simulate -- --seed ${seed} --orders ${run.orders}`);
  }
  return failures.length === 0 && missing.length === 0;
}

async function replay(seed: number, orders: number): Promise<boolean> {
  const reports = [];
  for (let run = 0; run < 2; run++) reports.push(await new World({ seed, orders }).run());
  const [first, second] = reports;
  if (!first || !second) return false;
  const isSame = first.trace === second.trace && first.events === second.events;
  console.log(
    `seed ${seed}: ${first.events} events, trace ${first.trace}, ${isSame ? 'replayed to the bit' : `and ${second.trace} the second time: NOT THE SAME`}`,
  );
  console.log(`ended: ${JSON.stringify(first.ended)}`);
  for (const { rule, what } of first.violations) console.log(`  ${rule}  ${what}`);
  return isSame && first.violations.length === 0;
}

async function hunt(): Promise<boolean> {
  let missed = 0;
  for await (const { name, caught } of plantedBugs()) {
    if (!caught) missed += 1;
    console.log(
      caught ? `caught  ${name}: seed ${caught.seed}, ${caught.rule}, ${caught.what}` : `MISSED  ${name}`,
    );
  }
  console.log(missed === 0 ? 'every planted bug was caught' : `${missed} planted bugs were missed`);
  return missed === 0;
}

async function inThreads({ first, last, orders }: { first: number; last: number; orders: number }) {
  const threads = Math.max(1, Math.min(availableParallelism(), last - first + 1));
  const startedAt = Date.now();
  let done = 0;
  const progress = setInterval(
    () => console.log(`${done} of ${last - first + 1} seeds, ${seconds(startedAt)} s`),
    PROGRESS_EVERY_MS,
  );
  const parts = Array.from({ length: threads }, (_, thread) => {
    const part: Part = { from: first + thread, step: threads, until: last, orders };
    return new Promise<Summary>((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: part });
      worker.on('message', (said: 'seed' | Summary) => {
        if (said === 'seed') done += 1;
        else resolve(said);
      });
      worker.on('error', reject);
    });
  });
  try {
    return (await Promise.all(parts)).reduce(sum, NOTHING_RUN);
  } finally {
    clearInterval(progress);
  }
}

async function work({ from, step, until, orders }: Part): Promise<void> {
  const seeds = Array.from({ length: Math.floor((until - from) / step) + 1 }, (_, n) => from + n * step);
  // The rule is about windows; a port has no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  const tell = (said: 'seed' | Summary) => parentPort?.postMessage(said);
  tell(await runSeeds(seeds, orders, () => tell('seed')));
}

function seconds(sinceMs: number): string {
  return ((Date.now() - sinceMs) / 1000).toFixed(0);
}
