import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evidence, madeOrder, NOW_MS } from '../../test/harness/made-order.ts';
import { onDecision } from './review/decide-case.ts';
import { prepareStep } from './settle-order.ts';

// Found by the simulation: a decision is a step of the last attempt, and the loss was booked to that one's provider.
test('a late delivery is owed to the provider that delivered, not to the one of the last attempt', () => {
  const order = madeOrder({
    state: 'REVIEW',
    attempts: [
      { provider: 'first', state: 'REFUSED', evidence: [evidence('delivered')] },
      { provider: 'second', state: 'REFUSED' },
    ],
  });
  const step = onDecision(order, 'failed', NOW_MS);
  assert.ok(step?.adjustment);
  const { transfers } = prepareStep(order, step, {
    next: undefined,
    ledgerAccount: (provider) => `payable:${provider}`,
    mint: () => 1n,
    sealVoucher: () => Buffer.alloc(0),
  });
  assert.deepEqual(
    transfers.map(({ kind, credit }) => [kind, credit]),
    [['loss', 'payable:first']],
  );
});
