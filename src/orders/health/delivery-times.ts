/**
 * How long deliveries take, measured per operator over the orders of every dialect: what an estimate promises. Only
 * this process's own recent ones are kept, so a fresh process promises the default until it has seen a delivery.
 */
import type { OrderRecord } from '../order.ts';

/** Enough for a median, few enough to follow an operator that slows down. */
const MEASURED_MAX = 51;
/** Before anything was measured: longer than almost every delivery takes, shorter than the deadline of an order. */
export const DEFAULT_MS = 30_000;

export class DeliveryTimes {
  readonly #byOperator = new Map<number, number[]>();

  /** An order has ended; one that ends otherwise than delivered counts for nothing. */
  ended({ facts, progress }: OrderRecord): void {
    if (progress.state !== 'DELIVERED' || progress.completedAtMs === undefined) return;
    this.note(facts.operatorId, progress.completedAtMs - facts.createdAtMs);
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
