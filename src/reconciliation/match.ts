/**
 * Which attempt a line is about. Pure. The reference decides where there is one; without it the attempt of the same
 * recipient, amount and currency that was sent nearest to the line's time, and nobody where two are as likely.
 */
import type { Minor } from '../core/money.ts';
import type { AttemptState } from '../orders/attempt.ts';
import type { StatedVerdict } from './line.ts';

/** From the strongest to the weakest. */
export const MATCHES = ['our_reference', 'their_reference', 'recipient'] as const;
export type Match = (typeof MATCHES)[number];

/** An attempt that a line may be about, as it stands in our books. Amounts are in minor units of `currency`. */
export interface Candidate {
  readonly by: Match;
  readonly accountId: bigint;
  readonly orderId: bigint;
  readonly attempt: number;
  readonly epoch: number;
  readonly state: AttemptState;
  readonly inReview: boolean;
  readonly sentAtMs: number | undefined;
  readonly asked: Minor;
  /** Of an order that was delivered. */
  readonly delivered: Minor | undefined;
  readonly currency: string;
  /** What we owe the provider for the whole. */
  readonly providerCost: Minor;
  /** The order has a LATE_DELIVERY; an OPERATOR_REVERSAL. */
  readonly isLate: boolean;
  readonly isReversed: boolean;
  /** Somebody has said before that this attempt delivered. */
  readonly heardDelivered: boolean;
  /** What other lines say of it. */
  readonly told: readonly StatedVerdict[];
}

export function chooseCandidate(
  line: { readonly verdict: StatedVerdict; readonly atMs: number },
  candidates: readonly Candidate[],
): Candidate | undefined {
  const by = MATCHES.find((match) => candidates.some((candidate) => candidate.by === match));
  const named = candidates.filter((candidate) => candidate.by === by);
  if (named.length <= 1) return named[0];
  const untold = named.filter(({ told }) => !told.includes(line.verdict));
  const likely = untold.filter(({ state }) =>
    line.verdict === 'refused' ? state !== 'CONFIRMED' : state !== 'REFUSED',
  );
  return nearest(line.atMs, [likely, untold, named].find(({ length }) => length > 0) ?? []);
}

/** The nearest one, when the next is at least twice as far away. */
function nearest(atMs: number, candidates: readonly Candidate[]): Candidate | undefined {
  const [first, second] = candidates
    .map((candidate) => ({ candidate, awayMs: Math.abs((candidate.sentAtMs ?? 0) - atMs) }))
    .sort((a, b) => a.awayMs - b.awayMs);
  if (!first || (second && (second.awayMs === first.awayMs || second.awayMs < 2 * first.awayMs)))
    return undefined;
  return first.candidate;
}
