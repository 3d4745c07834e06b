/** Judges what has been taken in and was not judged yet, page by page. A crash leaves the rest for the next time. */
import type { Database } from '../platform/postgres.ts';
import { judge } from './judge.ts';
import type { StatedVerdict } from './line.ts';
import { type Candidate, chooseCandidate, type Match } from './match.ts';
import {
  findCandidates,
  type JudgedLine,
  readUnjudgedLines,
  type UnjudgedLine,
  writeJudgements,
} from './store.ts';

/**
 * First those that name their attempt, so that none of them is taken for a repetition of what only looks alike. For the
 * others each page looks through what was sent around its times, so their pages are long.
 */
const PASSES = [
  { lines: 'named', limit: 1_000 },
  { lines: 'nameless', limit: 5_000 },
] as const;

export async function judgeLines(
  database: Database,
  provider: string,
  terms: { readonly epoch: number; readonly onProgress: (lines: number) => void },
): Promise<void> {
  let judged = 0;
  for (const pass of PASSES) {
    for (let after = 0n; ; ) {
      const page = await readUnjudgedLines(database, provider, { ...pass, after });
      const last = page.at(-1);
      if (!last) break;
      const ids = page.map(({ id }) => id);
      const candidates = await findCandidates(database, provider, ids);
      await writeJudgements(database, judgePage(page, candidates, terms.epoch));
      after = last.id;
      judged += page.length;
      terms.onProgress(judged);
    }
  }
}

/** What a line has said of an attempt. */
interface Told {
  readonly by: UnjudgedLine;
  readonly match: Match;
  readonly verdict: StatedVerdict;
}

/** In their order: the first line that says something of an attempt is the one that the others repeat. */
function judgePage(
  page: readonly UnjudgedLine[],
  candidates: ReadonlyMap<bigint, readonly Candidate[]>,
  epoch: number,
): JudgedLine[] {
  const told = new Map<string, Told[]>();
  const keyOf = ({ orderId, attempt }: Candidate) => `${orderId}-${attempt}`;
  return page.map((unjudged) => {
    const { id, line, period, windowMs, costTolerance } = unjudged;
    const terms = { epoch, period, windowMs, costTolerance };
    if (line.kind === 'malformed') return { id, about: undefined, ...judge(line, undefined, terms) };
    const withTold = (candidate: Candidate): Candidate => {
      // What only looks alike takes nothing from a line that names the attempt.
      const here = (told.get(keyOf(candidate)) ?? []).filter(
        (one) => !isSaidAnew(one.by, unjudged) && (one.match !== 'recipient' || candidate.by === 'recipient'),
      );
      return { ...candidate, told: [...candidate.told, ...here.map(({ verdict }) => verdict)] };
    };
    const about = chooseCandidate(line, (candidates.get(id) ?? []).map(withTold));
    if (about) {
      const now: Told = { by: unjudged, match: about.by, verdict: line.verdict };
      told.set(keyOf(about), [...(told.get(keyOf(about)) ?? []), now]);
    }
    return { id, about, ...judge(line, about, terms) };
  });
}

/** Another file's line under the provider's same reference is that line, said anew. */
function isSaidAnew(before: UnjudgedLine, now: UnjudgedLine): boolean {
  return (
    before.statement !== now.statement &&
    now.theirReference !== undefined &&
    before.theirReference === now.theirReference
  );
}
