/**
 * How much of what was begun has come to its good end in time. Counted by when it began, so what a fault has held up
 * makes the time after it look no better than it is.
 */

/** Whoever waits longer takes it for failed. */
export const PROMPT_MS = 4_000;
/** A share is that of so long a time. */
export const WINDOW_MS = 1_000;
export const SHARE_MIN = 0.95;
const STEP_MS = 250;
const KEPT_MS = 60_000;

interface Sample {
  readonly atMs: number;
  good: boolean;
}

export class Goodput {
  readonly #samples = new Map<string, Sample>();

  began(key: string, atMs: number): void {
    this.#samples.set(key, { atMs, good: false });
  }

  /** Comes to nothing when it was never begun, or too long ago. */
  ended(key: string, atMs: number): void {
    const sample = this.#samples.get(key);
    if (sample && atMs - sample.atMs <= PROMPT_MS) sample.good = true;
  }

  /** Undefined when nothing was begun then. */
  share(fromMs: number, toMs: number): number | undefined {
    let [all, good] = [0, 0];
    for (const [key, sample] of this.#samples) {
      if (sample.atMs < toMs - KEPT_MS) this.#samples.delete(key);
      if (sample.atMs < fromMs || sample.atMs >= toMs) continue;
      all += 1;
      if (sample.good) good += 1;
    }
    return all === 0 ? undefined : good / all;
  }
}

/**
 * When all was well again: the end of the first window since `sinceMs` in which every one of them had its share.
 * Undefined: not yet, as far as can be known at `nowMs`.
 */
export function backAtMs(all: readonly Goodput[], sinceMs: number, nowMs: number): number | undefined {
  for (let endMs = sinceMs + WINDOW_MS; endMs <= nowMs; endMs += STEP_MS) {
    const isBack = all.every((one) => (one.share(endMs - WINDOW_MS, endMs) ?? 0) >= SHARE_MIN);
    if (isBack) return endMs;
  }
  return undefined;
}
