/**
 * Who waits for the outcome of an order. In this process a settled order is handed over from memory; an outcome
 * that another process settled is heard of by NOTIFY, which is only a hint to look.
 */
import type { Clock } from '../core/time.ts';
import type { QueueStanding } from '../platform/queue-full.ts';
import { isTerminal, type OrderRecord } from './order.ts';

/** Whoever comes beyond is answered with the order as it stands. */
const WAITERS_MAX = 20_000;

type Waiter = (order: OrderRecord | undefined) => void;

export class Waiting {
  readonly #clock: Clock;
  readonly #load: (orderId: bigint) => Promise<OrderRecord | undefined>;
  readonly #waiters = new Map<bigint, Waiter[]>();
  #released = false;

  constructor(clock: Clock, load: (orderId: bigint) => Promise<OrderRecord | undefined>) {
    this.#clock = clock;
    this.#load = load;
  }

  standing(): QueueStanding {
    return { queue: 'waiting clients', length: this.#waiters.size, limit: WAITERS_MAX };
  }

  /** The order once it is terminal; undefined when `waitMs` of the clock have passed. Listen before you send. */
  outcome(orderId: bigint, waitMs: number): Promise<OrderRecord | undefined> {
    if (this.#released || this.#waiters.size >= WAITERS_MAX) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(orderId) ?? [];
      this.#waiters.set(orderId, waiters);
      const cancel = this.#clock.after(waitMs, () => {
        waiters.splice(waiters.indexOf(waiter), 1);
        if (waiters.length === 0) this.#waiters.delete(orderId);
        resolve(undefined);
      });
      const waiter: Waiter = (order) => {
        cancel();
        resolve(order);
      };
      waiters.push(waiter);
    });
  }

  /** Nobody waits any longer: the process stops, and whoever asked is told how the order stands. */
  release(): void {
    this.#released = true;
    for (const orderId of this.#waiters.keys()) this.#tell(orderId, undefined);
  }

  /** A step was committed here. */
  told(order: OrderRecord): void {
    if (isTerminal(order.progress.state)) this.#tell(order.facts.id, order);
  }

  /** Another process said that these orders have ended; with none named, something may have been missed. */
  async heard(orderIds: readonly bigint[]): Promise<void> {
    const asked =
      orderIds.length > 0 ? orderIds.filter((id) => this.#waiters.has(id)) : [...this.#waiters.keys()];
    for (const id of asked) {
      const order = await this.#load(id);
      if (order) this.told(order);
    }
  }

  /** The list is emptied, too: a table that the map has outgrown holds it until all garbage is looked for. */
  #tell(orderId: bigint, order: OrderRecord | undefined): void {
    const waiters = this.#waiters.get(orderId);
    if (!waiters) return;
    this.#waiters.delete(orderId);
    for (const waiter of waiters.splice(0)) waiter(order);
  }
}
