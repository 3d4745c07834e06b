import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LOOKUPS_PER_MINUTE, LookupQuota, REPEATS_PER_MINUTE } from './lookup-quota.ts';

/** 15 s before the minute turns. */
const START_MS = 1_700_000_025_000;
const SPENT = { code: 'rate_limited', retryAfterSeconds: 15 };

describe('lookups of a holder', () => {
  const clock = {
    nowMs: START_MS,
    now: () => clock.nowMs,
    elapsed: () => clock.nowMs,
    after: () => () => undefined,
  };
  const quotaAt = (nowMs = START_MS) => {
    clock.nowMs = nowMs;
    return new LookupQuota(clock);
  };

  test('so many different numbers a minute; those known may be asked again', () => {
    const quota = quotaAt();
    const holder = { id: 'acc_1', lookupsPerMinute: 2 };
    quota.spend(holder, '+1');
    quota.spend(holder, '+2');
    assert.throws(() => quota.spend(holder, '+3'), SPENT);
    quota.spend(holder, '+1');
    quota.spend({ id: 'acc_2', lookupsPerMinute: 2 }, '+3');
    clock.nowMs += 15_000;
    quota.spend(holder, '+3');
  });

  test('the same number not without end', () => {
    const quota = quotaAt();
    for (let times = 0; times < REPEATS_PER_MINUTE; times++) quota.spend({ id: 'acc_1' }, '+1');
    assert.throws(() => quota.spend({ id: 'acc_1' }, '+1'), SPENT);
    quota.spend({ id: 'acc_1' }, '+2');
  });

  test('who has no quota has that of all', () => {
    const quota = quotaAt();
    for (let number = 0; number < LOOKUPS_PER_MINUTE; number++) quota.spend({ id: 'acc_1' }, `+${number}`);
    assert.throws(() => quota.spend({ id: 'acc_1' }, '+x'), SPENT);
  });

  test('so many holders a minute', () => {
    const quota = quotaAt();
    for (let holder = 0; holder < 10_000; holder++) quota.spend({ id: `${holder}` }, '+1');
    assert.throws(() => quota.spend({ id: 'one more' }, '+1'), SPENT);
    quota.spend({ id: '0' }, '+2');
  });
});
