import assert from 'node:assert/strict';
import { it } from 'node:test';
import { remember } from './remember.ts';

it('computes once what is asked often, and never knows more than it may', () => {
  const computed: string[] = [];
  const shout = remember((text) => {
    computed.push(text);
    return text.toUpperCase();
  }, 2);
  assert.deepEqual(['a', 'b', 'a', 'b'].map(shout), ['A', 'B', 'A', 'B']);
  assert.deepEqual(computed, ['a', 'b']);
  assert.deepEqual(['c', 'c', 'a', ''].map(shout), ['C', 'C', 'A', '']);
  assert.deepEqual(computed, ['a', 'b', 'c', 'a', '']);
});
