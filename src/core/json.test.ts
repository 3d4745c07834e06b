import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseJson } from './json.ts';

// What it refuses: test/bad-input/json.test.ts.
describe('parseJson', () => {
  it('reads what JSON.parse reads, whatever it is', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        assert.deepEqual(normal(parseJson(text)), normal(JSON.parse(text)));
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps every amount that has up to 15 digits', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 999_999_999_999_999n }),
        fc.integer({ min: 0, max: 4 }),
        (units, scale) => {
          const text = units.toString().padStart(scale + 1, '0');
          const amount = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
          assert.equal(Number(amount), parseJson(amount));
        },
      ),
    );
  });

  it('takes __proto__ as a key like any other', () => {
    const parsed = parseJson('{"__proto__":{"admin":true}}') as object;
    assert.equal(Object.getPrototypeOf(parsed), Object.prototype);
    assert.deepEqual(Object.keys(parsed), ['__proto__']);
  });
});

/** `-0` is 0 to us; JSON.parse makes a difference that no amount has. */
function normal(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
