import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admission } from './admission.ts';

const LOOK_MS = 20;

/** An admission that has been told so for a second, and the ends of its turns. */
function watched(lateMs: number) {
  const ends: (() => void)[] = [];
  const admission = new Admission((work) => ends.push(work));
  const look = (late: number, forMs: number) => {
    for (let atMs = 0; atMs <= forMs; atMs += LOOK_MS) admission.observe(late, (nowMs += LOOK_MS));
  };
  let nowMs = 0;
  look(lateMs, 1_000);
  return { admission, look, endTurn: () => ends.splice(0).forEach((end) => end()) };
}

test('a process that keeps up lets everybody in', () => {
  const { admission } = watched(5);
  assert.ok([0, 10, 100, 1_000].every((nowMs) => admission.admits(nowMs)));
});

test('a late one lets in what comes at the beginning of a turn, and again in the next', () => {
  const { admission, endTurn } = watched(80);
  assert.equal(admission.isTooMuch, true);
  assert.deepEqual(
    [2_000, 2_010, 2_019, 2_020, 2_500].map((nowMs) => admission.admits(nowMs)),
    [true, true, true, false, false],
  );
  endTurn();
  assert.deepEqual(
    [2_510, 2_529, 2_530].map((nowMs) => admission.admits(nowMs)),
    [true, true, false],
  );
});

test('one that has caught up lets everybody in again', () => {
  const { admission, look } = watched(80);
  look(10, 0);
  assert.ok([3_000, 3_500].every((nowMs) => admission.admits(nowMs)));
});
