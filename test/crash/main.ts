/**
 * `npm run crash`: the real servers, PostgreSQL and the pretend operators under load, killed by a plan.
 *
 *     npm run crash -- --kills 150 [--seed n]
 *     npm run crash -- --processes [--seconds 120] [--seed n]
 */
import { parseArgs } from 'node:util';
import { runCrashes } from './crash.ts';
import { faultsOf, renderReport } from './report.ts';
import { newSeed, planKills, planStorm } from './runs.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '150' },
    processes: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string' },
  },
});
const seed = values.seed === undefined ? newSeed() : Number(values.seed);
const kills = Number(values.kills);
const acts = values.processes ? planStorm(Number(values.seconds)) : planKills(kills, seed);
const say = (line: string) => console.log(`crash  ${line}`);
say(`seed ${seed}`);
// An interrupted run leaves no servers behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const report = await runCrashes({ acts, seed, say });
for (const line of renderReport(report)) say(line);
const faults = faultsOf(report, values.processes ? 'planned points' : 'every point');
for (const fault of faults) say(`VIOLATION ${fault}`);
say(`${faults.length} violations`);
process.exit(faults.length === 0 ? 0 : 1);
