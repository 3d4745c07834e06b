/** The simulated installation: seeds without a violation, every pair reached, every planted bug seen. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plantedBugs } from './hunt.ts';
import { withBug } from './plant.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { missingPairs, runSeeds } from './run-seeds.ts';
import { World } from './world.ts';

const SEEDS = 200;
const ORDERS = 100;
const PLANTED_AT_LEAST = 30;

describe('the simulated installation', () => {
  it(`keeps every invariant over ${SEEDS} seeds, and reaches every pair of fault and state`, async (context) => {
    const seeds = Array.from({ length: SEEDS }, (_, n) => n + 1);
    const summary = await runSeeds(seeds, ORDERS);
    assert.deepEqual(summary.failures, [], 'again: npm run simulate -- --seed <seed> --orders 100');
    assert.deepEqual(missingPairs(summary), []);
    context.diagnostic(
      `${summary.orders} orders, ${summary.events} events: ${JSON.stringify(summary.ended)}`,
    );
  });

  it('replays a seed to the bit', async () => {
    for (const seed of [3, 17]) {
      const first = await new World({ seed, orders: ORDERS }).run();
      const second = await new World({ seed, orders: ORDERS }).run();
      assert.deepEqual([second.trace, second.events], [first.trace, first.events]);
    }
  });

  it('lets no planted bug through', async () => {
    assert.ok(PLANTED_BUGS.length >= PLANTED_AT_LEAST);
    const missed: string[] = [];
    for await (const { name, caught } of plantedBugs()) if (!caught) missed.push(name);
    assert.deepEqual(missed, []);
  });

  it('has each planted bug where the source still has its text', () => {
    for (const bug of PLANTED_BUGS) assert.doesNotThrow(() => withBug(bug));
  });
});
