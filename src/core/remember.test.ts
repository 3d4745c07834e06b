import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectGarbage } from '../../test/harness/collect-garbage.ts';
import { remember } from './remember.ts';

describe('remember', () => {
  it('computes once for a text', () => {
    const asked: string[] = [];
    const known = remember((text) => {
      asked.push(text);
      return { text };
    }, 10);
    assert.equal(known('a'), known('a'));
    assert.notEqual(known('a'), known('b'));
    assert.deepEqual(asked, ['a', 'b']);
  });

  it('starts anew when it is full', () => {
    const asked: string[] = [];
    const known = remember((text) => {
      asked.push(text);
      return text;
    }, 2);
    for (const text of ['a', 'b', 'c', 'c', 'a']) assert.equal(known(text), text);
    assert.deepEqual(asked, ['a', 'b', 'c', 'a']);
  });

  it('remembers nothing found, and every character', () => {
    const known = remember((text) => (text === '' ? null : text), 10);
    assert.equal(known(''), null);
    for (const text of ['\0', '\ud800', '😀', '"\\', '\u2028']) assert.equal(known(text), text);
  });

  it('does not hold on to what a text was cut out of', () => {
    const known = remember((text) => text.slice(0, 20), 1_000);
    const cut = (index: number) => `${index} ${'long '.repeat(20_000)}`.slice(0, 40);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 500; index++) known(cut(index));
    collectGarbage();
    const more = process.memoryUsage().heapUsed - before;
    assert.ok(more < 5_000_000, `${more} bytes more for 500 short texts`);
  });
});
