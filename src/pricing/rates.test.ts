import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatDecimal, parseDecimal } from '../core/money.ts';
import { RATE_DIGITS, RateTable } from './rates.ts';
import { ratioOf, significant } from './ratio.ts';

const table = new RateTable([
  { quote: 'HTG', rate: '130.92386002', version: '2026-09-29' },
  { quote: 'NGN', rate: '1326.1643995', version: '2026-09-29' },
  { quote: 'KWD', rate: '0.30871186', version: 'hand' },
]);

test('a rate from the base is the published one to ten digits; equal currencies are 1', () => {
  assert.deepEqual(table.rate('USD', 'HTG'), { rate: '130.92386', version: '2026-09-29' });
  assert.deepEqual(table.rate('USD', 'USD'), { rate: '1', version: 'same' });
  assert.equal(table.rate('XXX', 'XXX')?.rate, '1');
});

test('a cross rate is computed once, exactly, and names the versions of both', () => {
  // 130.92386002 / 1326.1643995 = 0.098723702784...
  assert.equal(table.rate('NGN', 'HTG')?.rate, '0.09872370278');
  assert.equal(table.rate('NGN', 'KWD')?.version, '2026-09-29/hand');
  assert.equal(table.rate('NGN', 'HTG'), table.rate('NGN', 'HTG'));
});

test('a currency without a rate has none', () => {
  assert.equal(table.rate('USD', 'EUR'), undefined);
  assert.equal(table.rate('EUR', 'USD'), undefined);
});

const DIGITS = [
  ['2', '3', '0.6666666667'],
  ['1', '3', '0.3333333333'],
  ['12345678905', '1', '12345678900'], // half goes to even
  ['12345678915', '1', '12345678920'],
  ['99999999999', '1', '100000000000'],
  ['1', '100000000000000', '0.00000000000001'],
  ['1', '1', '1'],
] as const;
for (const [over, under, expected] of DIGITS) {
  test(`${over} / ${under} to ten digits is ${expected}`, () => {
    assert.equal(
      formatDecimal(significant({ over: BigInt(over), under: BigInt(under) }, RATE_DIGITS)),
      expected,
    );
  });
}

test('property: ten digits are within half a unit of the tenth', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 18n), fc.bigInt(1n, 10n ** 18n), (over, under) => {
      const text = formatDecimal(significant({ over, under }, RATE_DIGITS));
      assert.ok(parseDecimal(text));
      const rounded = ratioOf(text);
      const difference = rounded.over * under - over * rounded.under;
      // |rounded - exact| <= exact * 10^-9 / 2
      assert.ok((difference < 0n ? -difference : difference) * 2n * 10n ** 9n <= over * rounded.under);
    }),
    { numRuns: 10_000 },
  );
});
