import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Places } from './places.ts';

const max = 2;

test('so many and no more', () => {
  const places = new Places();
  assert.deepEqual(
    [0, 0, 0].map((nowMs) => places.take('new', { max, nowMs })),
    [true, true, false],
  );
  places.give();
  assert.ok(places.take('new', { max, nowMs: 0 }));
  assert.equal(places.taken, 2);
});

test('whoever has waited comes first', () => {
  const places = new Places();
  places.take('new', { max, nowMs: 0 });
  places.take('new', { max, nowMs: 0 });
  assert.equal(places.take('waiting', { max, nowMs: 10 }), false);
  places.give();
  assert.equal(places.take('new', { max, nowMs: 20 }), false, 'somebody is known to wait');
  assert.equal(places.take('waiting', { max, nowMs: 250 }), true);
  places.give();
  assert.equal(places.take('new', { max, nowMs: 520 }), true, 'nobody has looked again');
});

describe('a crowd', () => {
  const lookAt = (places: Places, nowMs: number) => {
    places.take('waiting', { max, nowMs });
    return places.isCrowded({ max, nowMs });
  };
  const crowd = (ordered: number) => {
    const places = new Places();
    for (let order = 0; order < ordered; order++) places.take('new', { max, nowMs: 0 });
    return places;
  };

  test('is a line as long as there are places that stands for half a second', () => {
    const places = crowd(4);
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
    const places = crowd(9);
    for (const nowMs of [0, 250, 500]) lookAt(places, nowMs);
    assert.equal(places.isCrowded({ max, nowMs: 999 }), true);
    assert.equal(places.isCrowded({ max, nowMs: 1_000 }), false);
    assert.equal(lookAt(places, 1_700), false, 'another line begins');
  });

  test('is no shorter line, however long it stands', () => {
    const places = crowd(3);
    for (let nowMs = 0; nowMs < 5_000; nowMs += 250) assert.equal(lookAt(places, nowMs), false);
  });
});
