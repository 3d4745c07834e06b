import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MovableClock } from '../core/time.ts';
import { startDueLoop } from './due-loop.ts';
import { createLog } from './log.ts';

/** Work whose looks the test counts, and answers. */
function countedWork(answers: (number | undefined | Error)[]) {
  const clock = new MovableClock();
  const logged: string[] = [];
  const waiting: (() => void)[] = [];
  let looks = 0;
  const loop = startDueLoop(
    {
      name: 'counted',
      periodMs: 60_000,
      look: async () => {
        looks += 1;
        waiting.shift()?.();
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    { clock, log: createLog('debug', { write: (line) => void logged.push(line) }) },
  );
  const nextLook = () => new Promise<void>((resolve) => waiting.push(resolve));
  return { loop, clock, logged, nextLook, looks: () => looks };
}

test('it looks at once, when the next row is due, and at least once a period', async () => {
  const { loop, clock, nextLook, looks } = countedWork([5_000, undefined]);
  assert.equal(looks(), 1);
  await new Promise(setImmediate);
  const due = nextLook();
  clock.advance(5_000);
  await due;
  await new Promise(setImmediate); // it sleeps again
  const period = nextLook();
  clock.advance(60_000);
  await period;
  assert.equal(looks(), 3);
  await loop.stop();
});

test('a look that fails is logged and made again', async () => {
  const { loop, clock, logged, nextLook } = countedWork([new Error('away')]);
  await new Promise(setImmediate);
  const again = nextLook();
  clock.advance(1_000);
  await again;
  assert.match(logged.join(''), /stays due/);
  await loop.stop();
});

test('told while it looks, it looks again; stopped, it does not', async () => {
  const { loop, looks } = countedWork([undefined, undefined]);
  loop.soon();
  loop.soon();
  await new Promise(setImmediate);
  assert.equal(looks(), 2);
  await loop.stop();
  loop.soon();
  await new Promise(setImmediate);
  assert.equal(looks(), 2);
});

test('a stop waits for what looks have started', async () => {
  let finish = () => {};
  const started = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const log = createLog('silent');
  const work = { name: 'long', periodMs: 60_000, look: async () => undefined, end: () => started };
  const loop = startDueLoop(work, { clock: new MovableClock(), log });
  let isOver = false;
  const stopped = loop.stop().then(() => {
    isOver = true;
  });
  await new Promise(setImmediate);
  assert.equal(isOver, false);
  finish();
  await stopped;
});
