/**
 * Gathers what arrives while the previous batch commits and runs it as one: one item alone waits for nobody, and a
 * thousand cost one commit. Bounded: beyond `queueMax` items, or when the first of them has waited for
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
  /** In which order the items of a batch stand. Absent: as they came. */
  readonly compare?: (a: Item, b: Item) => number;
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

/** What makes it worth while to send a batch beside one in flight: two small ones cost more than one. */
const BESIDE_ROWS_MIN = 32;
const BESIDE_MS_MAX = 10;

export class Batcher<Item, Outcome> {
  readonly #options: BatcherOptions<Item, Outcome>;
  readonly #besideRowsMin: number;
  #queue: Waiting<Item, Outcome>[] = [];
  #running = 0;
  /** Batches whose items have not all been told. */
  #untold = 0;
  #idle: (() => void)[] = [];
  #cancelLook: (() => void) | undefined;

  constructor(options: BatcherOptions<Item, Outcome>) {
    this.#options = options;
    this.#besideRowsMin = Math.min(BESIDE_ROWS_MIN, options.rowsMax);
  }

  /** Items that wait for a lane. */
  get depth(): number {
    return this.#queue.length;
  }

  /** Batches in flight. */
  get running(): number {
    return this.#running;
  }

  standing(queue: string): QueueStanding {
    return { queue, length: this.depth, limit: this.#options.queueMax };
  }

  get busy(): boolean {
    return this.#untold > 0 || this.#queue.length > 0;
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
      const { length } = this.#queue;
      if (this.#running < lanes && (length === 1 || length === this.#besideRowsMin))
        setImmediate(() => this.#start());
    });
  }

  /** Resolves when nothing waits and nothing runs. */
  drained(): Promise<void> {
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #start(): void {
    const { clock, lanes, compare } = this.#options;
    this.#cancelLook?.();
    while (this.#running < lanes && this.#isWorthALane()) {
      const batch = this.#take();
      if (compare) batch.sort((a, b) => compare(a.item, b.item));
      this.#running += 1;
      this.#untold += 1;
      void this.#settle(batch, { retried: false, startedAt: momentOf(clock) }).then((tell) => {
        this.#running -= 1;
        this.#start();
        // The next batch is on its way before this one is told: the database works while the answers are written.
        setImmediate(() => {
          for (const one of tell) one();
          this.#untold -= 1;
          if (!this.busy) for (const resolve of this.#idle.splice(0)) resolve();
        });
      });
    }
    this.#cancelLook =
      this.#queue.length > 0 && this.#running < lanes
        ? clock.after(BESIDE_MS_MAX, () => this.#start())
        : undefined;
  }

  /** Beside a batch in flight, few items wait for it to come back, unless it is slow: it may wait for a lock. */
  #isWorthALane(): boolean {
    const [first] = this.#queue;
    if (!first || this.#running === 0) return first !== undefined;
    return (
      this.#queue.length >= this.#besideRowsMin || this.#options.clock.now() - first.sinceMs >= BESIDE_MS_MAX
    );
  }

  /** The array itself where all fits: one that others have been moved out of holds on to them. */
  #take(): Waiting<Item, Outcome>[] {
    const { rowsMax } = this.#options;
    if (this.#queue.length > rowsMax) return this.#queue.splice(0, rowsMax);
    const all = this.#queue;
    this.#queue = [];
    return all;
  }

  /** What tells the items of a batch their outcomes, once they have them all. */
  async #settle(
    batch: readonly Waiting<Item, Outcome>[],
    attempt: RunAttempt,
  ): Promise<readonly (() => void)[]> {
    try {
      const outcomes = await this.#runThroughFaults(
        batch.map((one) => one.item),
        attempt,
      );
      return [() => batch.forEach((one, index) => one.resolve(outcomes[index] as Outcome))]; // one outcome an item
    } catch (error) {
      if (batch.length === 1 || isConnectionLost(error) || isServerFault(error)) {
        return [() => batch.forEach((one) => one.reject(error))];
      }
      const middle = Math.ceil(batch.length / 2);
      const again = { ...attempt, retried: true };
      const first = await this.#settle(batch.slice(0, middle), again);
      return [...first, ...(await this.#settle(batch.slice(middle), again))];
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
