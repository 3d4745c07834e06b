/**
 * The one loop over due rows: leases that ran out, retries, status queries, deadlines, callbacks. Whatever a crash
 * interrupts is a due row for the next one who looks. Claims are leases by the database's clock and raise the
 * fence, so nobody who was paused writes over the new holder.
 */
import type { Clock } from '../core/time.ts';
import type { Vault } from '../platform/crypto.ts';
import type { Log } from '../platform/log.ts';
import type { Database } from '../platform/postgres.ts';
import type { Connector, Evidence } from '../routing/connector.ts';
import { type Circumstances, onEvidence, onWakeup } from './decide.ts';
import { type Dispatcher, sendLeaseSeconds } from './dispatch.ts';
import { attemptOf, isTerminal, type OrderRecord, providerReference } from './order.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Settlement } from './settlement.ts';
import {
  claimDueNotices,
  claimDueOrders,
  type DueNotice,
  finishNotice,
  loadOrders,
  nextDueSeconds,
} from './store.ts';

export interface WakeupsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly log: Log;
  readonly settlement: Settlement;
  readonly dispatcher: Dispatcher;
  readonly retryBudget: RetryBudget;
  readonly connector: (provider: string) => Connector | undefined;
  readonly circumstances: (order: OrderRecord, attempt: number) => Circumstances;
  readonly sendingBlocked: () => boolean;
}

/** Rows claimed at once; the rest is due still and comes with the next claim. */
const CLAIM_MAX = 256;
/** A claim covers one status query with its timeouts. */
const CLAIM_SECONDS = 30;
/** Longest sleep: due rows that other processes have made are seen by then. */
const SLEEP_MS_MAX = 1000;
const SLEEP_MS_MIN = 5;
/** No room at a provider: look again. */
const NO_ROOM_MS = 250;
/** A callback whose status query says nothing is asked again this often; the order's own schedule goes on anyhow. */
const NOTICE_TRIES_MAX = 5;

export class Wakeups {
  readonly #options: WakeupsOptions;
  #cancelSleep: (() => void) | undefined;
  #sleepUntilMs = Number.POSITIVE_INFINITY;
  #round: Promise<void> | undefined;
  #again = false;
  #stopped = true;

  constructor(options: WakeupsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.soon();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelSleep?.();
    await this.#round;
  }

  /** Something is due now, or has just become due. */
  soon(): void {
    if (this.#stopped) return;
    this.#cancelSleep?.();
    if (this.#round) {
      this.#again = true;
      return;
    }
    this.#round = this.#runRound().finally(() => {
      this.#round = undefined;
      if (this.#again) {
        this.#again = false;
        this.soon();
      }
    });
  }

  /** Something will be due in `inMs`. */
  within(inMs: number): void {
    if (this.#stopped || this.#round) return;
    const atMs = this.#options.clock.now() + Math.max(inMs, SLEEP_MS_MIN);
    if (atMs >= this.#sleepUntilMs) return;
    this.#cancelSleep?.();
    this.#sleepUntilMs = atMs;
    this.#cancelSleep = this.#options.clock.after(Math.max(inMs, SLEEP_MS_MIN), () => {
      this.#sleepUntilMs = Number.POSITIVE_INFINITY;
      this.soon();
    });
  }

  async #runRound(): Promise<void> {
    const { database, log } = this.#options;
    this.#sleepUntilMs = Number.POSITIVE_INFINITY;
    let sleepMs = SLEEP_MS_MAX;
    try {
      while (!this.#stopped && (await this.#workOnce())) continue;
      const due = await nextDueSeconds(database);
      if (due !== undefined) sleepMs = Math.min(Math.max(due * 1000, 0), SLEEP_MS_MAX);
    } catch (error) {
      log.warn({ error }, 'wake-up round failed; the rows stay due');
    }
    this.#round = undefined;
    this.within(sleepMs);
  }

  /** Works on one claim. False when nothing was due. */
  async #workOnce(): Promise<boolean> {
    const { database, vault } = this.#options;
    const [ids, notices] = await Promise.all([
      claimDueOrders(database, CLAIM_MAX, CLAIM_SECONDS),
      claimDueNotices(database, CLAIM_MAX, CLAIM_SECONDS),
    ]);
    const orders = await loadOrders(database, vault, ids);
    await Promise.all([
      ...orders.map((order) => this.#guard(order.facts.id, () => this.#wake(order))),
      ...notices.map((notice) => this.#guard(notice.orderId, () => this.#takeNotice(notice))),
    ]);
    return ids.length + notices.length > 0;
  }

  /** One row that fails stays due after its lease and never holds up the others. */
  async #guard(orderId: bigint, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.log.warn({ order: `${orderId}`, error }, 'wake-up failed; the row stays due');
    }
  }

  async #wake(order: OrderRecord): Promise<void> {
    const { settlement, dispatcher, retryBudget, circumstances, connector, sendingBlocked } = this.#options;
    if (isTerminal(order.progress.state)) return;
    const provider = attemptOf(order, order.progress.attempt)?.provider ?? '';
    const now = circumstances(order, order.progress.attempt);
    const wakeup = onWakeup(order, {
      ...now,
      sendingBlocked: sendingBlocked(),
      sendLeaseMs: sendLeaseSeconds(now.capability) * 1000,
      takeFromRetryBudget: () => retryBudget.take(),
    });
    switch (wakeup.kind) {
      case 'step':
        await settlement.applyOnce(order, wakeup.step);
        return;
      case 'query': {
        const read = wakeup.first ? await settlement.applyOnce(order, wakeup.first) : order;
        if (read) await this.#query(read, wakeup.attempt, connector(provider));
        return;
      }
      case 'send': {
        if (!dispatcher.takeRoom(provider)) {
          const { attempt } = wakeup.step;
          await settlement.applyOnce(order, { attempt, evidence: [], wakeupMs: NO_ROOM_MS });
          return;
        }
        const sending = await settlement.applyOnce(order, wakeup.step).catch((error: unknown) => {
          dispatcher.giveRoom(provider);
          throw error;
        });
        if (sending) dispatcher.send(sending, wakeup.step.attempt);
        else dispatcher.giveRoom(provider);
      }
    }
  }

  /** Asks the provider and writes what it says. Returns the verdict. */
  async #query(order: OrderRecord, number: number, connector: Connector | undefined): Promise<Evidence> {
    const { settlement, circumstances } = this.#options;
    const attempt = attemptOf(order, number);
    const said: Evidence =
      connector?.capability.statusByOurReference && attempt
        ? await connector.query(providerReference(attempt, order.facts.id))
        : { source: 'query', verdict: 'unknown', code: 'NO_STATUS_QUERY' };
    await settlement.apply(order, (current) =>
      onEvidence(current, number, said, circumstances(current, number)),
    );
    return said;
  }

  /** A callback is a hint: where the provider has a status query, that decides; elsewhere the callback's own word. */
  async #takeNotice(notice: DueNotice): Promise<void> {
    const { database, vault, connector, settlement, circumstances } = this.#options;
    const [order] = await loadOrders(database, vault, [notice.orderId]);
    if (order && attemptOf(order, notice.attempt)) {
      const speaker = connector(notice.provider);
      if (speaker?.capability.statusByOurReference) {
        const said = await this.#query(order, notice.attempt, speaker);
        if (said.verdict === 'unknown' && notice.tries < NOTICE_TRIES_MAX) return;
      } else if (speaker?.capability.callbacks === 'signed') {
        await settlement.apply(order, (current) =>
          onEvidence(current, notice.attempt, notice.evidence, circumstances(current, notice.attempt)),
        );
      }
    }
    await finishNotice(database, notice.provider, notice.notice);
  }
}
