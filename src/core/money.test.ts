import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { divideHalfEven, formatAmount, formatDecimal, parseAmount, parseDecimal } from './money.ts';

describe('money', () => {
  const amounts: readonly (readonly [text: string, exponent: number, minor: bigint | undefined])[] = [
    ['15', 2, 1500n],
    ['15.1', 2, 1510n],
    ['15.10', 2, 1510n],
    ['15.100', 2, 1510n],
    ['15.101', 2, undefined],
    ['100', 0, 100n],
    ['100.0', 0, 100n],
    ['100.5', 0, undefined],
    ['1.234', 3, 1234n],
    ['-1.23', 2, -123n],
    ['1e3', 2, undefined],
    ['+1', 2, undefined],
    [' 1', 2, undefined],
    ['', 2, undefined],
    ['.5', 2, undefined],
    ['1.', 2, undefined],
    ['９', 2, undefined],
    ['1'.repeat(40), 2, undefined],
  ];
  for (const [text, exponent, minor] of amounts) {
    it(`reads ${JSON.stringify(text)} with ${exponent} digits as ${minor}`, () => {
      assert.equal(parseAmount(text, exponent), minor);
    });
  }

  it('prints and reads back every amount', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
        fc.integer({ min: 0, max: 4 }),
        (minor, exponent) => {
          assert.equal(parseAmount(formatAmount(minor, exponent), exponent), minor);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('prints decimals without trailing zeros', () => {
    assert.equal(formatDecimal({ units: 67120n, scale: 3 }), '67.12');
    assert.equal(formatDecimal({ units: 1000n, scale: 3 }), '1');
    assert.equal(formatDecimal({ units: 7n, scale: 0 }), '7');
    assert.equal(parseDecimal('12.50')?.scale, 2);
  });

  it('divides half to even, and what it leaves out is at most half the divisor', () => {
    const rows: readonly (readonly [bigint, bigint, bigint])[] = [
      [5n, 2n, 2n],
      [7n, 2n, 4n],
      [-5n, 2n, -2n],
      [-7n, 2n, -4n],
      [10n, 3n, 3n],
      [11n, 3n, 4n],
    ];
    for (const [dividend, divisor, quotient] of rows)
      assert.equal(divideHalfEven(dividend, divisor).quotient, quotient);
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        (a, b) => {
          const { quotient, remainder } = divideHalfEven(a, b);
          assert.equal(quotient * b + remainder, a);
          assert.ok((remainder < 0n ? -remainder : remainder) * 2n <= b);
        },
      ),
      { numRuns: 10_000 },
    );
  });
});
