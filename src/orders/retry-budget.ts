/**
 * Keeps retries under a tenth of the traffic, and never below ten a second, so that an outage cannot become a
 * storm of our own making. An empty budget postpones; it never fails an order.
 */
import type { Clock } from '../core/time.ts';

const PART_OF_TRAFFIC = 0.1;
const AT_LEAST_PER_SECOND = 10;
/** Savings are capped at this many seconds of the guaranteed rate plus the share of recent traffic. */
const BURST_MAX = 1000;

export class RetryBudget {
  readonly #clock: Clock;
  #tokens = AT_LEAST_PER_SECOND;
  #filledAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAtMs = clock.now();
  }

  /** A first attempt was sent: it earns a tenth of a retry. */
  earn(): void {
    this.#tokens = Math.min(this.#tokens + PART_OF_TRAFFIC, BURST_MAX);
  }

  /** True when a retry may go now. */
  take(): boolean {
    const nowMs = this.#clock.now();
    // A clock that was set back gives nothing and takes nothing.
    const guaranteed = (Math.max(0, nowMs - this.#filledAtMs) / 1000) * AT_LEAST_PER_SECOND;
    this.#filledAtMs = nowMs;
    // The guarantee fills up to one second's worth; what traffic has earned stays on top.
    if (this.#tokens < AT_LEAST_PER_SECOND)
      this.#tokens = Math.min(this.#tokens + guaranteed, AT_LEAST_PER_SECOND);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
