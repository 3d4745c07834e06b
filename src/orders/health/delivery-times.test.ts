import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_MS, DeliveryTimes } from './delivery-times.ts';

test('the default until something was measured, then the median of the recent ones, per operator', () => {
  const times = new DeliveryTimes();
  assert.equal(times.typicalMs(1), DEFAULT_MS);
  for (const ms of [100, 9000, 300]) times.note(1, ms);
  assert.equal(times.typicalMs(1), 300);
  assert.equal(times.typicalMs(2), DEFAULT_MS);
  for (let n = 0; n < 60; n++) times.note(1, 5000);
  assert.equal(times.typicalMs(1), 5000, 'old ones are forgotten');
});
