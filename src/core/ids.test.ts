import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firstIdAt, formatId, IdMint, LANES, mintedAt, parseId } from './ids.ts';

const NOON = Date.UTC(2026, 10, 21, 12);

describe('ids', () => {
  it('rise for ever, also within a millisecond and when the clock steps back', () => {
    let now = NOON;
    const mint = new IdMint(3, () => now);
    let last = 0n;
    for (let i = 0; i < 1000; i++) {
      if (i === 500) now -= 60_000;
      const id = mint.next();
      assert.ok(id > last);
      assert.ok(id <= BigInt(Number.MAX_SAFE_INTEGER));
      last = id;
    }
  });

  it('of two lanes never meet', () => {
    const mints = [0, LANES - 1].map((lane) => new IdMint(lane, () => NOON));
    const ids = mints.flatMap((mint) => Array.from({ length: 500 }, () => mint.next()));
    assert.equal(new Set(ids).size, 1000);
  });

  it('tell when they were minted', () => {
    const id = new IdMint(63, () => NOON).next();
    assert.equal(mintedAt(id), NOON);
    assert.ok(firstIdAt(NOON) <= id && id < firstIdAt(NOON + 1));
  });

  it('print with a prefix and are read back with it only', () => {
    assert.equal(formatId('order', 42n), 'ord_42');
    assert.equal(parseId('order', 'ord_42'), 42n);
    for (const text of ['acc_42', 'ord_042', 'ord_', 'ord_-1', 'ord_9007199254740993', '42', 'ord_4 ']) {
      assert.equal(parseId('order', text), undefined, text);
    }
  });
});
