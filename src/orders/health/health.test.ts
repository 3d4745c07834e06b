import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Counts,
  FAILED_BUCKET,
  type Health,
  healthOf,
  type OperatorState,
  stateOf,
  sumOf,
} from './health.ts';

const counts = (failed: number, ...delivered: number[]): Counts =>
  new Map([[FAILED_BUCKET, failed], ...delivered.map((count, bucket) => [bucket, count] as const)]);

const NONE: Health = { success: undefined, medianSeconds: undefined, p90Seconds: undefined };

const ROWS: readonly (readonly [name: string, counts: Counts, health: Health, state: OperatorState])[] = [
  ['nothing', counts(0), NONE, 'operating'],
  ['too few to tell', counts(10, 9), NONE, 'operating'],
  [
    'all at once',
    counts(0, 20),
    { success: 'above_99_percent', medianSeconds: 1, p90Seconds: 1 },
    'operating',
  ],
  [
    'a long tail',
    counts(0, 60, 25, 0, 0, 0, 15),
    { success: 'above_99_percent', medianSeconds: 1, p90Seconds: 60 },
    'operating',
  ],
  [
    'slow',
    counts(0, 60, 20, 0, 0, 0, 0, 20),
    { success: 'above_99_percent', medianSeconds: 1, p90Seconds: 300 },
    'degraded',
  ],
  [
    'beyond every bound',
    counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 30),
    { success: 'above_99_percent', medianSeconds: undefined, p90Seconds: undefined },
    'degraded',
  ],
  [
    'exactly 95 %',
    counts(5, 95),
    { success: 'above_95_percent', medianSeconds: 1, p90Seconds: 1 },
    'operating',
  ],
  ['below 95 %', counts(6, 94), { success: 'above_80_percent', medianSeconds: 1, p90Seconds: 1 }, 'degraded'],
  ['half', counts(30, 30), { success: 'above_50_percent', medianSeconds: 1, p90Seconds: 1 }, 'degraded'],
  [
    'mostly failures',
    counts(60, 15),
    { success: 'below_50_percent', medianSeconds: undefined, p90Seconds: undefined },
    'out_of_service',
  ],
];

for (const [name, given, health, state] of ROWS) {
  test(`health: ${name}`, () => {
    assert.deepEqual(healthOf(given), health);
    assert.equal(stateOf(true, health), state);
    assert.equal(stateOf(false, health), 'out_of_service');
  });
}

test('all operators together are the sum of each', () => {
  assert.deepEqual(
    [...sumOf([counts(1, 2), counts(3, 4, 5)])],
    [
      [FAILED_BUCKET, 4],
      [0, 6],
      [1, 5],
    ],
  );
});
