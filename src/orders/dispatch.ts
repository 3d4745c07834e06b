/**
 * Sends attempts. An attempt was committed as SENDING before it comes here, so after a crash everyone knows that
 * it may have left; what comes back is evidence, and evidence only. Bounded per provider: an attempt for which
 * there is no room stays READY in the database and is woken later.
 */
import { currencyOf } from '../core/currency.ts';
import { type Clock, later, type Moment } from '../core/time.ts';
import type { Log } from '../platform/log.ts';
import type { QueueStanding } from '../platform/queue-full.ts';
import type { Capability, Connector, Evidence } from '../routing/connector.ts';
import { type Circumstances, onEvidence } from './decide.ts';
import { instructed } from './instruction.ts';
import { type Attempt, attemptOf, type OrderRecord, providerReference } from './order.ts';
import { Places } from './places.ts';
import type { Settlement } from './settlement.ts';

export interface DispatcherOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly settlement: Settlement;
  readonly connector: (provider: string) => Connector | undefined;
  readonly circumstances: (order: OrderRecord, attempt: number) => Circumstances;
}

/** How long an answer may take after the last byte was sent, plus the longest pause: then the lease is over. */
const ANSWER_SECONDS_MAX = 15;

export function sendLeaseSeconds(capability: Capability): number {
  return capability.sendDeadlineSeconds + capability.longestPauseSeconds + ANSWER_SECONDS_MAX;
}

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #places = new Map<string, Places>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  get inflight(): number {
    return [...this.#places.values()].reduce((sum, { taken }) => sum + taken, 0);
  }

  /** Attempts that are out, at each provider that was sent any. */
  standing(): QueueStanding[] {
    return [...this.#places].map(([provider, { taken }]) => ({
      queue: `dispatch:${provider}`,
      length: taken,
      limit: this.#now(provider).max,
    }));
  }

  /** Takes one of the provider's places; false when it is not this order's turn or there is no such provider. */
  takeRoom(provider: string, who: 'new' | 'waiting'): boolean {
    const now = this.#now(provider);
    return now.max > 0 && this.#placesOf(provider).take(who, now);
  }

  /** More is ordered than the provider can do. */
  isCrowded(provider: string): boolean {
    return this.#placesOf(provider).isCrowded(this.#now(provider));
  }

  giveRoom(provider: string): void {
    this.#placesOf(provider).give();
  }

  #now(provider: string): { readonly max: number; readonly nowMs: number } {
    const { connector, clock } = this.#options;
    return { max: connector(provider)?.capability.maxInflight ?? 0, nowMs: clock.now() };
  }

  #placesOf(provider: string): Places {
    const places = this.#places.get(provider) ?? new Places();
    this.#places.set(provider, places);
    return places;
  }

  /**
   * Sends an attempt that stands as SENDING and for which room was taken. `startedAt` is our own time before its
   * commit began: the send deadline counts from there, so no clock but this process's is asked, and a commit whose
   * answer came late is not sent late.
   */
  send(order: OrderRecord, number: number, startedAt: Moment): void {
    const attempt = attemptOf(order, number);
    if (!attempt) throw new Error(`order ${order.facts.id} has no attempt ${number}`);
    const task = this.#send(order, attempt, startedAt)
      .catch((error: unknown) =>
        this.#options.log.error({ order: `${order.facts.id}`, error }, 'evidence not written'),
      )
      .finally(() => {
        this.giveRoom(attempt.provider);
        this.#running.delete(task);
      });
    this.#running.add(task);
  }

  /** Resolves when every attempt in flight has its evidence written. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #send(order: OrderRecord, attempt: Attempt, startedAt: Moment): Promise<void> {
    const { settlement, circumstances } = this.#options;
    const evidence = await this.#submit(order, attempt, startedAt);
    await settlement.apply(order, (current) =>
      onEvidence(current, attempt.number, evidence, circumstances(current, attempt.number)),
    );
  }

  async #submit(order: OrderRecord, attempt: Attempt, startedAt: Moment): Promise<Evidence> {
    const connector = this.#options.connector(attempt.provider);
    if (!connector) return { source: 'submit', verdict: 'unsent', code: 'NO_CONNECTOR' };
    if (!order.facts.recipient) return { source: 'submit', verdict: 'unsent', code: 'RECIPIENT_ERASED' };
    const instruction = {
      ...instructed(order),
      reference: providerReference(attempt, order.facts.id),
      sku: attempt.sku,
      exponent: currencyOf(order.facts.receiveCurrency).exponent,
    };
    try {
      return await connector.submit(
        instruction,
        later(startedAt, connector.capability.sendDeadlineSeconds * 1000),
      );
    } catch (error) {
      // A connector never throws for what a provider does; whatever this is, bytes may have left.
      this.#options.log.error({ order: `${order.facts.id}`, error }, 'connector failed');
      return { source: 'submit', verdict: 'unknown', code: 'CONNECTOR_FAULT' };
    }
  }
}
