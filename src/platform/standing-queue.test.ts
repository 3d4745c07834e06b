import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StandingQueue } from './standing-queue.ts';

/** What is known after each of these waits, ten to an interval. */
function seen(waitsMs: readonly number[]): boolean[] {
  const queue = new StandingQueue({ longMs: 50, shortMs: 15, intervalMs: 100 });
  return waitsMs.map((waitMs, index) => {
    queue.observe(waitMs, index * 10);
    return queue.isStanding;
  });
}
const times = (count: number, waitMs: number) => Array.from({ length: count }, () => waitMs);

test('a burst is no standing queue', () => {
  assert.ok(!seen([...times(9, 500), 10, ...times(9, 500), 10, ...times(9, 500)]).includes(true));
});

test('a wait that never falls below the bound is one, from the end of its interval', () => {
  assert.deepEqual(seen(times(12, 60)), [...times(10, 0), 1, 1].map(Boolean));
});

test('it stands until somebody waits for next to nothing', () => {
  const known = seen([...times(11, 60), ...times(20, 40), 15, ...times(5, 40)]);
  assert.equal(known[30], true, 'less than long is not yet short');
  assert.equal(known[31], false);
  assert.equal(known[36], false, 'what is neither long nor short changes nothing');
});
