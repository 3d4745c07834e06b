import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Denomination } from '../catalogue/catalogue.ts';
import { listFixed, listRoundAmounts } from './conversion.ts';
import { type Price, type PriceInput, quotePrice, type RoundedFigure } from './price.ts';

const USD = { currency: 'USD', exponent: 2 };
const HTG = { currency: 'HTG', exponent: 2 };
const JPY = { currency: 'JPY', exponent: 0 };
const KWD = { currency: 'KWD', exponent: 3 };
const at = (mid: string, marginPercent = '0') => ({ mid, version: 'v1', marginPercent });

const plain: PriceInput = {
  amount: { mode: 'send', minor: 1500n },
  wallet: USD,
  operator: HTG,
  denomination: { kind: 'range', min: 1n, max: 10_000_000n },
  exchange: at('67.12'),
  priceRate: { percent: '6', ruleId: 'plan:sandbox', mode: 'discount' },
  fee: { fixed: 0n, percent: '0' },
  taxPercent: '0',
  providerCostPercent: '90',
};

function priced(input: PriceInput): Price {
  const quote = quotePrice(input);
  assert.equal(quote.kind, 'priced', quote.kind === 'rejected' ? quote.code : '');
  return quote.kind === 'priced' ? quote.price : assert.fail();
}

/** Worked out by hand, half to even. */
const EXAMPLES: readonly { name: string; change: Partial<PriceInput>; expected: Partial<Price> }[] = [
  {
    name: '15 dollars to Haiti at 67.12',
    change: {},
    expected: {
      sendAmount: 1500n,
      receiveAmount: 100_680n,
      discount: 90n,
      cost: 1410n,
      fxRate: '67.12',
      providerCost: 90_612n,
      providerCostInWallet: 1350n,
      rounding: {},
    },
  },
  {
    name: 'a margin of 2 per cent comes off the rate, not off the provider cost',
    change: { exchange: at('67.12', '2') },
    expected: {
      // 65.7776 x 1500 = 98666.4; 90 % of 98666 = 88799.4; 88799 / 67.12 = 1322.99... = 1323
      fxRate: '65.7776',
      receiveAmount: 98_666n,
      providerCost: 88_799n,
      providerCostInWallet: 1323n,
      rounding: { receiveAmount: '2/5', providerCost: '2/5' },
    },
  },
  {
    name: 'the samples of the documents: 5 pounds for 3168.40 naira, 2 per cent',
    change: {
      wallet: { currency: 'NGN', exponent: 2 },
      operator: { currency: 'GBP', exponent: 2 },
      amount: { mode: 'receive' as const, minor: 500n },
      exchange: at('0.00157808357'),
      priceRate: { percent: '2', ruleId: 'plan', mode: 'discount' },
    },
    // 5 / 0.00157808357 = 3168.3999...; 2 % of 3168.40 = 63.368 = 63.37
    expected: { sendAmount: 316_840n, receiveAmount: 500n, discount: 6337n, cost: 310_503n },
  },
  {
    name: 'A1Topup: 299 rupees, 6 per cent credited at delivery',
    change: {
      wallet: { currency: 'INR', exponent: 2 },
      operator: { currency: 'INR', exponent: 2 },
      amount: { mode: 'send' as const, minor: 29_900n },
      exchange: undefined,
      priceRate: { percent: '6', ruleId: 'own', mode: 'commission' },
    },
    expected: {
      receiveAmount: 29_900n,
      discount: 0n,
      commission: 1794n,
      cost: 29_900n,
      fxRate: '1',
      fxMid: '1',
      fxVersion: 'same',
      fxMarginPercent: '0',
    },
  },
  {
    name: 'half a cent goes to the even neighbour, twice',
    change: {
      amount: { mode: 'send', minor: 25n },
      exchange: at('1'),
      priceRate: { ...plain.priceRate, percent: '50' },
    },
    // 50 % of 25 is 12.5, which is 12
    expected: {
      discount: 12n,
      cost: 13n,
      rounding: { discount: '1/2', providerCost: '1/2' },
      providerCost: 22n,
    },
  },
  {
    name: 'fee and tax: tax is of what is left after the discount, with the fee',
    change: { fee: { fixed: 50n, percent: '1.5' }, taxPercent: '18' },
    // fee 50 + 22.5 = 72; 18 % of 1500 - 90 + 72 = 266.76 = 267
    expected: { fee: 72n, tax: 267n, cost: 1749n, rounding: { fee: '1/2', tax: '-6/25' } },
  },
  {
    name: 'from two decimals to none',
    change: { operator: JPY, exchange: at('151.37'), amount: { mode: 'send', minor: 1001n } },
    // 10.01 x 151.37 = 1515.2137
    expected: {
      receiveAmount: 1515n,
      rounding: { receiveAmount: '2137/10000', discount: '3/50' },
    },
  },
  {
    name: 'from none to three decimals',
    change: { wallet: JPY, operator: KWD, exchange: at('0.002'), amount: { mode: 'send', minor: 1500n } },
    expected: {
      receiveAmount: 3000n,
      discount: 90n,
      cost: 1410n,
      providerCost: 2700n,
      providerCostInWallet: 1350n,
    },
  },
];

for (const { name, change, expected } of EXAMPLES) {
  test(`price: ${name}`, () => {
    const price = priced({ ...plain, ...change });
    const { rounding, ...figures } = expected;
    for (const [key, value] of Object.entries(figures))
      assert.deepEqual(price[key as keyof Price], value, key);
    if (!rounding) return;
    if (Object.keys(rounding).length === 0) assert.deepEqual(price.rounding, {});
    for (const [key, value] of Object.entries(rounding))
      assert.equal(price.rounding[key as RoundedFigure], value, key);
  });
}

const REJECTIONS: readonly { name: string; change: Partial<PriceInput>; code: string }[] = [
  { name: 'nothing', change: { amount: { mode: 'send', minor: 0n } }, code: 'invalid_amount' },
  { name: 'less than nothing', change: { amount: { mode: 'receive', minor: -1n } }, code: 'invalid_amount' },
  { name: 'no rate', change: { exchange: undefined }, code: 'rate_unavailable' },
  {
    name: 'above the range',
    change: { amount: { mode: 'receive', minor: 10_000_001n } },
    code: 'amount_out_of_range',
  },
  {
    name: 'sent above the range',
    change: { amount: { mode: 'send', minor: 150_000n } },
    code: 'amount_out_of_range',
  },
  {
    name: 'worth less than half a cent',
    change: { amount: { mode: 'receive', minor: 33n } },
    code: 'invalid_amount',
  },
  {
    name: 'not one of the fixed',
    change: { denomination: { kind: 'fixed', amounts: [500n] } },
    code: 'amount_out_of_range',
  },
  { name: 'below the minimum', change: { minimumDelivered: 100_681n }, code: 'delivered_below_minimum' },
  {
    name: 'a discount of all',
    change: { priceRate: { ...plain.priceRate, percent: '100' } },
    code: 'invalid_amount',
  },
];

for (const { name, change, code } of REJECTIONS) {
  test(`no price: ${name}`, () => {
    assert.deepEqual(quotePrice({ ...plain, ...change }), { kind: 'rejected', code });
  });
}

test('the minimum delivered itself is enough', () => {
  assert.equal(priced({ ...plain, minimumDelivered: 100_680n }).receiveAmount, 100_680n);
});

test('a listed fixed amount delivers exactly the local one', () => {
  const denomination: Denomination = { kind: 'fixed', amounts: [5000n, 10_000n, 50_000n] };
  const conversion = { wallet: USD, operator: HTG, exchange: at('130.92386', '1.5') };
  const listed = listFixed(conversion, denomination.amounts);
  assert.deepEqual(
    listed.map(({ send }) => send),
    [39n, 78n, 388n],
  );
  for (const { send, receive } of listed) {
    const price = priced({ ...plain, ...conversion, denomination, amount: { mode: 'send', minor: send } });
    assert.equal(price.receiveAmount, receive);
    assert.equal(price.sendAmount, send);
  }
});

test('round amounts in the currency of the sender', () => {
  const conversion = { wallet: USD, operator: HTG, exchange: at('67.12') };
  const amounts = listRoundAmounts(conversion, { min: 30_00n, max: 4760_00n }).map(({ send }) => send);
  assert.deepEqual(
    amounts,
    [1n, 5n, 10n, 15n, 20n, 25n, 30n, 35n, 40n, 45n, 50n, 55n, 60n, 65n, 70n].map((n) => n * 100n),
  );
});

test('regression: what costs more than a column holds is not sold', () => {
  const cost = (fixed: bigint) => quotePrice({ ...plain, fee: { fixed, percent: '0' } });
  const dearest = 2n ** 63n - 1n;
  const most = cost(dearest - 1410n);
  assert.equal(most.kind === 'priced' && most.price.cost, dearest);
  assert.deepEqual(cost(dearest - 1409n), { kind: 'rejected', code: 'invalid_amount' });
});
