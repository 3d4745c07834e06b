/**
 * Gathers what arrives while the previous batch commits and runs it as one: no timer, so one item alone waits for
 * nobody, and a thousand cost one commit. Bounded: beyond `queueMax` items, or when the first of them has waited for
 * `waitMsMax`, it refuses at the door.
 *
 * When a batch fails with an error of one of its items (no conflict, lost connection or fault of the server), it is
 * halved down to the guilty one, which alone fails. A conflict or a lost connection is run again: the batch
 * must recognise what it has already done (`retried`).
 */
import { type Clock, type Moment, momentOf, pause } from '../core/time.ts';
import { isConnectionLost, isRetryable, isServerFault } from './postgres.ts';
import { QueueFull, type QueueStanding } from './queue-full.ts';

export interface RunAttempt {
  /** A run before this one may have been committed. */
  readonly retried: boolean;
  /** When the first run of these items began. */
  readonly startedAt: Moment;
}

export interface BatcherOptions<Item, Outcome> {
  readonly clock: Clock;
  /** Runs a batch in one transaction; one outcome an item, in order. */
  readonly run: (items: readonly Item[], attempt: RunAttempt) => Promise<readonly Outcome[]>;
  readonly rowsMax: number;
  /** How many batches may be in flight at once. */
  readonly lanes: number;
  readonly queueMax: number;
  /** How long the first in the queue may have waited while another one is taken. Absent: as long as it takes. */
  readonly waitMsMax?: number;
  /** Waits before a lost connection is tried again, in milliseconds; after the last one the batch fails. */
  readonly reconnectAfterMs: readonly number[];
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly sinceMs: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

export class Batcher<Item, Outcome> {
  readonly #options: BatcherOptions<Item, Outcome>;
  #queue: Waiting<Item, Outcome>[] = [];
  #running = 0;
  #idle: (() => void)[] = [];

  constructor(options: BatcherOptions<Item, Outcome>) {
    this.#options = options;
  }

  /** Items that wait for a lane. */
  get depth(): number {
    return this.#queue.length;
  }

  standing(queue: string): QueueStanding {
    return { queue, length: this.depth, limit: this.#options.queueMax };
  }

  get busy(): boolean {
    return this.#running > 0 || this.#queue.length > 0;
  }

  submit(item: Item): Promise<Outcome> {
    const { clock, lanes, queueMax, waitMsMax = Number.POSITIVE_INFINITY } = this.#options;
    const sinceMs = clock.now();
    const first = this.#queue[0];
    if (first && (this.#queue.length >= queueMax || sinceMs - first.sinceMs >= waitMsMax))
      return Promise.reject(new QueueFull('too much is waiting'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, sinceMs, resolve, reject });
      // The rest of this turn's arrivals join the batch before it leaves.
      if (this.#running < lanes && this.#queue.length === 1) setImmediate(() => this.#start());
    });
  }

  /** Resolves when nothing waits and nothing runs. */
  drained(): Promise<void> {
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #start(): void {
    const { clock, lanes, rowsMax } = this.#options;
    while (this.#running < lanes && this.#queue.length > 0) {
      const batch = this.#queue.splice(0, rowsMax);
      this.#running += 1;
      void this.#settle(batch, { retried: false, startedAt: momentOf(clock) }).finally(() => {
        this.#running -= 1;
        this.#start();
        if (!this.busy) for (const resolve of this.#idle.splice(0)) resolve();
      });
    }
  }

  async #settle(batch: readonly Waiting<Item, Outcome>[], attempt: RunAttempt): Promise<void> {
    try {
      const outcomes = await this.#runThroughFaults(
        batch.map((one) => one.item),
        attempt,
      );
      for (const [index, one] of batch.entries()) one.resolve(outcomes[index] as Outcome); // one outcome an item
    } catch (error) {
      if (batch.length === 1 || isConnectionLost(error) || isServerFault(error)) {
        for (const one of batch) one.reject(error);
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      const again = { ...attempt, retried: true };
      await this.#settle(batch.slice(0, middle), again);
      await this.#settle(batch.slice(middle), again);
    }
  }

  async #runThroughFaults(items: readonly Item[], attempt: RunAttempt): Promise<readonly Outcome[]> {
    const { run, clock, reconnectAfterMs } = this.#options;
    let { retried } = attempt;
    let reconnects = 0;
    for (let conflicts = 0; ; ) {
      try {
        return await run(items, { ...attempt, retried });
      } catch (error) {
        retried = true;
        if (isRetryable(error) && conflicts < CONFLICTS_MAX) {
          conflicts += 1;
        } else if (isConnectionLost(error) && reconnects < reconnectAfterMs.length) {
          await pause(clock, reconnectAfterMs[reconnects] as number); // the index was just compared
          reconnects += 1;
        } else {
          throw error;
        }
      }
    }
  }
}

/** Serialization failures and deadlocks in a row before a batch gives up. */
const CONFLICTS_MAX = 20;
