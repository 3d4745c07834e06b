import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CAPABILITY, evidence, madeOrder, NOW_MS } from '../../test/harness/made-order.ts';
import { type Doubt, reviewReason } from './doubt.ts';
import type { DatedEvidence, OrderRecord } from './order.ts';

const NOW: Doubt = { nowMs: NOW_MS, capability: CAPABILITY, jitter: 0 };
const DAY = 24 * 3_600_000;

describe('calls a person after a quarter of an hour where nobody has mapped what the provider says', () => {
  const QUARTER = 15 * 60_000;
  const strange = evidence('unmapped', { code: 'TRY_LATER' });
  const rows: readonly (readonly [string, readonly DatedEvidence[], number, string?])[] = [
    ['not yet', [strange], QUARTER - 1],
    ['now', [strange], QUARTER, 'unmapped'],
    ['silence afterwards says nothing', [strange, evidence('unknown')], QUARTER, 'unmapped'],
    ['nor does silence before', [evidence('unknown'), strange], QUARTER, 'unmapped'],
    ['it is working on it, in words that we know', [strange, evidence('pending')], QUARTER],
    ['it has no trace of it', [strange, evidence('not_found')], QUARTER],
    [
      'it says what nobody has mapped after words that we know',
      [evidence('pending'), strange],
      QUARTER,
      'unmapped',
    ],
    ['nobody has looked for a day', [strange], DAY, 'unmapped'],
    ['a day of known words', [strange, evidence('pending')], DAY, 'in_doubt_too_long'],
    ['silence', [evidence('unknown')], QUARTER],
    ['a refusal whose code proves nothing', [evidence('refused', { code: 'E-417' })], QUARTER, 'unmapped'],
  ];
  for (const [name, said, doubtForMs, reason] of rows)
    it(name, () => {
      const order = madeOrder({
        state: 'IN_DOUBT',
        doubtForMs,
        attempts: [{ state: 'UNKNOWN', evidence: said }],
      });
      assert.equal(reasonOf(order), reason);
    });

  it('once: the case is open', () => {
    const attempts = [{ state: 'UNKNOWN', evidence: [strange] }] as const;
    assert.equal(reasonOf(madeOrder({ state: 'REVIEW', doubtForMs: DAY, attempts })), undefined);
  });

  it('once a person has mapped it, nobody is called: the next answer ends it', () => {
    const attempts = [{ state: 'UNKNOWN', evidence: [evidence('refused', { code: 'E-417' })] }] as const;
    const order = madeOrder({ state: 'IN_DOUBT', doubtForMs: QUARTER, attempts });
    const meaning = { failure: 'refused_by_operator', retryable: false } as const;
    const capability = { ...CAPABILITY, refusedCodes: { ...CAPABILITY.refusedCodes, 'E-417': meaning } };
    assert.equal(reasonOf(order, { ...NOW, capability }), undefined);
  });
});

function reasonOf(order: OrderRecord, now = NOW) {
  const [attempt] = order.attempts;
  assert.ok(attempt);
  return reviewReason(order, attempt, now);
}
