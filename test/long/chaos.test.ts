/** 200 episodes of faults of the network. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChaos } from '../chaos/chaos.ts';

const EPISODES = 200;

test(`${EPISODES} faults of the network`, { timeout: 45 * 60_000 }, async (context) => {
  const seed = Date.now() % 1_000_000;
  const violations = await runChaos({ episodes: EPISODES, seed, say: (line) => context.diagnostic(line) });
  assert.deepEqual(violations, []);
});
