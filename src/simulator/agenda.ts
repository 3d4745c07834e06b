/**
 * What is still to be done, by the given clock: tasks at their times, and a way to wait until nothing that is
 * due is left, so that a test moves the clock and then asks.
 */
import type { Clock } from '../core/time.ts';

export class Agenda {
  readonly #clock: Clock;
  readonly #onFault: (error: unknown) => void;
  /** Tasks that wait for their time. */
  readonly #waiting = new Set<{ readonly dueAtMs: number; readonly cancel: () => void }>();
  readonly #running = new Set<Promise<void>>();
  #isStopped = false;

  constructor(clock: Clock, onFault: (error: unknown) => void) {
    this.#clock = clock;
    this.#onFault = onFault;
  }

  /** Runs `task` at its time, or on the next turn when that is past. Nothing is run after `stop`. */
  at(dueAtMs: number, task: () => Promise<void>): void {
    if (this.#isStopped) return;
    const cancel = this.#clock.after(Math.max(0, dueAtMs - this.#clock.now()), () => {
      this.#waiting.delete(entry);
      const run = task()
        .catch(this.#onFault)
        .finally(() => this.#running.delete(run));
      this.#running.add(run);
    });
    const entry = { dueAtMs, cancel };
    this.#waiting.add(entry);
  }

  /** Resolves when no task runs and none is due. Tasks of a later time are not waited for. */
  async idle(): Promise<void> {
    for (;;) {
      if (this.#running.size > 0) await Promise.all(this.#running);
      else if (this.#nothingDue()) return;
      else await new Promise((resolve) => setImmediate(resolve)); // a timer that is due fires within a turn or two
    }
  }

  /** Forgets what waits and resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { cancel } of this.#waiting) cancel();
    this.#waiting.clear();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #nothingDue(): boolean {
    const nowMs = this.#clock.now();
    for (const { dueAtMs } of this.#waiting) if (dueAtMs <= nowMs) return false;
    return true;
  }
}
