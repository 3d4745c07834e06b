import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MalformedJson, parseJson } from './json.ts';

describe('parseJson', () => {
  it('reads what JSON.parse reads, whatever it is', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        assert.deepEqual(normal(parseJson(text)), normal(JSON.parse(text)));
      }),
      { numRuns: 2000 },
    );
  });

  const refused: readonly (readonly [string, string])[] = [
    ['a key twice', '{"a":1,"a":1}'],
    ['a key twice, spelt with an escape', '{"a":1,"\\u0061":2}'],
    ['more digits than a double keeps', '9007199254740993'],
    ['a fraction with more digits than a double keeps', '0.10000000000000000001'],
    ['a number beyond all range', '1e400'],
    ['U+0000', '"\\u0000"'],
    ['a raw control character', '"\u0001"'],
    ['an unpaired surrogate, escaped', '"\\ud800"'],
    ['an unpaired surrogate, raw', '"\ud800"'],
    ['depth 33', `${'['.repeat(34)}${']'.repeat(34)}`],
    ['a leading zero', '01'],
    ['a plus', '+1'],
    ['a bare point', '.5'],
    ['NaN', 'NaN'],
    ['a trailing comma', '[1,]'],
    ['a comment', '{/* */}'],
    ['single quotes', "{'a':1}"],
    ['something after the value', '{} {}'],
    ['nothing', ''],
    ['an end too early', '{"a":'],
    ['a byte order mark', '\ufeff{}'],
  ];
  for (const [name, text] of refused) {
    it(`refuses ${name}`, () => assert.throws(() => parseJson(text), MalformedJson));
  }

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
