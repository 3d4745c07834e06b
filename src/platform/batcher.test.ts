import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MovableClock } from '../core/time.ts';
import { Batcher } from './batcher.ts';
import { QueueFull } from './queue-full.ts';

type Run = (items: readonly number[], attempt: { retried: boolean }) => Promise<readonly number[]>;
const make = (
  run: Run,
  more: {
    rowsMax?: number;
    lanes?: number;
    queueMax?: number;
    waitMsMax?: number;
    clock?: MovableClock;
    compare?: (a: number, b: number) => number;
  } = {},
) =>
  new Batcher<number, number>({
    clock: more.clock ?? new MovableClock(),
    rowsMax: more.rowsMax ?? 100,
    lanes: more.lanes ?? 1,
    queueMax: more.queueMax ?? 1000,
    ...(more.compare && { compare: more.compare }),
    ...(more.waitMsMax === undefined ? {} : { waitMsMax: more.waitMsMax }),
    reconnectAfterMs: [1000, 2000],
    run,
  });
const double = (items: readonly number[]) => Promise.resolve(items.map((item) => item * 2));
const error = (code: string) => Object.assign(new Error(code), { code });

describe('Batcher', () => {
  it('gathers what arrives while a batch runs', async () => {
    const sizes: number[] = [];
    const batcher = make((items) => {
      sizes.push(items.length);
      return double(items);
    });
    const first = batcher.submit(1);
    await new Promise(setImmediate);
    const rest = Array.from({ length: 9 }, (_, n) => batcher.submit(n + 2));
    assert.deepEqual(await Promise.all([first, ...rest]), [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    assert.equal(
      sizes.reduce((a, b) => a + b),
      10,
    );
    assert.ok(sizes.length <= 3, `ten items in ${sizes.length} batches`);
  });

  it('never runs more batches at once, nor larger ones, than it may', async () => {
    let running = 0;
    let most = 0;
    const batcher = make(
      async (items) => {
        most = Math.max(most, ++running);
        assert.ok(items.length <= 3);
        await new Promise(setImmediate);
        running -= 1;
        return items;
      },
      { rowsMax: 3, lanes: 2 },
    );
    await Promise.all(Array.from({ length: 50 }, (_, n) => batcher.submit(n)));
    assert.equal(most, 2);
  });

  it('runs items in the order that it is given, and answers each with its own', async () => {
    const seen: number[][] = [];
    const batcher = make(
      (items) => {
        seen.push([...items]);
        return double(items);
      },
      { compare: (a, b) => b - a },
    );
    assert.deepEqual(await Promise.all([2, 3, 1].map((n) => batcher.submit(n))), [4, 6, 2]);
    assert.deepEqual(seen, [[3, 2, 1]]);
  });

  it('halves a failing batch down to the guilty one', async () => {
    const batcher = make((items) => (items.includes(13) ? Promise.reject(error('22P02')) : double(items)));
    const outcomes = await Promise.allSettled(Array.from({ length: 64 }, (_, n) => batcher.submit(n)));
    assert.deepEqual(
      outcomes.flatMap((outcome, n) => (outcome.status === 'rejected' ? [n] : [])),
      [13],
    );
  });

  it('runs a deadlocked batch again, as one that may have happened', async () => {
    const tries: boolean[] = [];
    const batcher = make((items, { retried }) => {
      tries.push(retried);
      return tries.length < 3 ? Promise.reject(error('40P01')) : double(items);
    });
    assert.equal(await batcher.submit(4), 8);
    assert.deepEqual(tries, [false, true, true]);
  });

  it('waits by the clock for a lost connection, and gives up in the end without halving', async () => {
    const clock = new MovableClock();
    let runs = 0;
    const batcher = make(
      () => {
        runs += 1;
        return Promise.reject(error('ECONNREFUSED'));
      },
      { clock },
    );
    const outcomes = Promise.allSettled([batcher.submit(1), batcher.submit(2)]);
    for (const ms of [1000, 2000]) {
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      clock.advance(ms);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.deepEqual(
      (await outcomes).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(runs, 3);
  });

  it('refuses at the door when too much waits', async () => {
    const batcher = make(double, { queueMax: 2 });
    const taken = [batcher.submit(1), batcher.submit(2)];
    await assert.rejects(batcher.submit(3), QueueFull);
    assert.deepEqual(await Promise.all(taken), [2, 4]);
    await batcher.drained();
    assert.equal(batcher.busy, false);
  });

  it('refuses while the first in the queue has waited for too long', async () => {
    const clock = new MovableClock();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const batcher = make((items) => held.then(() => items), { clock, waitMsMax: 1_000 });
    const running = batcher.submit(1);
    await new Promise(setImmediate);
    const first = batcher.submit(2);
    clock.advance(999);
    const second = batcher.submit(3);
    clock.advance(1);
    await assert.rejects(batcher.submit(4), QueueFull);
    release();
    assert.deepEqual(await Promise.all([running, first, second]), [1, 2, 3]);
    assert.equal(await batcher.submit(5), 5);
  });

  it('sends a batch beside one in flight when many wait, and few when it is slow', async () => {
    const sizes: number[] = [];
    const gates: (() => void)[] = [];
    const clock = new MovableClock();
    const batcher = make(
      async (items) => {
        sizes.push(items.length);
        await new Promise<void>((open) => gates.push(open));
        return items;
      },
      { lanes: 2, clock },
    );
    const ask = (count: number) => Array.from({ length: count }, (_, n) => batcher.submit(n));
    const open = async (asked: readonly Promise<number>[]) => {
      for (const gate of gates.splice(0)) gate();
      await Promise.all(asked);
    };
    const many = ask(1);
    await new Promise(setImmediate);
    many.push(...ask(64));
    await new Promise(setImmediate);
    assert.deepEqual(sizes.splice(0), [1, 64]);
    await open(many);

    const few = ask(1);
    await new Promise(setImmediate);
    few.push(...ask(2));
    await new Promise(setImmediate);
    assert.deepEqual(sizes, [1], 'two wait for the first to come back');
    clock.advance(10);
    while (sizes.length < 2) await new Promise(setImmediate);
    assert.deepEqual(sizes, [1, 2]);
    await open(few);
  });

  it('sends the next batch before the items of the last one are told', async () => {
    const seen: string[] = [];
    const gates: (() => void)[] = [];
    const batcher = make(async (items) => {
      seen.push(`run ${items.join(' ')}`);
      await new Promise<void>((open) => gates.push(open));
      return items;
    });
    const ask = (item: number) => batcher.submit(item).then(() => seen.push(`told ${item}`));
    const first = ask(1);
    await new Promise(setImmediate);
    const second = ask(2);
    gates[0]?.();
    await first;
    gates[1]?.();
    await second;
    assert.deepEqual(seen, ['run 1', 'run 2', 'told 1', 'told 2']);
  });
});
