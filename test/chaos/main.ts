/**
 * `npm run chaos`: the whole switch under load while the network between its parts misbehaves.
 *
 *     npm run chaos -- --episodes 200 [--seed n] [--link database] [--fault half_open]
 *     npm run chaos -- --overload
 */
import { parseArgs } from 'node:util';
import { stopTestCluster } from '../harness/database.ts';
import { runChaos } from './chaos.ts';
import { PAIRS } from './episode.ts';
import { runOverload } from './overload.ts';

const { values } = parseArgs({
  options: {
    episodes: { type: 'string', default: '40' },
    seed: { type: 'string' },
    link: { type: 'string' },
    fault: { type: 'string' },
    overload: { type: 'boolean', default: false },
  },
});
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const pairs = PAIRS.filter(
  ([link, fault]) => link === (values.link ?? link) && fault === (values.fault ?? fault),
);
const say = (line: string) => console.log(`chaos  ${line}`);
// The servers end with this process, if it ends by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  const violations = values.overload
    ? await runOverload(say)
    : await runChaos({ episodes: Number(values.episodes), seed, pairs, say });
  for (const violation of violations) say(`VIOLATION ${violation}`);
  process.exitCode = violations.length === 0 ? 0 : 1;
} finally {
  await stopTestCluster();
}
