import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Places } from './places.ts';

const max = 2;
/** Who may wait in a line that stands, for so few places. */
const LINE_MAX = 16;

/** So many orders at once: two have their places, the others wait. */
function ordered(count: number): Places {
  const places = new Places();
  for (let order = 0; order < count; order++) places.take('new', { max, nowMs: 0 });
  return places;
}

test('so many and no more', () => {
  const places = new Places();
  assert.deepEqual(
    [0, 0, 0].map((nowMs) => places.take('new', { max, nowMs })),
    [true, true, false],
  );
  places.give();
  assert.ok(places.take('new', { max, nowMs: 0 }), 'nobody has looked again yet');
  assert.equal(places.taken, 2);
});

test('places are kept for whoever waits', () => {
  const places = ordered(3);
  assert.equal(places.take('waiting', { max, nowMs: 10 }), false);
  places.give();
  assert.equal(places.take('new', { max, nowMs: 20 }), false, 'it is kept, and this one waits too');
  places.give();
  assert.deepEqual(
    [250, 260].map((nowMs) => places.take('waiting', { max, nowMs })),
    [true, true],
  );
  places.give();
  assert.equal(places.take('new', { max, nowMs: 270 }), true, 'nobody waits any more');
});

test('a line that others have served is forgotten', () => {
  const places = ordered(9);
  places.take('waiting', { max, nowMs: 0 });
  places.give();
  assert.equal(places.take('new', { max, nowMs: 1_999 }), false);
  assert.equal(places.take('new', { max, nowMs: 2_000 }), true);
});

describe('a crowd', () => {
  const lookAt = (places: Places, nowMs: number) => {
    places.take('waiting', { max, nowMs });
    return places.isCrowded({ max, nowMs });
  };

  test('is a line of some length that stands for half a second', () => {
    const places = ordered(max + LINE_MAX);
    assert.deepEqual(
      [0, 250, 499, 500].map((nowMs) => lookAt(places, nowMs)),
      [false, false, false, true],
    );
    places.give();
    assert.equal(places.take('waiting', { max, nowMs: 510 }), true);
    assert.equal(places.isCrowded({ max, nowMs: 510 }), false, 'there is room in the line');
    assert.equal(places.take('new', { max, nowMs: 520 }), false);
    assert.equal(places.isCrowded({ max, nowMs: 520 }), true);
  });

  test('is over when nobody is turned away any more', () => {
    const places = ordered(max + LINE_MAX);
    for (const nowMs of [0, 250, 500]) lookAt(places, nowMs);
    assert.equal(places.isCrowded({ max, nowMs: 2_499 }), true);
    assert.equal(places.isCrowded({ max, nowMs: 2_500 }), false);
    assert.equal(lookAt(places, 2_700), false, 'another line begins');
  });

  test('is no shorter line, however long it stands', () => {
    const places = ordered(max + LINE_MAX - 1);
    for (let nowMs = 0; nowMs < 5_000; nowMs += 250) assert.equal(lookAt(places, nowMs), false);
  });
});
