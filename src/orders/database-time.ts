/**
 * The database's time, as far as this process can know it: deadlines, leases and horizons are instants of its clock,
 * and ours may be minutes off. Each answer that carries the database's time corrects ours.
 */
import type { Clock } from '../core/time.ts';

/** Below this the difference is the round trip's, not the clocks'. */
const NOISE_MS = 50;

export class DatabaseTime {
  readonly #clock: Clock;
  #aheadMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now() + this.#aheadMs;
  }

  /** The database said that it was `databaseMs` at some time between `fromMs` and `toMs` of our clock. */
  heard(databaseMs: number, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): void {
    const early = databaseMs - toMs;
    const late = databaseMs - fromMs;
    // The true difference lies between the two; what is known already is kept while it may be right.
    if (this.#aheadMs < early - NOISE_MS || this.#aheadMs > late + NOISE_MS)
      this.#aheadMs = (early + late) / 2;
  }
}
