import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RetryBudget } from './retry-budget.ts';

describe('RetryBudget', () => {
  const at = () => {
    const clock = { ms: 0, now: () => clock.ms, elapsed: () => clock.ms, after: () => () => undefined };
    return clock;
  };
  const takeAll = (budget: RetryBudget) => {
    let taken = 0;
    while (budget.take()) taken += 1;
    return taken;
  };

  it('gives ten a second, and no more for having waited long', () => {
    const clock = at();
    const budget = new RetryBudget(clock);
    assert.equal(takeAll(budget), 10);
    clock.ms += 500;
    assert.equal(takeAll(budget), 5);
    clock.ms += 60_000;
    assert.equal(takeAll(budget), 10);
  });

  it('gives a tenth of the traffic on top', () => {
    const budget = new RetryBudget(at());
    takeAll(budget);
    for (let sent = 0; sent < 1000; sent++) budget.earn();
    assert.ok(Math.abs(takeAll(budget) - 100) <= 1);
  });
});
