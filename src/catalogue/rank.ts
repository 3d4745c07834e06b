/**
 * Who may serve a number, best guess first: a network that has delivered to it, then whoever was given its range, then
 * the other networks of the country, and last those that have refused it as another's. Pure.
 */
import type { Candidate } from './catalogue.ts';

/** What orders have taught about one number. */
export interface LearntPort {
  /** The network that delivered. */
  readonly operatorId: number | undefined;
  /** Networks that refused it as another's. */
  readonly notOperators: readonly number[];
}

/** `candidates`: from the catalogue, in its order. */
export function rankCandidates(
  candidates: readonly Candidate[],
  learnt: LearntPort | undefined,
): readonly Candidate[] {
  if (!learnt) return candidates;
  const { operatorId, notOperators } = learnt;
  const ranked = candidates.map((candidate): Candidate => {
    if (candidate.operatorId === operatorId) return { operatorId, confidence: 'ported' };
    // Somebody has the number now, or its holder has said that it is another's: its range proves nothing.
    const isDisproved = operatorId !== undefined || notOperators.includes(candidate.operatorId);
    return isDisproved ? { ...candidate, confidence: 'country' } : candidate;
  });
  const place = ({ operatorId: id, confidence }: Candidate) =>
    notOperators.includes(id) ? 3 : confidence === 'ported' ? 0 : confidence === 'prefix' ? 1 : 2;
  return ranked.sort((a, b) => place(a) - place(b)); // stable: the catalogue's order within a place
}
