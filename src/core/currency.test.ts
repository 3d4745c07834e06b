import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CURRENCIES, currency, currencyOf } from './currency.ts';

test('minor units follow ISO 4217, not the tables of browsers', () => {
  const expected = {
    USD: 2,
    INR: 2,
    NGN: 2,
    JPY: 0,
    KRW: 0,
    XOF: 0,
    UGX: 0,
    IQD: 3,
    KWD: 3,
    TND: 3,
    CLF: 4,
    UYW: 4,
  };
  for (const [code, exponent] of Object.entries(expected))
    assert.equal(currencyOf(code).exponent, exponent, code);
});

test('names and symbols are the ones that clients of Reloadly know', () => {
  assert.deepEqual(currency('USD'), {
    code: 'USD',
    numeric: '840',
    exponent: 2,
    name: 'US Dollar',
    symbol: '$',
  });
  assert.equal(currencyOf('NGN').name, 'Nigerian Naira');
  assert.equal(currencyOf('NGN').symbol, '₦');
  assert.equal(currencyOf('GBP').name, 'British Pound Sterling');
});

test('a code is there once, and only in capitals', () => {
  assert.equal(new Set(CURRENCIES.map((c) => c.code)).size, CURRENCIES.length);
  assert.equal(new Set(CURRENCIES.map((c) => c.numeric)).size, CURRENCIES.length);
  assert.equal(currency('usd'), undefined);
  assert.equal(currency('XAU'), undefined);
  assert.throws(() => currencyOf('XYZ'), /not a currency/);
});
