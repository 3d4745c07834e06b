/** What a provider's statement makes of an order: it is the last word, also after a contradiction. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CAPABILITY, evidence, type MadeOrder, madeOrder, NOW_MS } from '../../test/harness/made-order.ts';
import { onEvidence } from './decide.ts';
import type { DatedEvidence } from './order.ts';
import type { Step } from './step.ts';

const NOW = { nowMs: NOW_MS, capability: CAPABILITY, routeLeft: () => true, jitter: 0 };
const OUTAGE = evidence('refused', { code: 'OUT_OF_SERVICE' });
const REFUSAL = evidence('refused', { code: 'NO_SUCH_NUMBER' });
const stated = (verdict: DatedEvidence['verdict'], more: Partial<DatedEvidence> = {}) =>
  evidence(verdict, { source: 'statement', ...more });

interface Row {
  readonly name: string;
  readonly order: MadeOrder;
  readonly said: DatedEvidence;
  readonly step: Partial<Step>;
  /** How many pieces of it are written. */
  readonly kept?: number;
  readonly event?: string;
}
const ROWS: readonly Row[] = [
  {
    name: 'decides a contradiction: delivered',
    order: { state: 'REVIEW', attempts: [{ state: 'CONFLICT', evidence: [REFUSAL, evidence('delivered')] }] },
    said: stated('delivered'),
    step: { attemptState: 'CONFIRMED', state: 'DELIVERED', closeCase: true },
    event: 'order.delivered',
  },
  {
    name: 'decides a contradiction: refused, and never tried again',
    order: { state: 'REVIEW', attempts: [{ state: 'CONFLICT', evidence: [OUTAGE, evidence('delivered')] }] },
    said: stated('refused', { code: 'OUT_OF_SERVICE' }),
    step: { attemptState: 'REFUSED', state: 'FAILED', failure: 'operator_unavailable', closeCase: true },
    event: 'order.failed',
  },
  {
    name: 'ends a doubt without a word of why',
    order: {
      state: 'IN_DOUBT',
      doubtForMs: 0,
      attempts: [{ state: 'UNKNOWN', evidence: [evidence('unknown')] }],
    },
    said: stated('refused'),
    step: { attemptState: 'REFUSED', state: 'FAILED', failure: 'not_delivered' },
    event: 'order.failed',
  },
  {
    name: 'shows a delivery that a refusal denied, before the next try has left',
    order: {
      attempts: [
        { state: 'REFUSED', evidence: [OUTAGE] },
        { state: 'READY', sentAtMs: undefined },
      ],
    },
    said: stated('delivered'),
    step: { attempt: 2, attemptState: 'REFUSED', state: 'FAILED' },
    kept: 2,
    event: 'order.failed',
  },
  {
    name: 'denies a delivery that stopped the next try',
    order: {
      state: 'REVIEW',
      attempts: [{ state: 'REFUSED', evidence: [OUTAGE, evidence('delivered')] }, { state: 'REFUSED' }],
    },
    said: stated('refused'),
    step: { attempt: 2, state: 'FAILED', closeCase: true },
    event: 'order.failed',
  },
  {
    name: 'that says refused after delivery is kept, whatever its code',
    order: { state: 'DELIVERED', attempts: [{ state: 'CONFIRMED' }] },
    said: stated('refused'),
    step: { attempt: 1 },
  },
];

describe('a statement', () => {
  for (const { name, order, said, step, kept = 1, event } of ROWS) {
    it(name, () => {
      const made = onEvidence(madeOrder(order), 1, said, NOW);
      assert.ok(made);
      assert.partialDeepStrictEqual(made, step);
      assert.equal(made.evidence.length, kept);
      assert.equal(made.event?.type, event);
      assert.equal(made.retry, undefined);
    });
  }

  it('that shows a delivery where nothing is out makes it the platform’s loss, for the attempt it is about', () => {
    const attempts = [
      { state: 'REFUSED', provider: 'p', evidence: [OUTAGE] },
      { state: 'READY', sentAtMs: undefined, provider: 'q' },
    ] as const;
    const step = onEvidence(madeOrder({ attempts }), 1, stated('delivered'), NOW);
    assert.deepEqual([step?.adjustment?.cause, step?.adjustment?.attempt], ['LATE_DELIVERY', 1]);
  });
});
