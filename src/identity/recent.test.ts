import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MovableClock } from '../core/time.ts';
import { Recent } from './recent.ts';

test('an entry ends with its time', () => {
  const clock = new MovableClock();
  const recent = new Recent<number>({ clock, keepMs: 10_000, entriesMax: 10 });
  recent.set('a', 1);
  clock.advance(9_000);
  assert.equal(recent.get('a'), 1);
  clock.advance(1_000);
  assert.equal(recent.get('a'), undefined);
  assert.equal(recent.size, 0);
});

test('it never holds more than its limit: the oldest goes first', () => {
  const recent = new Recent<number>({ clock: new MovableClock(), keepMs: 10_000, entriesMax: 2 });
  recent.set('a', 1);
  recent.set('b', 2);
  recent.set('a', 3);
  recent.set('c', 4);
  assert.equal(recent.size, 2);
  assert.deepEqual([recent.get('a'), recent.get('b'), recent.get('c')], [3, undefined, 4]);
});
