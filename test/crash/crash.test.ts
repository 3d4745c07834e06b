/** Servers of every role, PostgreSQL and the operators under load, killed at named points and at any moment. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCrashes } from './crash.ts';
import { faultsOf, renderReport } from './report.ts';
import { newSeed, planKills } from './runs.ts';

const KILLS = 20;

test(`${KILLS} kills lose nothing that was acknowledged and double nothing`, {
  timeout: 6 * 60_000,
}, async (context) => {
  const seed = newSeed();
  const say = (line: string) => context.diagnostic(line);
  const report = await runCrashes({ acts: planKills(KILLS, seed), seed, say });
  renderReport(report).forEach(say);
  assert.deepEqual(faultsOf(report, 'planned points'), []);
});
