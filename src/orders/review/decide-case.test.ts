import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evidence, madeOrder, NOW_MS } from '../../../test/harness/made-order.ts';
import { isBeingSent, isDecidable, onDecision } from './decide-case.ts';

const inReview = (attempts: NonNullable<Parameters<typeof madeOrder>[0]>['attempts']) =>
  madeOrder({ state: 'REVIEW', attempts: attempts ?? [{}] });

test('delivered captures the whole, closes the case and is evidence of its own', () => {
  for (const state of ['PENDING', 'UNKNOWN', 'CONFLICT'] as const) {
    const step = onDecision(inReview([{ state }]), 'delivered', NOW_MS);
    assert.equal(step?.state, 'DELIVERED');
    assert.equal(step?.attemptState, 'CONFIRMED');
    assert.equal(step?.delivered?.amount, 196_386n);
    assert.equal(step?.closeCase, true);
    assert.deepEqual(step?.evidence, [{ source: 'decision', verdict: 'delivered', code: 'DECIDED' }]);
  }
});

test('failed releases the hold, whatever the attempt', () => {
  for (const state of ['READY', 'PENDING', 'UNKNOWN', 'CONFLICT', 'REFUSED'] as const) {
    const step = onDecision(inReview([{ state }]), 'failed', NOW_MS);
    assert.deepEqual([step?.state, step?.failure, step?.closeCase], ['FAILED', 'not_delivered', true]);
  }
});

test('what was refused, or has not left, cannot have been delivered', () => {
  assert.equal(isDecidable(inReview([{ state: 'REFUSED' }]), 'delivered'), false);
  assert.equal(isDecidable(inReview([{ state: 'READY' }]), 'delivered'), false);
});

test('an order that is not in review takes no decision', () => {
  for (const state of ['IN_DOUBT', 'DELIVERED', 'FAILED', 'CANCELLED'] as const) {
    assert.equal(
      onDecision(madeOrder({ state, attempts: [{ state: 'UNKNOWN' }] }), 'failed', NOW_MS),
      undefined,
    );
  }
});

test('an earlier attempt that delivered after its refusal is booked as the platform’s loss', () => {
  const step = onDecision(
    inReview([
      { state: 'REFUSED', evidence: [evidence('refused'), evidence('delivered')] },
      { state: 'REFUSED' },
    ]),
    'failed',
    NOW_MS,
  );
  assert.equal(step?.adjustment?.cause, 'LATE_DELIVERY');
  assert.equal(step?.adjustment?.attempt, 1);
});

// Found by the simulation: people had decided "failed", and the order was on its way to the provider at that moment.
test('what is on its way is not decided about', () => {
  const order = inReview([{ state: 'SENDING' }]);
  assert.ok(isBeingSent(order));
  for (const outcome of ['delivered', 'failed'] as const) {
    assert.equal(isDecidable(order, outcome), false);
    assert.equal(onDecision(order, outcome, NOW_MS), undefined);
  }
});

test('a decision says nothing of what left after it was asked for, unless that was refused', () => {
  const left = { sentAtMs: NOW_MS };
  for (const outcome of ['delivered', 'failed'] as const)
    assert.equal(onDecision(inReview([{ ...left, state: 'UNKNOWN' }]), outcome, NOW_MS - 1), undefined);
  assert.equal(onDecision(inReview([{ ...left, state: 'REFUSED' }]), 'failed', NOW_MS - 1)?.state, 'FAILED');
});

// Found by the simulation: refused, delivered all the same, and not tried again: nobody booked what it had cost.
test('the last attempt, too, may have delivered after its refusal', () => {
  const order = inReview([{ state: 'REFUSED', evidence: [evidence('refused'), evidence('delivered')] }]);
  assert.equal(isDecidable(order, 'delivered'), false);
  const step = onDecision(order, 'failed', NOW_MS);
  assert.deepEqual([step?.adjustment?.cause, step?.adjustment?.attempt], ['LATE_DELIVERY', 1]);
});
