/** A few episodes of `npm run chaos`, one of each way between the parts. The seed is fixed: what they prove is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChaos } from './chaos.ts';
import type { Pair } from './episode.ts';

const SEED = 4;
const PAIRS: readonly Pair[] = [
  ['clients', 'drop_answer'],
  ['provider', 'drop_answer'],
  ['database', 'drop_answer'],
  ['notices', 'truncate'],
  ['callbacks', 'refuse'],
];

test('faults of the network lose nothing and double nothing', { timeout: 4 * 60_000 }, async (context) => {
  const violations = await runChaos({
    episodes: PAIRS.length,
    seed: SEED,
    pairs: PAIRS,
    form: 'short',
    say: (line) => context.diagnostic(line),
  });
  assert.deepEqual(violations, []);
});
