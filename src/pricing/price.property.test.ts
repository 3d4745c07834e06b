import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Denomination } from '../catalogue/catalogue.ts';
import type { AccountId } from '../core/ids.ts';
import {
  type Conversion,
  listFixed,
  listRange,
  listRoundAmounts,
  listSuggested,
  toReceive,
} from './conversion.ts';
import { type Price, type PriceInput, quotePrice } from './price.ts';
import { ratioOf } from './ratio.ts';

/** Cases per property; `TOPRAIL_PROPERTY_RUNS` makes it a long test. */
const RUNS = Number(process.env['TOPRAIL_PROPERTY_RUNS'] ?? 100_000);

const unit = fc.constantFrom(0, 2, 3, 4).map((exponent) => ({ currency: `C${exponent}`, exponent }));
const rate = fc
  .tuple(fc.bigInt(1n, 10n ** 10n - 1n), fc.integer({ min: 0, max: 12 }))
  .map(([digits, scale]) => decimalText(digits, scale));
const percent = (max: number) =>
  fc.integer({ min: 0, max: max * 100 }).map((hundredths) => decimalText(BigInt(hundredths), 2));
const conversion: fc.Arbitrary<Conversion> = fc.record({
  wallet: unit,
  operator: unit.map(({ exponent }) => ({ currency: `D${exponent}`, exponent })),
  exchange: fc.record({ mid: rate, version: fc.constant('v'), marginPercent: percent(50) }),
});
const range = fc
  .tuple(fc.bigInt(1n, 10n ** 9n), fc.bigInt(0n, 10n ** 12n))
  .map(([min, width]) => ({ kind: 'range' as const, min, max: min + width }));
const fixed = fc
  .uniqueArray(fc.bigInt(1n, 10n ** 9n), { minLength: 1, maxLength: 8 })
  .map((amounts) => ({ kind: 'fixed' as const, amounts: amounts.sort((a, b) => (a < b ? -1 : 1)) }));
const input: fc.Arbitrary<PriceInput> = fc
  .record({
    conversion,
    denomination: fc.oneof(range, fixed),
    amount: fc.record({
      mode: fc.constantFrom('send' as const, 'receive' as const),
      minor: fc.bigInt(1n, 10n ** 12n),
    }),
    pick: fc.nat(),
    priceRate: fc.record({
      percent: percent(99),
      ruleId: fc.constant('r'),
      mode: fc.constantFrom('discount' as const, 'commission' as const),
      shares: fc.array(
        percent(5).map((text) => ({ accountId: 1n as AccountId, percent: text })),
        { maxLength: 3 },
      ),
    }),
    fee: fc.record({ fixed: fc.bigInt(0n, 1000n), percent: percent(10) }),
    taxPercent: percent(30),
    providerCostPercent: percent(120),
  })
  .map(({ conversion: terms, pick, ...rest }) => {
    // Half of the cases are amounts that are sold, so that most of the arithmetic is reached.
    const amount = pick % 2 === 0 ? (soldAmount(terms, rest.denomination, pick) ?? rest.amount) : rest.amount;
    return { ...terms, ...rest, amount };
  });

test('property: cost adds up, remainders are at most a half, and every figure is exact with its remainder', () => {
  fc.assert(
    fc.property(input, (given) => {
      const quote = quotePrice(given);
      if (quote.kind === 'rejected') return;
      const { price } = quote;
      assert.equal(price.cost, price.sendAmount - price.discount + price.fee + price.tax);
      assert.ok(price.cost > 0n && price.discount >= 0n && price.commission >= 0n);
      assert.ok(price.discount === 0n || price.commission === 0n);
      for (const text of Object.values(price.rounding)) {
        const [over = '', under = ''] = text.split('/');
        assert.ok(2n * abs(BigInt(over)) <= BigInt(under), text);
      }
      const share = price.rateMode === 'discount' ? price.discount : price.commission;
      assertExact({
        booked: share,
        remainder: price.rounding[price.rateMode],
        over: price.sendAmount * ratioOf(price.ratePercent).over,
        under: ratioOf(price.ratePercent).under * 100n,
      });
      assertSharesAddUp(price);
      assert.equal(given.amount.mode === 'send' ? price.sendAmount : price.receiveAmount, given.amount.minor);
      const { denomination } = given;
      if (denomination.kind === 'fixed') assert.ok(denomination.amounts.includes(price.receiveAmount));
      else assert.ok(price.receiveAmount >= denomination.min && price.receiveAmount <= denomination.max);
    }),
    { numRuns: RUNS },
  );
});

test('property: a listed range is accepted at both ends and refused just outside', () => {
  const free = {
    priceRate: { percent: '0', ruleId: 'r', mode: 'discount' as const },
    fee: { fixed: 0n, percent: '0' },
    taxPercent: '0',
    providerCostPercent: '100',
  };
  const quoteSend = (terms: Conversion, denomination: Denomination, minor: bigint) =>
    quotePrice({ ...free, ...terms, denomination, amount: { mode: 'send', minor } }).kind;
  fc.assert(
    fc.property(conversion, range, (terms, denomination) => {
      const listed = listRange(terms, denomination);
      if (!listed) {
        // Nothing fits: every amount near the range steps over it.
        const near = (denomination.min * 10n ** 30n) / (toReceive(terms, 10n ** 30n) as bigint);
        for (const minor of [near - 1n, near, near + 1n, near + 2n])
          assert.equal(quoteSend(terms, denomination, minor), 'rejected');
        return;
      }
      assert.equal(quoteSend(terms, denomination, listed.min), 'priced');
      assert.equal(quoteSend(terms, denomination, listed.max), 'priced');
      assert.equal(quoteSend(terms, denomination, listed.max + 1n), 'rejected');
      if (listed.min > 1n) assert.equal(quoteSend(terms, denomination, listed.min - 1n), 'rejected');
      const suggested = listSuggested(terms, denomination, [denomination.min, denomination.max]);
      const round = listRoundAmounts(terms, denomination);
      for (const { send } of [...suggested, ...round])
        assert.equal(quoteSend(terms, denomination, send), 'priced');
    }),
    { numRuns: Math.ceil(RUNS / 4) },
  );
});

/** Buyer and shares together are the root's percentage, rounded once: nothing is lost on the way down the tree. */
function assertSharesAddUp(price: Price): void {
  if (price.shares.length === 0) return;
  const own = price.rateMode === 'discount' ? price.discount : price.commission;
  for (const { amount } of price.shares) assert.ok(amount >= 0n);
  const percents = [price.ratePercent, ...price.shares.map((share) => share.percent)].map(ratioOf);
  const hundredths = percents.reduce((sum, { over, under }) => sum + (over * 100n) / under, 0n); // two digits each
  assertExact({
    booked: price.shares.reduce((sum, { amount }) => sum + amount, own),
    remainder: price.rounding.shares,
    over: price.sendAmount * hundredths,
    under: 10_000n,
  });
}

function soldAmount(
  terms: Conversion,
  denomination: Denomination,
  pick: number,
): PriceInput['amount'] | undefined {
  if (denomination.kind === 'fixed') {
    const listed = listFixed(terms, denomination.amounts);
    const chosen = listed[pick % Math.max(1, listed.length)];
    return chosen && { mode: 'send', minor: chosen.send };
  }
  const listed = listRange(terms, denomination);
  return listed && { mode: 'send', minor: listed.min + (BigInt(pick) % (listed.max - listed.min + 1n)) };
}

function assertExact(figure: {
  booked: bigint;
  remainder: string | undefined;
  over: bigint;
  under: bigint;
}): void {
  const [n = '0', d = '1'] = (figure.remainder ?? '0/1').split('/');
  // booked + n/d = over/under
  assert.equal((figure.booked * BigInt(d) + BigInt(n)) * figure.under, figure.over * BigInt(d));
}

function decimalText(digits: bigint, scale: number): string {
  const text = digits.toString().padStart(scale + 1, '0');
  return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
