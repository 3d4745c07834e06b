import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  capturePostings,
  lateDeliveryPostings,
  type OrderFigures,
  type Posting,
  refundPostings,
  remainingPart,
  undeliveredPart,
} from './posting.ts';

const PAYABLE = 'payable:p';
const amount = fc.bigInt({ min: 1n, max: 10n ** 12n });
const figures: fc.Arbitrary<OrderFigures> = fc
  .record({
    cost: amount,
    part: fc.integer({ min: 0, max: 100 }),
    providerCost: amount,
    providerCostWallet: amount,
    cross: fc.boolean(),
  })
  .map(({ cost, part, providerCost, providerCostWallet, cross }) => ({
    cost,
    commission: (cost * BigInt(part)) / 100n,
    shares: [
      { accountId: 1001n, amount: (cost * BigInt(part)) / 300n },
      { accountId: 1002n, amount: 1n },
    ],
    currency: 'USD',
    providerCost,
    providerCurrency: cross ? 'HTG' : 'USD',
    providerCostWallet: cross ? providerCostWallet : providerCost,
  }));

const sharesOf = ({ shares }: OrderFigures) => shares.reduce((sum, share) => sum + share.amount, 0n);

/** Balance of each ledger account and currency: credits less debits. */
function balances(postings: readonly Posting[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  const add = (key: string, by: bigint) => sums.set(key, (sums.get(key) ?? 0n) + by);
  for (const { debit, credit, amount: moved, currency } of postings) {
    add(`${debit} ${currency}`, -moved);
    add(`${credit} ${currency}`, moved);
  }
  return sums;
}

describe('postings', () => {
  it('of a top-up abroad, by hand: 13.20 USD captured, 1,806.75 HTG owed, 13.80 USD of it at the mid rate', () => {
    const postings = capturePostings(
      {
        cost: 1320n,
        commission: 0n,
        shares: [],
        currency: 'USD',
        providerCost: 180675n,
        providerCurrency: 'HTG',
        providerCostWallet: 1380n,
      },
      PAYABLE,
    );
    assert.deepEqual(
      postings.map(({ kind, debit, credit, amount: moved, currency }) => [
        kind,
        debit,
        credit,
        moved,
        currency,
      ]),
      [
        ['capture', 'wallet', 'revenue', 1320n, 'USD'],
        ['cost_exchange', 'revenue', 'exchange', 1380n, 'USD'],
        ['cost', 'exchange', 'payable:p', 180675n, 'HTG'],
      ],
    );
  });

  it('of a capture leave the margin in revenue and balance in every currency', () => {
    fc.assert(
      fc.property(figures, (one) => {
        const sums = balances(capturePostings(one, PAYABLE));
        assert.equal(sums.get('wallet USD'), -one.cost + one.commission);
        assert.equal(
          sums.get('revenue USD') ?? 0n,
          one.cost - one.commission - sharesOf(one) - one.providerCostWallet,
        );
        assert.equal(sums.get('share:1002 USD'), 1n);
        assert.equal(sums.get(`${PAYABLE} ${one.providerCurrency}`), one.providerCost);
        assert.equal(
          [...sums.values()].reduce((a, b) => a + b, 0n),
          0n,
        );
      }),
    );
  });

  it('of a whole refund undo the capture to the last minor unit', () => {
    fc.assert(
      fc.property(figures, (one) => {
        const sums = balances([...capturePostings(one, PAYABLE), ...refundPostings(one, PAYABLE)]);
        for (const [account, sum] of sums) assert.equal(sum, 0n, account);
      }),
    );
  });

  it('of a partial delivery and a later reversal give back the whole, never more', () => {
    fc.assert(
      fc.property(figures, amount, fc.integer({ min: 0, max: 100 }), (one, ordered, percent) => {
        const share = { delivered: (ordered * BigInt(percent)) / 100n, ordered };
        const partial = undeliveredPart(one, share);
        assert.ok(partial.cost >= 0n && partial.cost <= one.cost);
        const rest = remainingPart(one, partial);
        const sums = balances([
          ...capturePostings(one, PAYABLE),
          ...refundPostings(partial, PAYABLE),
          ...refundPostings(rest, PAYABLE),
        ]);
        for (const [account, sum] of sums) assert.equal(sum, 0n, account);
      }),
    );
  });

  it('of a late delivery never touch the wallet', () => {
    fc.assert(
      fc.property(figures, (one) => {
        for (const { debit, credit } of lateDeliveryPostings(one, PAYABLE))
          assert.deepEqual([debit, credit], ['loss', PAYABLE]);
      }),
    );
  });
});
