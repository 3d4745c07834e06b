import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NOW_MS } from '../../test/harness/made-order.ts';
import { nextVerifyMs, planRetry } from './schedule.ts';

describe('nextVerifyMs', () => {
  it('goes through 2, 5, 10, 30 s, 1, 2, 5 min and then every 15 min', () => {
    const asked: number[] = [];
    for (let elapsed = 0; asked.length < 10; ) {
      elapsed += nextVerifyMs(elapsed, 0);
      asked.push(elapsed / 1000);
    }
    assert.deepEqual(asked, [2, 5, 10, 30, 60, 120, 300, 1200, 2100, 3000]);
  });

  it('spreads by up to a tenth', () => {
    assert.equal(nextVerifyMs(0, 1), 2200);
    assert.equal(nextVerifyMs(2000, 0.5), 3150);
  });
});

describe('planRetry', () => {
  const in_ = (ms: number) => NOW_MS + ms;
  const rows: readonly (readonly [
    name: string,
    refusals: number,
    deadlineAtMs: number | undefined,
    plan: unknown,
  ])[] = [
    ['first refusal', 1, in_(45_000), { kind: 'retry', inMs: 1000 }],
    ['second', 2, in_(45_000), { kind: 'retry', inMs: 2000 }],
    ['third', 3, in_(45_000), { kind: 'retry', inMs: 4000 }],
    ['sixth is capped', 6, in_(450_000), { kind: 'retry', inMs: 30_000 }],
    ['a late one moves to 1 s before the deadline', 5, in_(10_000), { kind: 'retry', inMs: 9000 }],
    ['exactly at the last try', 1, in_(2000), { kind: 'retry', inMs: 1000 }],
    ['after the last try it waits for the deadline', 5, in_(1000), { kind: 'wait', inMs: 1000 }],
    ['after the last try, in between', 5, in_(300), { kind: 'wait', inMs: 300 }],
    ['at the deadline it is over', 5, in_(0), { kind: 'over' }],
    ['past the deadline it is over', 5, in_(-1), { kind: 'over' }],
    ['without a deadline it goes on', 100, undefined, { kind: 'retry', inMs: 30_000 }],
  ];
  for (const [name, refusals, deadlineAtMs, plan] of rows) {
    it(name, () => assert.deepEqual(planRetry(refusals, NOW_MS, deadlineAtMs), plan));
  }
});
