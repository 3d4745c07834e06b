/**
 * The one loop over due rows: leases that ran out, retries, status queries, deadlines, callbacks. Whatever a crash
 * interrupts is a due row for the next one who looks. Claims are leases by the database's clock and raise the
 * fence, so nobody who was paused writes over the new holder.
 */
import { type Clock, momentOf } from '../core/time.ts';
import type { Log } from '../platform/log.ts';
import type { QueueStanding } from '../platform/queue-full.ts';
import { StandingQueue } from '../platform/standing-queue.ts';
import type { Circuits } from '../routing/circuits.ts';
import { type Connector, type Evidence, isUnclear } from '../routing/connector.ts';
import { type Circumstances, onEvidence, onWakeup } from './decide.ts';
import { type Dispatcher, sendLeaseSeconds } from './dispatch.ts';
import { attemptOf, isTerminal, type OrderRecord, providerReference } from './order.ts';
import type { OrderStore } from './order-store.ts';
import type { RetryBudget } from './retry-budget.ts';
import { HOUR, nextVerifyMs } from './schedule.ts';
import type { Settlement } from './settlement.ts';
import type { DueNotice } from './store.ts';

export interface WakeupsOptions {
  readonly store: OrderStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly settlement: Settlement;
  readonly dispatcher: Dispatcher;
  readonly retryBudget: RetryBudget;
  readonly circuits: Circuits;
  readonly connector: (provider: string) => Connector | undefined;
  readonly circumstances: (order: OrderRecord, attempt: number) => Circumstances;
  /** Hears what time it is in the database: decisions count from it. */
  readonly hearTime: () => Promise<void>;
  readonly sendingBlocked: () => boolean;
  readonly epoch: () => number;
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
/** Rows worked on at once: a query that hangs holds up its own order only. */
const WORKING_MAX = 512;
/** In milliseconds: due rows that wait for so long are more than can be worked on. */
const BEHIND = { longMs: 1_000, shortMs: 100, intervalMs: 500 } as const;
/** A callback is asked about by the schedule of orders in doubt, and at least this often. */
const NOTICE_EVERY_MS = 300_000;
/** The code of evidence about a provider that cannot be asked. */
export const NO_STATUS_QUERY = 'NO_STATUS_QUERY';
/** A callback that status queries contradict is given up after a day, and said so. */
const NOTICE_MS_MAX = 24 * HOUR;
/** Where everything slept through the day, nobody has contradicted it often enough yet. */
const NOTICE_TRIES_MIN = 20;

export class Wakeups {
  readonly #options: WakeupsOptions;
  #cancelSleep: (() => void) | undefined;
  #sleepUntilMs = Number.POSITIVE_INFINITY;
  #round: Promise<void> | undefined;
  #again = false;
  readonly #working = new Set<Promise<void>>();
  #stopped = true;
  readonly #behind = new StandingQueue(BEHIND);

  constructor(options: WakeupsOptions) {
    this.#options = options;
  }

  /** More is due than this process can work on: what has to wait for its turn would wait for long. */
  get isBehind(): boolean {
    return this.#behind.isStanding;
  }

  standing(): QueueStanding {
    return { queue: 'due orders', length: this.#working.size, limit: WORKING_MAX };
  }

  start(): void {
    this.#stopped = false;
    this.soon();
  }

  /** No new rows; resolves when the round in hand has claimed. What is being worked on is told by `idle`. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelSleep?.();
    await this.#round;
  }

  /** Resolves when the round in hand is over and every row that it claimed has been worked on. */
  async idle(): Promise<void> {
    await this.#round;
    await Promise.all(this.#working);
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
    const { store, clock, log } = this.#options;
    this.#sleepUntilMs = Number.POSITIVE_INFINITY;
    let sleepMs = SLEEP_MS_MAX;
    try {
      while (!this.#stopped && this.#working.size < WORKING_MAX && (await this.#claimSome())) continue;
      const due = await store.nextDueSeconds();
      this.#behind.observe(Math.max(0, -1000 * (due ?? 0)), clock.elapsed());
      if (due !== undefined) sleepMs = Math.min(Math.max(due * 1000, 0), SLEEP_MS_MAX);
    } catch (error) {
      log.warn({ error }, 'wake-up round failed; the rows stay due');
    }
    this.#round = undefined;
    // With all hands full, the next to finish starts the next round.
    if (this.#working.size < WORKING_MAX) this.within(sleepMs);
  }

  /** Claims what is due and begins to work on it. False when nothing was due. */
  async #claimSome(): Promise<boolean> {
    const { store, log, hearTime } = this.#options;
    const limit = Math.min(CLAIM_MAX, WORKING_MAX - this.#working.size);
    await hearTime();
    const [ids, notices] = await Promise.all([
      store.claimDueOrders(limit, CLAIM_SECONDS),
      store.claimDueNotices(limit, CLAIM_SECONDS),
    ]);
    const orders = await store.load(ids, (error) =>
      log.error({ error }, 'an order cannot be read; it stays due'),
    );
    for (const order of orders) this.#work(order.facts.id, () => this.#wake(order));
    for (const notice of notices) this.#work(notice.orderId, () => this.#takeNotice(notice));
    return ids.length + notices.length > 0;
  }

  #work(orderId: bigint, work: () => Promise<void>): void {
    const wasFull = () => this.#working.size >= WORKING_MAX;
    const task = this.#guard(orderId, work).finally(() => {
      const full = wasFull();
      this.#working.delete(task);
      if (full) this.soon();
    });
    this.#working.add(task);
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
    const {
      clock,
      log,
      settlement,
      dispatcher,
      retryBudget,
      circuits,
      circumstances,
      connector,
      sendingBlocked,
      epoch,
    } = this.#options;
    if (isTerminal(order.progress.state)) return;
    const provider = attemptOf(order, order.progress.attempt)?.provider ?? '';
    const now = circumstances(order, order.progress.attempt);
    const wakeup = onWakeup(order, {
      ...now,
      sendingBlocked: sendingBlocked(),
      epoch: epoch(),
      sendLeaseMs: sendLeaseSeconds(now.capability) * 1000,
      maySend: () => circuits.permit(provider, order.facts.operatorId),
      takeFromRetryBudget: () => retryBudget.take(),
    });
    switch (wakeup.kind) {
      case 'step':
        if (wakeup.step.event?.type === 'order.delayed') {
          log.error(
            { order: `${order.facts.id}`, provider },
            'an order is still under way after five minutes',
          );
        }
        await settlement.applyOnce(order, wakeup.step);
        return;
      case 'query': {
        const read = wakeup.first ? await settlement.applyOnce(order, wakeup.first) : order;
        if (read) await this.#query(read, wakeup.attempt, connector(provider));
        return;
      }
      case 'send': {
        if (!dispatcher.takeRoom(provider, 'waiting')) {
          const { attempt } = wakeup.step;
          await settlement.applyOnce(order, { attempt, evidence: [], wakeupMs: NO_ROOM_MS });
          return;
        }
        const startedAt = momentOf(clock);
        const sending = await settlement.applyOnce(order, wakeup.step).catch((error: unknown) => {
          dispatcher.giveRoom(provider);
          throw error;
        });
        if (sending) dispatcher.send(sending, wakeup.step.attempt, startedAt);
        else dispatcher.giveRoom(provider);
      }
    }
  }

  /** Asks the provider of the last attempt what became of it; what is new is written as evidence. */
  inquire(order: OrderRecord): Promise<Evidence> {
    const { attempt } = order.progress;
    const provider = attemptOf(order, attempt)?.provider ?? '';
    return this.#query(order, attempt, this.#options.connector(provider));
  }

  /** Asks the provider and writes what it says, as of when it was asked. Returns the verdict. */
  async #query(order: OrderRecord, number: number, connector: Connector | undefined): Promise<Evidence> {
    const { settlement, circumstances } = this.#options;
    const attempt = attemptOf(order, number);
    const receivedAtMs = circumstances(order, number).nowMs;
    const said: Evidence =
      connector?.capability.statusByOurReference && attempt
        ? await connector.query(providerReference(attempt, order.facts.id))
        : { source: 'query', verdict: 'unknown', code: NO_STATUS_QUERY };
    await settlement.apply(order, (current) =>
      onEvidence(current, number, { ...said, receivedAtMs }, circumstances(current, number)),
    );
    return said;
  }

  /** A callback is a hint: where the provider has a status query, that decides; elsewhere the callback's own word. */
  async #takeNotice(notice: DueNotice): Promise<void> {
    const { store, log, connector, circumstances } = this.#options;
    const [order] = await store.load([notice.orderId]);
    const speaker = connector(notice.provider);
    const known = order && attemptOf(order, notice.attempt);
    if (known && speaker?.capability.statusByOurReference) {
      const said = await this.#query(order, notice.attempt, speaker);
      if (said.verdict === 'not_found') await this.#heed(order, notice, hintOf(notice.evidence));
      const waitedMs = circumstances(order, notice.attempt).nowMs - notice.receivedAtMs;
      if (!confirms(said, notice.evidence)) {
        // Silence contradicts nothing: only a provider that answers and does not know of it ends the asking.
        const isGivenUp = waitedMs >= NOTICE_MS_MAX && notice.tries >= NOTICE_TRIES_MIN;
        if (isUnclear(said.verdict) || !isGivenUp) {
          const inMs = Math.min(nextVerifyMs(Math.max(0, waitedMs), 0), NOTICE_EVERY_MS);
          await store.postponeNotice(notice, inMs / 1000);
          return;
        }
        log.error({ order: `${notice.orderId}` }, 'a callback was never confirmed by the status query');
      }
    } else if (known && speaker?.capability.callbacks === 'signed') {
      await this.#heed(order, notice, notice.evidence);
    }
    await store.finishNotice(notice.provider, notice.notice);
  }

  async #heed(order: OrderRecord, notice: DueNotice, said: Evidence | undefined): Promise<void> {
    const { settlement, circumstances } = this.#options;
    if (!said) return;
    await settlement.apply(order, (current) =>
      onEvidence(current, notice.attempt, said, circumstances(current, notice.attempt)),
    );
  }
}

/** Whether the status query knows what the callback told: a reversal was a delivery before. */
function confirms(said: Evidence, told: Evidence): boolean {
  if (told.verdict === 'pending') return !isUnclear(said.verdict);
  return said.verdict === told.verdict || (told.verdict === 'delivered' && said.verdict === 'reversed');
}

/**
 * A callback that says "delivered" where the status query finds nothing proves neither: it is kept as pending, so
 * that NOT_FOUND proves nothing any more, and the order is verified on until a person looks.
 */
function hintOf(said: Evidence): Evidence | undefined {
  if (said.verdict !== 'delivered' && said.verdict !== 'reversed') return undefined;
  return { source: 'callback', verdict: 'pending', code: `SAID_${said.verdict.toUpperCase()}` };
}
