import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CAPABILITY, evidence, type MadeOrder, madeOrder, NOW_MS } from '../../test/harness/made-order.ts';
import { type Circumstances, onCancel, onEvidence, onWakeup, type WakeupCircumstances } from './decide.ts';
import type { DatedEvidence } from './order.ts';
import type { Step } from './step.ts';

const NOW: Circumstances = { nowMs: NOW_MS, capability: CAPABILITY, routeLeft: () => true, jitter: 0 };
const WAKE: WakeupCircumstances = {
  ...NOW,
  sendingBlocked: false,
  epoch: 1,
  sendLeaseMs: 20_000,
  maySend: () => true,
  takeFromRetryBudget: () => true,
};
const OUTAGE = evidence('refused', { code: 'OUT_OF_SERVICE' });
const REFUSAL = evidence('refused', { code: 'NO_SUCH_NUMBER' });
const DAY = 24 * 3_600_000;

describe('onEvidence', () => {
  interface Row {
    readonly name: string;
    readonly order: MadeOrder;
    readonly said: DatedEvidence;
    readonly now?: Partial<Circumstances>;
    readonly step: Partial<Step> | undefined;
    readonly event?: string;
  }
  const doubt: MadeOrder = {
    state: 'IN_DOUBT',
    doubtForMs: 0,
    attempts: [{ state: 'UNKNOWN', evidence: [evidence('unknown')] }],
  };
  const rows: readonly Row[] = [
    {
      name: 'delivered',
      order: {},
      said: evidence('delivered'),
      step: { attemptState: 'CONFIRMED', state: 'DELIVERED' },
      event: 'order.delivered',
    },
    {
      name: 'refused for good',
      order: {},
      said: REFUSAL,
      step: { attemptState: 'REFUSED', state: 'FAILED', failure: 'recipient_invalid' },
      event: 'order.failed',
    },
    {
      name: 'an outage before the deadline',
      order: { deadlineInMs: 45_000 },
      said: OUTAGE,
      step: { attemptState: 'REFUSED', state: 'DISPATCHING', retry: true, wakeupMs: 1000 },
      event: 'order.retried',
    },
    {
      name: 'an outage at the deadline',
      order: { deadlineInMs: 0 },
      said: OUTAGE,
      step: { state: 'FAILED', failure: 'operator_unavailable' },
      event: 'order.failed',
    },
    {
      name: 'an outage after the last try',
      order: { deadlineInMs: 700 },
      said: OUTAGE,
      step: { attemptState: 'REFUSED', wakeupMs: 700 },
    },
    {
      name: 'an outage without a route left',
      order: { deadlineInMs: 45_000 },
      said: OUTAGE,
      now: { routeLeft: () => false },
      step: { state: 'FAILED' },
      event: 'order.failed',
    },
    {
      name: 'no answer',
      order: {},
      said: evidence('unknown'),
      step: { attemptState: 'UNKNOWN', state: 'IN_DOUBT', wakeupMs: 2000 },
      event: 'order.in_doubt',
    },
    {
      name: 'pending',
      order: {},
      said: evidence('pending'),
      step: { attemptState: 'PENDING', state: 'IN_DOUBT' },
      event: 'order.in_doubt',
    },
    {
      name: 'no answer again',
      order: { ...doubt, doubtForMs: 2000 },
      said: evidence('unknown'),
      step: { attemptState: 'UNKNOWN', wakeupMs: 3000 },
    },
    {
      name: 'found after doubt',
      order: doubt,
      said: evidence('delivered'),
      step: { state: 'DELIVERED' },
      event: 'order.delivered',
    },
    {
      name: 'a contradiction in doubt',
      order: { ...doubt, attempts: [{ state: 'UNKNOWN', evidence: [REFUSAL] }] },
      said: evidence('delivered'),
      step: { attemptState: 'CONFLICT', state: 'REVIEW', openCase: 'conflict' },
      event: 'order.review',
    },
    {
      name: 'anything after a contradiction is only kept',
      order: { state: 'REVIEW', attempts: [{ state: 'CONFLICT' }] },
      said: evidence('delivered'),
      step: { evidence: [evidence('delivered')] },
    },
    {
      name: 'delivered during review of 24 h',
      order: { ...doubt, state: 'REVIEW' },
      said: evidence('delivered'),
      step: { state: 'DELIVERED', closeCase: true },
      event: 'order.delivered',
    },
    {
      name: 'said about what was never sent',
      order: { attempts: [{ state: 'READY', sentAtMs: undefined }] },
      said: evidence('delivered'),
      step: undefined,
    },
    {
      name: 'the same again after the end',
      order: { state: 'DELIVERED', attempts: [{ state: 'CONFIRMED' }] },
      said: evidence('delivered'),
      step: undefined,
    },
    {
      name: 'taken back after delivery',
      order: { state: 'DELIVERED', attempts: [{ state: 'CONFIRMED' }] },
      said: evidence('reversed'),
      step: {},
      event: 'order.adjusted',
    },
    {
      name: 'delivered after a refusal',
      order: { state: 'FAILED', attempts: [{ state: 'REFUSED' }] },
      said: evidence('delivered'),
      step: {},
      event: 'order.adjusted',
    },
    {
      name: 'refused after delivery is kept as contrary evidence',
      order: { state: 'DELIVERED', attempts: [{ state: 'CONFIRMED' }] },
      said: REFUSAL,
      step: { attempt: 1 },
    },
  ];
  for (const { name, order, said, now, step, event } of rows) {
    it(name, () => {
      const made = onEvidence(madeOrder(order), 1, said, { ...NOW, ...now });
      if (step === undefined) {
        assert.equal(made, undefined);
        return;
      }
      assert.ok(made);
      const { evidence: kept, ...expected } = step;
      assert.partialDeepStrictEqual(made, expected);
      if (kept) assert.equal(made.evidence.length, kept.length);
      assert.equal(made.event?.type, event);
    });
  }

  it('a partial delivery credits the undelivered half, commission and all', () => {
    const step = onEvidence(
      madeOrder({ commission: 79n }),
      1,
      evidence('delivered', { deliveredAmount: 98_193n }),
      NOW,
    );
    assert.equal(step?.adjustment?.cause, 'PARTIAL');
    assert.equal(step?.adjustment?.part.cost, 660n);
    assert.equal(step?.adjustment?.part.commission, 79n - 40n); // 39.5 kept, half to even
    assert.equal(step?.delivered?.amount, 98_193n);
  });

  it('a provider that claims to have delivered more delivered what was asked', () => {
    const step = onEvidence(madeOrder(), 1, evidence('delivered', { deliveredAmount: 999_999n }), NOW);
    assert.equal(step?.delivered?.amount, 196_386n);
    assert.equal(step?.adjustment, undefined);
  });

  it('the same cause adjusts once', () => {
    const order = {
      ...madeOrder({ state: 'DELIVERED', attempts: [{ state: 'CONFIRMED' }] }),
      adjustments: [
        { id: 1n, cause: 'OPERATOR_REVERSAL', amount: 1320n, currency: 'USD', createdAtMs: NOW_MS },
      ],
    } as const;
    const step = onEvidence(order, 1, evidence('reversed'), NOW);
    assert.equal(step?.adjustment, undefined);
    assert.equal(step?.evidence.length, 1, 'it is kept');
  });

  it('a NOT_FOUND that counts asks again after the spacing, and the second one fails the order', () => {
    const at = (seconds: number) => ({ receivedAtMs: NOW_MS + seconds * 1000 });
    const order = madeOrder({
      state: 'IN_DOUBT',
      doubtForMs: 0,
      attempts: [{ state: 'UNKNOWN', evidence: [evidence('unknown')] }],
    });
    const first = onEvidence(order, 1, evidence('not_found', at(10)), { ...NOW, nowMs: NOW_MS + 10_000 });
    assert.equal(first?.wakeupMs, 5000);
    const [attempt] = order.attempts;
    assert.ok(attempt);
    const told = { ...order, attempts: [{ ...attempt, evidence: [evidence('not_found', at(10))] }] };
    const second = onEvidence(told, 1, evidence('not_found', at(15)), { ...NOW, nowMs: NOW_MS + 15_000 });
    assert.equal(second?.state, 'FAILED');
    assert.equal(second?.failure, 'not_delivered');
    assert.equal(second?.retry, undefined);
  });
});

describe('onWakeup', () => {
  const ready = { state: 'READY', sentAtMs: undefined } as const;
  it('sends what is ready, and tells once that the order is dispatched', () => {
    const first = onWakeup(madeOrder({ state: 'ACCEPTED', attempts: [ready] }), WAKE);
    assert.ok(
      first.kind === 'send' &&
        first.step.state === 'DISPATCHING' &&
        first.step.event?.type === 'order.dispatched',
    );
    const later = onWakeup(madeOrder({ attempts: [{ state: 'REFUSED' }, ready] }), WAKE);
    assert.ok(later.kind === 'send' && later.step.state === undefined && later.step.event === undefined);
  });

  it('makes an expired send UNKNOWN, never REFUSED', () => {
    const wakeup = onWakeup(madeOrder(), WAKE);
    assert.ok(
      wakeup.kind === 'step' && wakeup.step.attemptState === 'UNKNOWN' && wakeup.step.state === 'IN_DOUBT',
    );
  });

  it('asks about what is unknown, for ever, and calls a person after 24 h', () => {
    const unknown = { state: 'UNKNOWN', evidence: [evidence('unknown')] } as const;
    assert.deepEqual(
      onWakeup(madeOrder({ state: 'IN_DOUBT', doubtForMs: DAY - 1, attempts: [unknown] }), WAKE),
      { kind: 'query', attempt: 1 },
    );
    const late = onWakeup(madeOrder({ state: 'IN_DOUBT', doubtForMs: DAY, attempts: [unknown] }), WAKE);
    assert.ok(
      late.kind === 'query' && late.first?.state === 'REVIEW' && late.first.openCase === 'in_doubt_too_long',
    );
    assert.deepEqual(
      onWakeup(madeOrder({ state: 'REVIEW', doubtForMs: 3 * DAY, attempts: [unknown] }), WAKE),
      { kind: 'query', attempt: 1 },
    );
  });

  it('fails what was refused, at the deadline', () => {
    const wakeup = onWakeup(
      madeOrder({ deadlineInMs: 0, attempts: [{ state: 'REFUSED', evidence: [OUTAGE] }] }),
      WAKE,
    );
    assert.ok(
      wakeup.kind === 'step' &&
        wakeup.step.state === 'FAILED' &&
        wakeup.step.failure === 'operator_unavailable',
    );
  });

  it('never sends past the deadline', () => {
    const wakeup = onWakeup(madeOrder({ deadlineInMs: 0, attempts: [ready] }), WAKE);
    assert.ok(
      wakeup.kind === 'step' &&
        wakeup.step.state === 'FAILED' &&
        wakeup.step.evidence[0]?.verdict === 'unsent',
    );
  });

  it('postpones a retry when the budget is empty, but not the last try', () => {
    const empty = { ...WAKE, takeFromRetryBudget: () => false };
    const attempts = [{ state: 'REFUSED' }, ready] as const;
    const held = onWakeup(madeOrder({ deadlineInMs: 10_000, attempts }), empty);
    assert.ok(held.kind === 'step' && held.step.wakeupMs === 1000 && held.step.state === undefined);
    assert.equal(onWakeup(madeOrder({ deadlineInMs: 1000, attempts }), empty).kind, 'send');
    assert.equal(
      onWakeup(madeOrder({ attempts: [ready] }), empty).kind,
      'send',
      'a first attempt needs no budget',
    );
  });

  it('sends nothing while sending is blocked', () => {
    const wakeup = onWakeup(madeOrder({ attempts: [ready] }), { ...WAKE, sendingBlocked: true });
    assert.ok(wakeup.kind === 'step' && wakeup.step.wakeupMs === 5000);
  });

  it('tells once, after five minutes, that an order is still under way, whatever its attempt does', () => {
    const minutes = 5 * 60_000;
    for (const made of [
      { attempts: [ready] },
      {},
      { state: 'IN_DOUBT', attempts: [{ state: 'UNKNOWN' }] },
    ] as const) {
      const young = onWakeup(madeOrder({ ...made, ageMs: minutes - 1, undelayed: true }), WAKE);
      assert.ok(young.kind !== 'step' || young.step.event?.type !== 'order.delayed');
      const old = onWakeup(madeOrder({ ...made, ageMs: minutes, undelayed: true }), WAKE);
      assert.ok(old.kind === 'step' && old.step.event?.type === 'order.delayed' && old.step.wakeupMs === 0);
      assert.equal(old.step.state, undefined);
      const told = onWakeup(madeOrder({ ...made, ageMs: minutes }), WAKE);
      assert.ok(told.kind !== 'step' || told.step.event?.type !== 'order.delayed');
    }
  });

  it('never uses a reference of an older epoch again: it is verified as if it had left', () => {
    const restored = onWakeup(madeOrder({ state: 'ACCEPTED', attempts: [ready] }), { ...WAKE, epoch: 2 });
    assert.ok(restored.kind === 'step');
    assert.deepEqual(
      [restored.step.attemptState, restored.step.state, restored.step.evidence[0]?.code],
      ['UNKNOWN', 'IN_DOUBT', 'RESTORED'],
    );
    const inReview = onWakeup(madeOrder({ state: 'REVIEW', attempts: [ready] }), { ...WAKE, epoch: 2 });
    assert.ok(inReview.kind === 'step' && inReview.step.state === undefined);
    const current = { ...ready, epoch: 2 };
    assert.equal(onWakeup(madeOrder({ attempts: [current] }), { ...WAKE, epoch: 2 }).kind, 'send');
  });

  it('calls a person when it has been dispatching for 24 h, and goes on', () => {
    const attempts = [{ state: 'REFUSED' }, ready] as const;
    const wakeup = onWakeup(madeOrder({ ageMs: DAY, attempts }), WAKE);
    assert.ok(wakeup.kind === 'step' && wakeup.step.openCase === 'dispatching_too_long');
    assert.equal(onWakeup(madeOrder({ state: 'REVIEW', ageMs: DAY, attempts }), WAKE).kind, 'send');
  });
});

describe('onCancel', () => {
  it('is possible only while nothing was sent', () => {
    assert.equal(
      onCancel(madeOrder({ state: 'ACCEPTED', attempts: [{ state: 'READY', sentAtMs: undefined }] }))?.state,
      'CANCELLED',
    );
    assert.equal(onCancel(madeOrder()), undefined);
    const attempts = [{ state: 'READY', sentAtMs: undefined }] as const;
    assert.equal(onCancel(madeOrder({ state: 'REVIEW', attempts }))?.closeCase, true, 'a case is closed');
    assert.equal(onCancel(madeOrder({ state: 'DELIVERED', attempts: [{ state: 'CONFIRMED' }] })), undefined);
  });
});
