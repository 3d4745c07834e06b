/**
 * Whether one more request is let in. A process that is asked for more than it can do falls behind: what comes waits
 * for its turn, then for everything before it, until nobody waits for the answers any more. So it watches how late it
 * is. While that is so without a break, each turn of the event loop lets in what comes in its first milliseconds, and
 * the rest is told to come again, which costs next to nothing.
 */
import { StandingQueue } from './standing-queue.ts';

/** In milliseconds: a turn that takes so long leaves new connections and answers of PostgreSQL waiting as long. */
const LATENESS = { longMs: 50, shortMs: 15, intervalMs: 500 } as const;
/** What a turn lets in is worked on in the turns that follow. */
const TURN_MS = 20;

export class Admission {
  readonly #lateness = new StandingQueue(LATENESS);
  readonly #atEndOfTurn: (work: () => void) => void;
  #turnBeganAtMs: number | undefined;

  constructor(atEndOfTurn: (work: () => void) => void = setImmediate) {
    this.#atEndOfTurn = atEndOfTurn;
  }

  /** While it is so, requests are refused. */
  get isTooMuch(): boolean {
    return this.#lateness.isStanding;
  }

  /** At the last look. */
  get lateMs(): number {
    return this.#lateness.waitMs;
  }

  /** Told every now and then how late the process was at that moment. */
  observe(lateMs: number, nowMs: number): void {
    this.#lateness.observe(lateMs, nowMs);
  }

  /** Asked for each request, before anything else is done about it. */
  admits(nowMs: number): boolean {
    if (!this.isTooMuch) return true;
    if (this.#turnBeganAtMs === undefined) {
      this.#turnBeganAtMs = nowMs;
      this.#atEndOfTurn(() => {
        this.#turnBeganAtMs = undefined;
      });
    }
    return nowMs - this.#turnBeganAtMs < TURN_MS;
  }
}

/** Between two looks. */
const LOOK_MS = 20;

/** Looks how late this process is, until it is stopped. */
export function watchLateness(admission: Admission): { stop(): void } {
  let lookedAtMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    admission.observe(nowMs - lookedAtMs - LOOK_MS, nowMs);
    lookedAtMs = nowMs;
  }, LOOK_MS).unref();
  return { stop: () => clearInterval(timer) };
}
