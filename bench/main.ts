/**
 * `npm run bench`: the batch design and the naive one behind the same door, in the same run, interleaved, medians of
 * three rounds; then whole lives of orders, and what clients feel. Starts everything itself. The books are verified at
 * the end of each database: a fast wrong answer counts as 0.
 *
 *     npm run bench                       under ten minutes; writes README.md and chart.svg, too
 *     npm run bench -- --quick            under a minute
 *     npm run bench -- --only bulk rates  the cases whose name has one of the words
 *     npm run bench -- --preload 10000000 what so many stored orders change; writes growth.md
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { verifyBooks } from '../src/verify/verify.ts';
import { removeInstallation } from '../test/harness/remove-installation.ts';
import { CASES, type Case } from './cases.ts';
import { chart } from './chart.ts';
import { measureGrowth } from './growth.ts';
import { growthPage, writeGrowth } from './growth-page.ts';
import { describeMachine } from './machine.ts';
import { measureCase } from './measure.ts';
import { page, screenTables } from './report.ts';
import { type CaseResult, type Results, worthless } from './results.ts';
import type { BenchServer } from './servers.ts';
import { SESSIONS } from './sessions.ts';

const file = (name: string) => join(import.meta.dirname, name);
const { values: flags, positionals: words } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'boolean', default: false },
    preload: { type: 'string' },
  },
  allowPositionals: true,
});
const chosen = CASES.filter(
  ({ name, seconds }) =>
    (!flags.only || words.some((word) => name.includes(word))) &&
    (!flags.quick || seconds.quick !== undefined),
);
const startedAtMs = performance.now();
const say = (line: string) => {
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(0);
  console.log(`bench ${seconds.padStart(4)} s  ${line}`);
};

if (flags.preload !== undefined) {
  const orders = Number(flags.preload);
  if (!Number.isSafeInteger(orders) || orders < 1) throw new Error('--preload takes a number of orders');
  const growth = await measureGrowth(orders, say);
  await writeGrowth(growth);
  console.log(`\n${growthPage(growth)}`);
  process.exit();
}
await rm(file('results.json'), { force: true });
if (chosen.length === 0) say(`no case has one of the words: ${words.join(' ')}`);
const cases: CaseResult[] = [];
let machine = '';
let ok = chosen.length > 0;
try {
  await measure('accepting');
  await measure('pair');
  await measure('switch');
} catch (error) {
  ok = false;
  console.error(error);
}
const failed = cases.filter(({ failed: requests }) => requests > 0);
if (failed.length > 0) {
  ok = false;
  say(
    `requests failed: ${failed.map(({ name, failed: requests }) => `${requests} of "${name}"`).join('; ')}`,
  );
}
const at = new Date().toISOString().slice(0, 10);
const results: Results = { ok, at, machine, cases: ok ? cases : cases.map(worthless) };
const json = `${JSON.stringify(results, undefined, 2)}\n`;
await writeFile(file('results.json'), json);
if (ok && !flags.quick && !flags.only) {
  await writeFile(file('measured.json'), json);
  await writeFile(file('README.md'), page(results));
  await writeFile(file('chart.svg'), chart(results));
}
console.log(`\n${screenTables(results)}\n`);
process.exitCode = ok ? 0 : 1;

async function measure(on: Case['on']): Promise<void> {
  const mine = chosen.filter((one) => one.on === on);
  if (mine.length === 0) return;
  const dataDir = await mkdtemp(join(tmpdir(), 'toprail-bench-'));
  machine ||= describeMachine(dataDir);
  try {
    say('starts PostgreSQL and servers');
    await SESSIONS[on](dataDir, async (servers) => {
      for (const one of mine) {
        const seconds = (flags.quick ? one.seconds.quick : undefined) ?? one.seconds.full;
        cases.push(await measureCase(servers, one, { seconds, say }));
      }
      await verify(servers.product);
    });
  } finally {
    await removeInstallation(dataDir);
  }
}

async function verify(server: BenchServer): Promise<void> {
  say('verifies the books');
  const { checks } = await verifyBooks({
    databaseUrl: server.databaseUrl,
    journalPath: server.journalPath,
    settleMs: 0,
  });
  const broken = checks.filter(({ violations }) => violations > 0);
  if (broken.length > 0) throw new Error(`the books are wrong: ${JSON.stringify(broken)}`);
  say(`the books hold: ${checks.length} checks`);
}
