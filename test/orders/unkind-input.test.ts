/** Small things of the pure parts that break under an unkind input. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MovableClock, systemClock } from '../../src/core/time.ts';
import { foldAttempt } from '../../src/orders/attempt.ts';
import { onEvidence } from '../../src/orders/decide.ts';
import { RetryBudget } from '../../src/orders/retry-budget.ts';
import { Batcher } from '../../src/platform/batcher.ts';
import { CAPABILITY, evidence, madeOrder, NOW_MS } from '../harness/made-order.ts';

const now = { nowMs: NOW_MS, capability: CAPABILITY, routeLeft: () => true, jitter: 0 };

describe('the fold', () => {
  it('takes no code for proven that only every object has', () => {
    const said = [evidence('refused', { code: 'constructor' })];
    assert.equal(foldAttempt(said, { capability: CAPABILITY, sentAtMs: NOW_MS }).state, 'UNKNOWN');
  });
});

describe('evidence about an attempt that was refused', () => {
  it('stops the retry that has not been sent: what was delivered is not sent again knowingly', () => {
    const order = madeOrder({
      attempts: [
        { state: 'REFUSED', evidence: [evidence('refused', { code: 'OUT_OF_SERVICE' })] },
        { state: 'READY', sentAtMs: undefined },
      ],
    });
    const step = onEvidence(order, 1, evidence('delivered'), now);
    assert.ok(
      step?.state !== undefined || step?.openCase !== undefined,
      'the order does not go on as if nothing had been said',
    );
  });

  it('books a second lie as well as the first', () => {
    const lied = { state: 'REFUSED', evidence: [evidence('refused', { code: 'OUT_OF_SERVICE' })] } as const;
    const order = madeOrder({ state: 'FAILED', attempts: [lied, lied] });
    const adjusted = {
      ...order,
      adjustments: [{ id: 1n, cause: 'LATE_DELIVERY', amount: 0n, currency: 'USD', createdAtMs: NOW_MS }],
    } as const;
    assert.ok(onEvidence(adjusted, 2, evidence('delivered'), now), 'it is kept at least as evidence');
  });
});

describe('a voucher', () => {
  it('that comes after a callback has confirmed the delivery is kept', () => {
    const order = madeOrder({
      state: 'DELIVERED',
      attempts: [{ state: 'CONFIRMED', evidence: [evidence('delivered', { source: 'callback' })] }],
    });
    const voucher = { code: '1', serial: '2', validity: '', ivr: '', instructions: [] };
    const step = onEvidence(order, 1, { source: 'submit', verdict: 'delivered', voucher }, now);
    assert.ok(step, 'the PIN is not thrown away');
  });
});

describe('the retry budget', () => {
  it('does not run into debt when the clock is set back', () => {
    let nowMs = NOW_MS;
    const budget = new RetryBudget({ ...systemClock, now: () => nowMs });
    assert.ok(budget.take());
    nowMs -= 3_600_000;
    budget.take();
    nowMs += 1_000;
    assert.ok(budget.take(), 'a second later there is something to take again');
  });
});

describe('a batch', () => {
  it('fails as a whole, without a search for the guilty one, when the database cannot write', async () => {
    let runs = 0;
    const batcher = new Batcher<number, number>({
      clock: new MovableClock(),
      rowsMax: 512,
      lanes: 1,
      queueMax: 1000,
      reconnectAfterMs: [],
      run: () => {
        runs += 1;
        return Promise.reject(
          Object.assign(new Error('could not extend file: No space left on device'), { code: '53100' }),
        );
      },
    });
    await Promise.allSettled(Array.from({ length: 512 }, (_, n) => batcher.submit(n)));
    assert.ok(runs < 10, `${runs} transactions for one full disk`);
  });
});
