import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RateLimits, REQUESTS_PER_SECOND, refuseIfSpent } from './rate-limits.ts';

const START_MS = 1_700_000_000_250;

function limitsAt(startMs = START_MS) {
  const clock = {
    nowMs: startMs,
    now: () => clock.nowMs,
    elapsed: () => clock.nowMs,
    after: () => () => undefined,
  };
  return { clock, limits: new RateLimits(clock) };
}

describe('requests of a client', () => {
  const shop = { clientId: 'shop', requestsPerSecond: 2 };

  test('so many within a second, and anew in the next', () => {
    const { clock, limits } = limitsAt();
    assert.deepEqual(limits.count(shop), {
      kind: 'allowed',
      limit: 2,
      remaining: 1,
      resetsAtSeconds: 1_700_000_001,
      retryAfterSeconds: 1,
    });
    assert.equal(limits.count(shop).remaining, 0);
    for (let more = 0; more < 3; more++) assert.equal(limits.count(shop).kind, 'spent');
    clock.nowMs += 749;
    assert.equal(limits.count(shop).kind, 'spent');
    clock.nowMs += 1;
    const { kind, remaining, resetsAtSeconds } = limits.count(shop);
    assert.deepEqual([kind, remaining, resetsAtSeconds], ['allowed', 1, 1_700_000_002]);
  });

  test('clients do not count for each other, and who has no limit has that of all', () => {
    const { limits } = limitsAt();
    limits.count(shop);
    limits.count(shop);
    assert.equal(limits.count(shop).kind, 'spent');
    const other = limits.count({ clientId: 'other', requestsPerSecond: undefined });
    assert.deepEqual([other.kind, other.limit], ['allowed', REQUESTS_PER_SECOND]);
  });

  test('only what is spent is refused, with the time to come again', () => {
    const { limits } = limitsAt();
    refuseIfSpent(limits.count(shop));
    refuseIfSpent(limits.count(shop));
    assert.throws(() => refuseIfSpent(limits.count(shop)), { code: 'rate_limited', retryAfterSeconds: 1 });
  });
});
