/**
 * Time comes in as an argument. Everything that waits or looks at the clock takes a `Clock`, so that a test
 * moves the clock instead of sleeping. SQL has its own `toprail.now()`, moved by the same test.
 */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Milliseconds on a clock that nobody sets; it may stand still while the machine sleeps. */
  elapsed(): number;
  /** Runs `task` once, `delayMs` from now. The returned function cancels it. Does not keep the process alive. */
  after(delayMs: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, Math.min(delayMs, TIMER_MS_MAX));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Longest delay that a Node timer takes. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** A clock that runs with the system's and can be moved ahead: timers that come due fire at once, in order. */
export class MovableClock implements Clock {
  #offsetMs = 0;
  readonly #timers = new Set<Timer>();

  /** How far this clock is ahead of the system's, in milliseconds. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  elapsed(): number {
    return performance.now() + this.#offsetMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer: Timer = { dueAt: this.now() + delayMs, task, stop: () => undefined };
    this.#arm(timer);
    this.#timers.add(timer);
    return () => this.#drop(timer);
  }

  /** Moves the clock ahead. Due timers run on later turns of the event loop, in the order of their times. */
  advance(byMs: number): void {
    this.#offsetMs += byMs;
    for (const timer of [...this.#timers].sort((a, b) => a.dueAt - b.dueAt)) {
      timer.stop();
      this.#arm(timer);
    }
  }

  #arm(timer: Timer): void {
    const run = () => {
      this.#timers.delete(timer);
      timer.task();
    };
    timer.stop = systemClock.after(Math.max(0, timer.dueAt - this.now()), run);
  }

  #drop(timer: Timer): void {
    timer.stop();
    this.#timers.delete(timer);
  }
}

interface Timer {
  readonly dueAt: number;
  readonly task: () => void;
  stop: () => void;
}

/** Resolves after `delayMs` of the given clock. */
export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}

/**
 * An instant on both clocks of a process. One that is set back would stretch a deadline, and one that stands still while
 * the machine sleeps would, too: what is past on either of them is past.
 */
export interface Moment {
  readonly nowMs: number;
  readonly elapsedMs: number;
}

export function momentOf(clock: Clock): Moment {
  return { nowMs: clock.now(), elapsedMs: clock.elapsed() };
}

export function later({ nowMs, elapsedMs }: Moment, byMs: number): Moment {
  return { nowMs: nowMs + byMs, elapsedMs: elapsedMs + byMs };
}

/** Milliseconds until a moment; zero and less: it is past. */
export function msUntil(moment: Moment, clock: Clock): number {
  return Math.min(moment.nowMs - clock.now(), moment.elapsedMs - clock.elapsed());
}
