import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { madeOrder, NOW_MS } from '../../../test/harness/made-order.ts';
import type { Posting } from '../../wallet/posting.ts';
import { type AdjustmentDraft, adjustAfter, adjustmentPostings, stillPaid, walletGain } from '../adjust.ts';
import type { AdjustmentCause, OrderRecord } from '../order.ts';
import { onCorrection, type WhyNotCorrected, whyNotCorrected } from './correct-order.ts';

const PLENTY = 10n ** 12n;
const PAYABLE = 'payable:p';

/** It cost 13.20, of which `commission` came back at once. */
function delivered(commission = 0n): OrderRecord {
  return madeOrder({ state: 'DELIVERED', attempts: [{ state: 'CONFIRMED' }], commission });
}

function adjusted(order: OrderRecord, ...made: readonly [AdjustmentCause, bigint][]): OrderRecord {
  const adjustments = made.map(([cause, amount], index) => ({
    id: BigInt(index + 1),
    cause,
    amount,
    currency: 'USD',
    createdAtMs: NOW_MS,
  }));
  return { ...order, adjustments: [...order.adjustments, ...adjustments] };
}

describe('a correction', () => {
  const rows: readonly [
    name: string,
    order: OrderRecord,
    amount: bigint,
    why: WhyNotCorrected | undefined,
  ][] = [
    ['all that was paid', delivered(), 1320n, undefined],
    ['more than was paid', delivered(), 1321n, 'more_than_paid'],
    ['what was paid, the commission apart', delivered(20n), 1300n, undefined],
    ['the commission as well', delivered(20n), 1301n, 'more_than_paid'],
    ['the half that is left', adjusted(delivered(), ['PARTIAL', 660n]), 660n, undefined],
    ['more than the half', adjusted(delivered(), ['PARTIAL', 660n]), 661n, 'more_than_paid'],
    ['after a reversal', adjusted(delivered(), ['OPERATOR_REVERSAL', 1320n]), 1n, 'more_than_paid'],
    ['taking where nothing was given', delivered(), -1n, 'more_than_given_back'],
    ['taking a refund back', adjusted(delivered(), ['DISPUTE_REFUND', 1320n]), -1320n, undefined],
    ['taking more', adjusted(delivered(), ['DISPUTE_REFUND', 1320n]), -1321n, 'more_than_given_back'],
    ['a second time', adjusted(delivered(), ['CORRECTION', 1n]), 1n, 'corrected_already'],
    ['by nothing', delivered(), 0n, 'moves_nothing'],
    ['before the end', madeOrder({ state: 'REVIEW' }), 1n, 'not_ended'],
    [
      'of what failed',
      madeOrder({ state: 'FAILED', attempts: [{ state: 'REFUSED' }] }),
      1n,
      'more_than_paid',
    ],
    ['of what failed, taking', madeOrder({ state: 'FAILED' }), -1n, 'more_than_given_back'],
  ];
  for (const [name, order, amount, why] of rows)
    it(`${name}: ${why ?? 'fits'}`, () => {
      assert.equal(whyNotCorrected(order, amount, PLENTY), why);
      assert.equal(onCorrection(order, amount, PLENTY) === undefined, why !== undefined);
    });

  it('takes no more than the wallet has, and gives whatever the wallet has', () => {
    const refunded = adjusted(delivered(), ['DISPUTE_REFUND', 1320n]);
    assert.equal(whyNotCorrected(refunded, -1000n, 999n), 'more_than_available');
    assert.equal(whyNotCorrected(refunded, -1000n, 1000n), undefined);
    assert.equal(whyNotCorrected(delivered(), 1000n, -50n), undefined);
  });

  it('moves money between the platform and the customer alone, and tells its cause', () => {
    const given = onCorrection(delivered(20n), 660n, PLENTY);
    assert.deepEqual(given?.event, { type: 'order.adjusted', body: { cause: 'CORRECTION', attempt: 1 } });
    assert.deepEqual(posted(given?.adjustment), [['correction', 'revenue', 'wallet', 660n]]);
    const taken = onCorrection(adjusted(delivered(20n), ['DISPUTE_REFUND', 1300n]), -660n, PLENTY);
    assert.deepEqual(posted(taken?.adjustment), [['correction', 'wallet', 'revenue', 660n]]);
    assert.deepEqual(
      [given, taken].map((step) => step?.adjustment && walletGain(step.adjustment)),
      [660n, -660n],
    );
  });

  it('is counted by the reversal and the refund that come after it', () => {
    const order = adjusted(delivered(20n), ['CORRECTION', 500n]);
    for (const what of ['reversed', 'disputed'] as const) {
      const draft = adjustAfter(order, 1, what);
      assert.ok(draft);
      assert.equal(walletGain(draft), 800n);
      assert.deepEqual(posted(draft).slice(0, 2), [
        ['refund', 'revenue', 'wallet', 820n],
        ['commission_clawback', 'wallet', 'revenue', 20n],
      ]);
    }
  });

  it('whatever comes in whatever order: nobody has more back than was paid, and no leg is below zero', () => {
    const happening = fc.oneof(
      fc.constant('reversed' as const),
      fc.constant('disputed' as const),
      fc.bigInt({ min: -1500n, max: 1500n }).map((corrected) => ({ corrected })),
    );
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 6 }),
        fc.bigInt({ min: 0n, max: 1320n }),
        fc.bigInt({ min: 1n, max: 196_386n }),
        (happenings, commission, deliveredAmount) => {
          const whole = delivered(commission);
          let order: OrderRecord = { ...whole, progress: { ...whole.progress, deliveredAmount } };
          const apply = (draft: AdjustmentDraft | undefined) => {
            if (!draft) return;
            adjustmentPostings(draft, PAYABLE); // asserts that each moves something
            order = adjusted(order, [draft.cause, walletGain(draft)]);
            const paid = stillPaid(order);
            assert.ok(paid >= 0n && paid <= 1320n - commission, `${paid} is paid`);
          };
          apply(adjustAfter(order, 1, { delivered: deliveredAmount }));
          for (const what of happenings)
            apply(
              typeof what === 'string'
                ? adjustAfter(order, 1, what)
                : onCorrection(order, what.corrected, PLENTY)?.adjustment,
            );
          const last = order.adjustments.at(-1)?.cause;
          if (last === 'OPERATOR_REVERSAL' || last === 'DISPUTE_REFUND') assert.equal(stillPaid(order), 0n);
        },
      ),
    );
  });
});

function posted(draft: AdjustmentDraft | undefined): unknown[] {
  assert.ok(draft);
  return adjustmentPostings(draft, PAYABLE)
    .filter(({ debit, credit }: Posting) => debit === 'wallet' || credit === 'wallet')
    .map(({ kind, debit, credit, amount }) => [kind, debit, credit, amount]);
}
