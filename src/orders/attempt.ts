/**
 * The state of an attempt is a pure fold over its evidence, so that duplicates and another order of arrival
 * cannot change it:
 *
 *     READY -> SENDING -> CONFIRMED | REFUSED | PENDING | UNKNOWN
 *     PENDING | UNKNOWN -> CONFIRMED | REFUSED | PENDING | UNKNOWN | CONFLICT
 *
 * CONFIRMED and REFUSED absorb: later contrary evidence is kept and makes an adjustment, never a transition.
 * Everything unclear is UNKNOWN, and no timer ever turns UNKNOWN into anything else.
 */
import type { Minor } from '../core/money.ts';
import {
  type Capability,
  type Evidence,
  type RefusalMeaning,
  refusalMeaning,
  type Voucher,
} from '../routing/connector.ts';
import type { DatedEvidence } from './order.ts';

export type AttemptState = 'READY' | 'SENDING' | 'PENDING' | 'UNKNOWN' | 'CONFLICT' | 'CONFIRMED' | 'REFUSED';

/** An attempt that has ended: nothing said about it later changes it. */
export function isOver(state: AttemptState): boolean {
  return state === 'CONFIRMED' || state === 'REFUSED';
}

export type Fold =
  | { readonly state: 'SENDING' | 'PENDING' | 'UNKNOWN' | 'CONFLICT' }
  | {
      readonly state: 'CONFIRMED';
      readonly deliveredAmount: Minor | undefined;
      readonly providerReference: string | undefined;
      readonly voucher: Voucher | undefined;
      readonly reversed: boolean;
    }
  | {
      readonly state: 'REFUSED';
      readonly meaning: RefusalMeaning;
      readonly proof: 'code' | 'unsent' | 'not_found';
    };

/** Nothing left: the network or a deadline stopped the request before its first byte. Worth another try. */
const UNSENT: RefusalMeaning = { failure: 'operator_unavailable', retryable: true };
/** The provider has no trace of it. Proven, but never tried again: a lie here would deliver twice. */
export const NO_TRACE: RefusalMeaning = { failure: 'not_delivered', retryable: false };
/** How often NOT_FOUND must be answered before it proves anything. */
const NOT_FOUND_ANSWERS = 2;

export function foldAttempt(
  evidence: readonly DatedEvidence[],
  terms: { readonly capability: Capability; readonly sentAtMs: number | undefined },
): Fold {
  // The provider's statement is its last word: where it has spoken, only it counts.
  const stated = evidence.filter(isStated);
  const heard = stated.length > 0 ? stated : evidence;
  const positive = heard.filter((one) => one.verdict === 'delivered' || one.verdict === 'reversed');
  const refusal = provenRefusal(heard, terms.capability);
  if (positive.length > 0 && refusal) return { state: 'CONFLICT' };
  if (positive.length > 0) {
    return {
      state: 'CONFIRMED',
      deliveredAmount: lastOf(positive, (one) => one.deliveredAmount),
      providerReference: lastOf(positive, (one) => one.providerReference),
      voucher: lastOf(positive, (one) => one.voucher),
      reversed: positive.some((one) => one.verdict === 'reversed'),
    };
  }
  if (refusal) return refusal;
  const pending = evidence.some((one) => one.verdict === 'pending');
  if (!pending && countNotFound(evidence, terms) >= NOT_FOUND_ANSWERS) {
    return { state: 'REFUSED', meaning: NO_TRACE, proof: 'not_found' };
  }
  if (evidence.length === 0) return { state: 'SENDING' };
  return { state: pending ? 'PENDING' : 'UNKNOWN' };
}

/** What a provider's statement says of how it ended. That something is missing in it is a NOT_FOUND like any other. */
export function isStated({ source, verdict }: Evidence): boolean {
  return (
    source === 'statement' && (verdict === 'delivered' || verdict === 'refused' || verdict === 'reversed')
  );
}

/**
 * A refusal counts only with a code from the proven set, or in the provider's statement, which comes too late to try
 * again; `unsent` is our own knowledge.
 */
export function provenRefusal(
  evidence: readonly DatedEvidence[],
  capability: Capability,
): Extract<Fold, { state: 'REFUSED' }> | undefined {
  for (const one of evidence) {
    if (one.verdict === 'unsent') return { state: 'REFUSED', meaning: UNSENT, proof: 'unsent' };
    if (one.verdict !== 'refused') continue;
    const meaning = refusalMeaning(capability, one.code);
    if (isStated(one))
      return { state: 'REFUSED', meaning: { ...NO_TRACE, ...meaning, retryable: false }, proof: 'code' };
    if (meaning) return { state: 'REFUSED', meaning, proof: 'code' };
  }
  return undefined;
}

/**
 * How many NOT_FOUND answers count: given only after the instruction can no longer arrive or settle, and each at
 * least the record's spacing after the one before.
 */
export function countNotFound(
  evidence: readonly DatedEvidence[],
  terms: { readonly capability: Capability; readonly sentAtMs: number | undefined },
): number {
  const { capability, sentAtMs } = terms;
  if (!capability.notFoundIsProof || sentAtMs === undefined) return 0;
  let countsFromMs = sentAtMs + notFoundHorizonMs(capability);
  let count = 0;
  for (const at of evidence
    .filter((one) => one.verdict === 'not_found')
    .map((one) => one.receivedAtMs)
    .sort(ascending)) {
    if (at < countsFromMs) continue;
    count += 1;
    countsFromMs = at + capability.notFoundSpacingSeconds * 1000;
  }
  return count;
}

/** From the committed send until a provider that has no trace of the instruction will never have one. */
export function notFoundHorizonMs(capability: Capability): number {
  return (
    (capability.sendDeadlineSeconds + capability.longestPauseSeconds + capability.settleHorizonSeconds) * 1000
  );
}

function lastOf<T>(
  evidence: readonly DatedEvidence[],
  pick: (one: DatedEvidence) => T | undefined,
): T | undefined {
  return evidence.map(pick).findLast((value) => value !== undefined);
}

function ascending(a: number, b: number): number {
  return a - b;
}
