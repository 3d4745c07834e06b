/**
 * Whether something is behind for good or only for a moment. A long wait is a burst, which queues are for; when even
 * the shortest wait of an interval is long, more comes than can be done. The rule is that of CoDel (RFC 8289). Pure.
 */
export interface StandingQueueOptions {
  /** Nobody waits for less than this during an interval: it stands. */
  readonly longMs: number;
  /** Somebody waits for no more than this: it is gone. */
  readonly shortMs: number;
  readonly intervalMs: number;
}

export class StandingQueue {
  readonly #options: StandingQueueOptions;
  #isStanding = false;
  #shortestMs = Number.POSITIVE_INFINITY;
  #intervalEndsAtMs: number | undefined;

  constructor(options: StandingQueueOptions) {
    this.#options = options;
  }

  get isStanding(): boolean {
    return this.#isStanding;
  }

  /** Told now and then how long something has just waited. */
  observe(waitMs: number, nowMs: number): void {
    const { longMs, shortMs, intervalMs } = this.#options;
    if (waitMs <= shortMs) this.#isStanding = false;
    this.#intervalEndsAtMs ??= nowMs + intervalMs;
    this.#shortestMs = Math.min(this.#shortestMs, waitMs);
    if (nowMs < this.#intervalEndsAtMs) return;
    if (this.#shortestMs >= longMs) this.#isStanding = true;
    this.#shortestMs = Number.POSITIVE_INFINITY;
    this.#intervalEndsAtMs = nowMs + intervalMs;
  }
}
