/**
 * The database's time, as far as this process can know it: deadlines, leases and horizons are instants of its clock,
 * and ours may be minutes off. It goes on with the clock that nobody sets; each answer that carries the database's time
 * corrects it. After a sleep of the machine it is late until then, which only makes us wait longer.
 */
import type { Clock } from '../core/time.ts';

/** Below this the difference is the round trip's, not the clocks'. */
const NOISE_MS = 50;

export class DatabaseTime {
  readonly #clock: Clock;
  /** Of the clock that nobody sets. Before anything was heard our own time has to do. */
  #aheadMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#aheadMs = clock.now() - clock.elapsed();
  }

  now(): number {
    return this.#clock.elapsed() + this.#aheadMs;
  }

  /** Asks what time it is there. */
  async ask(databaseNow: () => Promise<number>): Promise<void> {
    const fromMs = this.#clock.elapsed();
    this.heard(await databaseNow(), fromMs);
  }

  /** The database has said that it was `databaseMs`, at some time since `fromMs` of the clock that nobody sets. */
  heard(databaseMs: number, fromMs: number): void {
    const early = databaseMs - this.#clock.elapsed();
    const late = databaseMs - fromMs;
    // The true difference lies between the two; what is known already is kept while it may be right.
    if (this.#aheadMs < early - NOISE_MS || this.#aheadMs > late + NOISE_MS)
      this.#aheadMs = (early + late) / 2;
  }
}
