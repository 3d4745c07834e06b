/**
 * What a line comes to, held against the attempt that it is about: it agrees, it ends the order, or it is a break of one
 * class, by the precedence of `BREAK_CLASSES`. Pure. docs/reconciliation.md has the table.
 *
 * A line that names its attempt is evidence where something follows from it. One that was matched by recipient, amount
 * and time never is: another top-up of the same number can look the same, and unknown is not guessed.
 */
import { divideHalfEven, type Minor } from '../core/money.ts';
import { isOver } from '../orders/attempt.ts';
import type { Outcome, StatedVerdict } from './line.ts';
import type { Candidate } from './match.ts';

/** A line as it was kept. */
export type KeptLine =
  | { readonly kind: 'malformed' }
  | {
      readonly kind: 'line';
      /** It names a reference of our form. */
      readonly isNamed: boolean;
      readonly verdict: StatedVerdict;
      readonly amount: Minor | undefined;
      readonly currency: string;
      readonly cost: { readonly amount: Minor; readonly currency: string } | undefined;
      readonly atMs: number;
    };

export interface Terms {
  /** Of our references now: an attempt of an older one that stands as not sent may have been. */
  readonly epoch: number;
  /** Of the statement; undefined where it says none. */
  readonly period: { readonly fromMs: number; readonly toMs: number } | undefined;
  readonly windowMs: number;
  readonly costTolerance: Minor;
}

export interface Judgement {
  readonly outcome: Outcome;
  /** Whether its order is to be given it. */
  readonly isEvidence: boolean;
}

type ReadableLine = Extract<KeptLine, { kind: 'line' }>;

export function judge(line: KeptLine, candidate: Candidate | undefined, terms: Terms): Judgement {
  if (line.kind === 'malformed') return only('malformed');
  if (!candidate) return only(line.isNamed ? 'unknown_reference' : 'missing_with_us');
  if (candidate.told.includes(line.verdict)) return only('duplicate');
  if (line.currency !== candidate.currency) return only('currency');
  const compared = compare(line, candidate, terms);
  const isEvidence = compared.isEvidence && candidate.by !== 'recipient';
  if (compared.outcome !== 'matched' && compared.outcome !== 'ended') return { ...compared, isEvidence };
  if (compared.outcome === 'ended' && candidate.by === 'recipient') return only('status');
  if (!costAgrees(line, candidate, terms)) return { outcome: 'fee', isEvidence };
  if (!timeAgrees(line, candidate, terms)) return { outcome: 'out_of_window', isEvidence };
  return { ...compared, isEvidence };
}

/** Ours against theirs, small print aside. */
function compare(line: ReadableLine, candidate: Candidate, { epoch }: Terms): Judgement {
  const { verdict, amount } = line;
  const { state, asked, delivered, isLate, isReversed, heardDelivered } = candidate;
  const differs = amount !== undefined && amount !== (delivered ?? asked);
  if (state === 'READY' && candidate.epoch === epoch)
    return only(verdict === 'refused' ? 'matched' : 'status');
  if (!isOver(state)) {
    if (verdict === 'refused') return evidence('ended');
    // Less than was asked is a partial delivery; more is not ours to believe.
    if (verdict === 'delivered') return evidence(amount !== undefined && amount > asked ? 'amount' : 'ended');
    return differs ? only('amount') : evidence('reversed');
  }
  if (state === 'CONFIRMED') {
    if (verdict === 'refused') return isReversed ? only('matched') : evidence('status');
    if (differs) return only('amount');
    return verdict === 'delivered' || isReversed ? only('matched') : evidence('reversed');
  }
  const isDisputed = candidate.inReview && heardDelivered;
  if (verdict === 'delivered') return isLate && heardDelivered ? only('matched') : evidence('late');
  if (isDisputed) return evidence('ended');
  return only(verdict === 'reversed' && isLate ? 'reversed' : 'matched');
}

/** A refusal costs nothing; of a part, its part. A line without a cost says nothing of it. */
function costAgrees(line: ReadableLine, candidate: Candidate, { costTolerance }: Terms): boolean {
  if (!line.cost) return true;
  const { asked, providerCost } = candidate;
  const delivered = line.amount !== undefined && line.amount < asked ? line.amount : asked;
  const part = delivered === asked ? providerCost : divideHalfEven(providerCost * delivered, asked).quotient;
  const owed = line.verdict === 'refused' ? 0n : part;
  const off = line.cost.amount > owed ? line.cost.amount - owed : owed - line.cost.amount;
  return off <= costTolerance && (line.cost.currency === candidate.currency || line.cost.amount === 0n);
}

/** What is taken back may be so at any time, within the statement. */
function timeAgrees(
  { verdict, atMs }: ReadableLine,
  { sentAtMs }: Candidate,
  { period, windowMs }: Terms,
): boolean {
  if (period && (atMs < period.fromMs || atMs >= period.toMs)) return false;
  return verdict === 'reversed' || sentAtMs === undefined || Math.abs(atMs - sentAtMs) <= windowMs;
}

function only(outcome: Outcome): Judgement {
  return { outcome, isEvidence: false };
}

function evidence(outcome: Outcome): Judgement {
  return { outcome, isEvidence: true };
}
