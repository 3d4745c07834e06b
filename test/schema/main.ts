/**
 * `npm run guards`: drops every guard of money, orders and terms, one by one, and shows what then goes in that it
 * refused, which is what test/schema/guards.test.ts fails on. Nothing stays dropped.
 */
import { stopTestCluster } from '../harness/database.ts';
import { CASES, type Case, GUARDED_TABLES, IDLE_GUARDS } from './guards.ts';
import { type Court, guardsOf, judge, needed, openCourt, type Verdict } from './trial.ts';

const COLUMN = 58;

const tables = GUARDED_TABLES.map(({ table }) => table);
let court: Court | undefined;
try {
  court = await openCourt();
  const guards = await guardsOf(court.client, tables);
  const unknown = guards.filter(
    ({ guard }) => !IDLE_GUARDS.includes(guard) && !CASES.some((trial) => trial.guard === guard),
  );
  for (const { table, guard } of unknown) console.log(line(table, guard, 'NO SIN is written down for it'));

  let useless = 0;
  for (const trial of CASES) {
    const verdict = await judge(court.client, guards, trial);
    const asNeeded = isNeeded(trial, verdict);
    if (!asNeeded) useless += 1;
    console.log(
      line(trial.table, trial.guard, asNeeded ? words(trial) : `NOT SHOWN ${JSON.stringify(verdict)}`),
    );
  }
  console.log(
    `guards  ${tables.length} tables, ${CASES.length} guards dropped one by one: ` +
      `${CASES.length - useless} noticed, ${useless} not, ${unknown.length} without a sin, ` +
      `${IDLE_GUARDS.length} known to be idle`,
  );
  process.exitCode = useless + unknown.length === 0 ? 0 : 1;
} finally {
  await court?.close();
  await stopTestCluster();
}

function isNeeded(trial: Case, verdict: Verdict): boolean {
  const wanted = needed(trial);
  return (['standing', 'dropped', 'bothDropped'] as const).every((key) => verdict[key] === wanted[key]);
}

function words({ guard, refusedBy, behind }: Case): string {
  if (behind !== undefined) return `noticed: then ${behind} refuses it, and nobody with both gone`;
  return refusedBy === guard
    ? 'noticed: the sin goes in'
    : `noticed: ${refusedBy} falls with it, and its sin goes in`;
}

function line(table: string, guard: string, text: string): string {
  return `guards  ${table.padEnd(22)}${guard.padEnd(COLUMN)}${text}`;
}
