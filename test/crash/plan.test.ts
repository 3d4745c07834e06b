import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Act, type Kill } from './plan.ts';
import { nameOf, POINTS } from './points.ts';
import { planKills, planStorm } from './runs.ts';

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);

function killsOf(acts: readonly Act[]): Kill[] {
  return acts.flatMap(({ kills }) => kills.flat());
}

test('of 150 kills every crash point is one, exactly once, and others are of every kind', () => {
  for (const seed of SEEDS) {
    const kills = killsOf(planKills(150, seed));
    assert.equal(kills.length, 148, 'and two of the last worker');
    const points = kills.flatMap((kill) => (kill.target === 'point' ? [nameOf(kill.armed)] : []));
    assert.deepEqual(points.toSorted(), POINTS.map(nameOf).toSorted());
    for (const target of ['server', 'postgres', 'both', 'simulator', 'pause'] as const)
      assert.ok(
        kills.some((kill) => kill.target === target),
        target,
      );
  }
});

test('a server that runs into a point was started for it: the kill before ended the one that stood there', () => {
  for (const seed of SEEDS) {
    for (const { kills } of [...planKills(150, seed), ...planKills(20, seed)]) {
      for (const group of kills) {
        const slots = new Set(group.map((kill) => ('slot' in kill ? kill.slot : undefined)));
        assert.equal(slots.size, 1);
        assert.notEqual(group[0]?.target, 'point');
      }
    }
  }
});

test('20 kills are some points, others, and a storm for the rest', () => {
  const [act, ...more] = planKills(20, 1);
  assert.ok(act && more.length === 0);
  assert.equal(act.kills.flat().length + act.stormSeconds + 2, 20);
  assert.equal(act.kills.flat().filter(({ target }) => target === 'point').length, 4);
});

test('the same seed is the same plan, another one is another', () => {
  assert.deepEqual(planKills(150, 7), planKills(150, 7));
  assert.notDeepEqual(planKills(150, 7), planKills(150, 8));
  assert.deepEqual(killsOf(planStorm(120)), []);
});
