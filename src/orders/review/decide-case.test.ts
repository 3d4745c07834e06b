import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evidence, madeOrder } from '../../../test/harness/made-order.ts';
import { isDecidable, onDecision } from './decide-case.ts';

const inReview = (attempts: NonNullable<Parameters<typeof madeOrder>[0]>['attempts']) =>
  madeOrder({ state: 'REVIEW', attempts: attempts ?? [{}] });

test('delivered captures the whole, closes the case and is evidence of its own', () => {
  for (const state of ['SENDING', 'PENDING', 'UNKNOWN', 'CONFLICT'] as const) {
    const step = onDecision(inReview([{ state }]), 'delivered');
    assert.equal(step?.state, 'DELIVERED');
    assert.equal(step?.attemptState, 'CONFIRMED');
    assert.equal(step?.delivered?.amount, 196_386n);
    assert.equal(step?.closeCase, true);
    assert.deepEqual(step?.evidence, [{ source: 'decision', verdict: 'delivered', code: 'DECIDED' }]);
  }
});

test('failed releases the hold, whatever the attempt', () => {
  for (const state of ['READY', 'SENDING', 'PENDING', 'UNKNOWN', 'CONFLICT', 'REFUSED'] as const) {
    const step = onDecision(inReview([{ state }]), 'failed');
    assert.deepEqual([step?.state, step?.failure, step?.closeCase], ['FAILED', 'not_delivered', true]);
  }
});

test('what was refused, or has not left, cannot have been delivered', () => {
  assert.equal(isDecidable(inReview([{ state: 'REFUSED' }]), 'delivered'), false);
  assert.equal(isDecidable(inReview([{ state: 'READY' }]), 'delivered'), false);
});

test('an order that is not in review takes no decision', () => {
  for (const state of ['IN_DOUBT', 'DELIVERED', 'FAILED', 'CANCELLED'] as const) {
    assert.equal(onDecision(madeOrder({ state, attempts: [{ state: 'UNKNOWN' }] }), 'failed'), undefined);
  }
});

test('an earlier attempt that delivered after its refusal is booked as the platform’s loss', () => {
  const step = onDecision(
    inReview([
      { state: 'REFUSED', evidence: [evidence('refused'), evidence('delivered')] },
      { state: 'REFUSED' },
    ]),
    'failed',
  );
  assert.equal(step?.adjustment?.cause, 'LATE_DELIVERY');
  assert.equal(step?.adjustment?.attempt, 1);
});
