import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CAPABILITY, evidence, NOW_MS } from '../../test/harness/made-order.ts';
import type { Capability } from '../routing/connector.ts';
import { countNotFound, foldAttempt } from './attempt.ts';
import type { DatedEvidence } from './order.ts';

const SENT = { capability: CAPABILITY, sentAtMs: NOW_MS };
const at = (seconds: number) => ({ receivedAtMs: NOW_MS + seconds * 1000 });
const refusal = evidence('refused', { code: 'NO_SUCH_NUMBER' });
const stated = (verdict: Parameters<typeof evidence>[0]) => evidence(verdict, { source: 'statement' });

describe('foldAttempt', () => {
  const rows: readonly (readonly [name: string, evidence: readonly DatedEvidence[], state: string])[] = [
    ['nothing said yet', [], 'SENDING'],
    ['delivered', [evidence('delivered')], 'CONFIRMED'],
    ['delivered, then said again', [evidence('delivered'), evidence('delivered')], 'CONFIRMED'],
    ['unknown, then delivered', [evidence('unknown'), evidence('delivered')], 'CONFIRMED'],
    ['taken back before we heard of it', [evidence('reversed')], 'CONFIRMED'],
    ['refused with a proven code', [refusal], 'REFUSED'],
    ['refused with a code that nobody has proven', [evidence('refused', { code: 'ODD' })], 'UNKNOWN'],
    ['refused without a code', [evidence('refused')], 'UNKNOWN'],
    ['not a byte left', [evidence('unsent', { source: 'submit', code: 'CONNECTION_REFUSED' })], 'REFUSED'],
    ['refused by the statement, whatever its code', [stated('refused')], 'REFUSED'],
    [
      'a contradiction that the statement decides',
      [refusal, evidence('delivered'), stated('delivered')],
      'CONFIRMED',
    ],
    [
      'a contradiction that it decides the other way',
      [refusal, evidence('delivered'), stated('refused')],
      'REFUSED',
    ],
    ['a statement that contradicts itself', [stated('refused'), stated('delivered')], 'CONFLICT'],
    ['missing in the statement, and delivered', [evidence('delivered'), stated('not_found')], 'CONFIRMED'],
    ['pending', [evidence('pending')], 'PENDING'],
    ['pending, then no answer', [evidence('pending'), evidence('unknown')], 'PENDING'],
    ['no answer', [evidence('unknown')], 'UNKNOWN'],
    ['in words that nobody has mapped', [evidence('unmapped', { code: 'NO_SUCH_NUMBER' })], 'UNKNOWN'],
    ['not found too early, many times', [1, 2, 3, 7.9].map((s) => evidence('not_found', at(s))), 'UNKNOWN'],
    ['not found once, late enough', [evidence('not_found', at(8))], 'UNKNOWN'],
    ['not found twice, too close together', [8, 12.9].map((s) => evidence('not_found', at(s))), 'UNKNOWN'],
    ['not found twice at the spacing', [8, 13].map((s) => evidence('not_found', at(s))), 'REFUSED'],
    [
      'not found by the rule, but it was pending',
      [evidence('pending'), ...[8, 13].map((s) => evidence('not_found', at(s)))],
      'PENDING',
    ],
    [
      'not found by the rule, but it was delivered',
      [evidence('delivered'), ...[8, 13].map((s) => evidence('not_found', at(s)))],
      'CONFIRMED',
    ],
    ['refused and delivered', [refusal, evidence('delivered')], 'CONFLICT'],
    ['delivered and refused', [evidence('delivered'), refusal], 'CONFLICT'],
    [
      'delivered and refused with an unproven code',
      [evidence('delivered'), evidence('refused', { code: 'ODD' })],
      'CONFIRMED',
    ],
  ];
  for (const [name, said, state] of rows)
    it(`${name}: ${state}`, () => assert.equal(foldAttempt(said, SENT).state, state));

  it('does not depend on the order or the number of what arrives', () => {
    const one = fc.record({
      verdict: fc.constantFrom(
        'delivered',
        'refused',
        'pending',
        'unknown',
        'unsent',
        'not_found',
        'reversed',
      ),
      code: fc.constantFrom('NO_SUCH_NUMBER', 'OUT_OF_SERVICE', 'ODD'),
      seconds: fc.integer({ min: 0, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), fc.nat(), (said, seed) => {
        const list = said.map(({ verdict, code, seconds }) =>
          evidence(verdict as DatedEvidence['verdict'], { code, ...at(seconds) }),
        );
        const shuffled = [...list, ...list].sort((a, b) => hash(a, seed) - hash(b, seed));
        assert.equal(foldAttempt(shuffled, SENT).state, foldAttempt(list, SENT).state);
      }),
      { numRuns: 3000 },
    );
  });

  it('never takes NOT_FOUND for an answer where the record does not allow it', () => {
    const untrusting: Capability = { ...CAPABILITY, notFoundIsProof: false };
    const said = [100, 200, 300].map((s) => evidence('not_found', at(s)));
    assert.equal(foldAttempt(said, { capability: untrusting, sentAtMs: NOW_MS }).state, 'UNKNOWN');
    assert.equal(countNotFound(said, { capability: CAPABILITY, sentAtMs: undefined }), 0);
  });

  it('says what a refusal means and how it is proven', () => {
    const fold = foldAttempt([evidence('unsent', { code: 'CONNECTION_REFUSED' })], SENT);
    assert.deepEqual(fold, {
      state: 'REFUSED',
      meaning: { failure: 'operator_unavailable', retryable: true },
      proof: 'unsent',
    });
    const traceless = foldAttempt(
      [8, 13].map((s) => evidence('not_found', at(s))),
      SENT,
    );
    assert.ok(
      traceless.state === 'REFUSED' && !traceless.meaning.retryable && traceless.proof === 'not_found',
    );
  });
});

function hash(one: DatedEvidence, seed: number): number {
  return Math.sin(one.receivedAtMs * 0.001 + one.verdict.length * 7 + (one.code?.length ?? 0) + seed);
}
