/**
 * How long deliveries take, measured per operator: what `estimated_completion` promises. Only this process's own
 * recent ones are kept, so a fresh process promises the default until it has seen a delivery.
 */
import type { OrderRecord } from '../../../orders/order.ts';

/** Enough for a median, few enough to follow an operator that slows down. */
const MEASURED_MAX = 51;
/** Before anything was measured: longer than almost every delivery takes, shorter than the deadline of an order. */
export const DEFAULT_MS = 30_000;

export class DeliveryTimes {
  readonly #byOperator = new Map<number, number[]>();
  #watched = 0;

  /** Orders whose outcome is awaited at the moment. */
  get watched(): number {
    return this.#watched;
  }

  /** Measures an order when its outcome comes; one that ends otherwise, or not in time, counts for nothing. */
  async watch(outcome: Promise<OrderRecord | undefined>): Promise<void> {
    this.#watched += 1;
    const order = await outcome.finally(() => {
      this.#watched -= 1;
    });
    if (order?.progress.state !== 'DELIVERED' || order.progress.completedAtMs === undefined) return;
    this.note(order.facts.operatorId, order.progress.completedAtMs - order.facts.createdAtMs);
  }

  /** From acceptance to delivery. */
  note(operatorId: number, ms: number): void {
    const measured = this.#byOperator.get(operatorId) ?? [];
    measured.push(Math.max(ms, 0));
    if (measured.length > MEASURED_MAX) measured.shift();
    this.#byOperator.set(operatorId, measured);
  }

  /** Half of the recent deliveries took no longer. */
  typicalMs(operatorId: number): number {
    const measured = this.#byOperator.get(operatorId);
    if (!measured) return DEFAULT_MS;
    return measured.toSorted((a, b) => a - b)[Math.floor(measured.length / 2)] ?? DEFAULT_MS;
  }
}
