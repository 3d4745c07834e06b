import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CAPABILITY, madeOrder, NOW_MS } from '../../test/harness/made-order.ts';
import { onWakeup, type WakeupCircumstances } from './decide.ts';

const WAKE: WakeupCircumstances = {
  nowMs: NOW_MS,
  capability: CAPABILITY,
  routeLeft: () => true,
  jitter: 0,
  sendingBlocked: false,
  epoch: 1,
  sendLeaseMs: 20_000,
  maySend: () => true,
  takeFromRetryBudget: () => true,
};

// Waiting out an outage is not failing: only the try before the deadline is made whatever the circuit says.
it('an interrupted provider is waited for, until the last try before the deadline', () => {
  const ready = (deadlineInMs: number) => madeOrder({ attempts: [{ state: 'READY' }], deadlineInMs });
  const interrupted = { ...WAKE, maySend: () => false };
  assert.equal(onWakeup(ready(30_000), interrupted).kind, 'step');
  assert.equal(onWakeup(ready(900), interrupted).kind, 'send');
  assert.equal(onWakeup(ready(30_000), WAKE).kind, 'send');
});
