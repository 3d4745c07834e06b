import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../core/time.ts';
import { DatabaseTime } from './database-time.ts';

const HOUR_MS = 3_600_000;

function clockOf(start: { nowMs: number; elapsedMs: number }) {
  const at = { ...start };
  const clock: Clock = { now: () => at.nowMs, elapsed: () => at.elapsedMs, after: () => () => undefined };
  const pass = (ms: number) => {
    at.nowMs += ms;
    at.elapsedMs += ms;
  };
  return { at, clock, pass };
}

describe("the database's time", () => {
  it('is our own before anything was heard, and what was heard from then on', () => {
    const { clock, pass, at } = clockOf({ nowMs: 5 * HOUR_MS, elapsedMs: 10 });
    const time = new DatabaseTime(clock);
    assert.equal(time.now(), 5 * HOUR_MS);
    pass(20);
    time.heard(2 * HOUR_MS, at.elapsedMs);
    pass(1_000);
    assert.equal(time.now(), 2 * HOUR_MS + 1_000);
  });

  // A NOT_FOUND looked twenty seconds later than it was, and was taken for the second one that proves something.
  it('stays what it is when our clock is set, before an answer and while one is on its way', async () => {
    const { clock, at, pass } = clockOf({ nowMs: 0, elapsedMs: 0 });
    const time = new DatabaseTime(clock);
    time.heard(HOUR_MS, 0);
    at.nowMs += 20_000;
    assert.equal(time.now(), HOUR_MS);
    await time.ask(() => {
      pass(10);
      at.nowMs += 20_000;
      return Promise.resolve(HOUR_MS + 5);
    });
    assert.equal(time.now(), HOUR_MS + 10);
  });

  it('keeps what it knows while that may be right, and lies between otherwise', async () => {
    const { clock, pass } = clockOf({ nowMs: 0, elapsedMs: 0 });
    const time = new DatabaseTime(clock);
    const slowly = (databaseMs: number) => () => {
      pass(400);
      return Promise.resolve(databaseMs);
    };
    await time.ask(slowly(100));
    assert.equal(time.now(), 400);
    await time.ask(slowly(60_400));
    assert.equal(time.now(), 60_600);
  });
});
