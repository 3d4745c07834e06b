/** The long forms of test/crash: every crash point, and one of several processes killed each second. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCrashes } from '../crash/crash.ts';
import { faultsOf, renderReport } from '../crash/report.ts';
import { newSeed, planKills, planStorm } from '../crash/runs.ts';

const KILLS = 150;
const STORM_SECONDS = 120;
const seed = newSeed();

test(`${KILLS} kills, every crash point among them`, { timeout: 30 * 60_000 }, async (context) => {
  const say = (line: string) => context.diagnostic(line);
  const report = await runCrashes({ acts: planKills(KILLS, seed), seed, say });
  renderReport(report).forEach(say);
  assert.deepEqual(faultsOf(report, 'every point'), []);
});

test('three workers and two APIs, one of them killed each second', {
  timeout: 10 * 60_000,
}, async (context) => {
  const say = (line: string) => context.diagnostic(line);
  const report = await runCrashes({ acts: planStorm(STORM_SECONDS), seed, say });
  renderReport(report).forEach(say);
  assert.deepEqual(faultsOf(report, 'planned points'), []);
});
