/** The way by which every change of an order reaches the database: decide, batch, and on a stale fence read again. */
import { assert } from '../core/assert.ts';
import type { IdMint } from '../core/ids.ts';
import type { Clock } from '../core/time.ts';
import { Batcher } from '../platform/batcher.ts';
import type { Vault } from '../platform/crypto.ts';
import type { QueueStanding } from '../platform/queue-full.ts';
import type { LedgerAccount } from '../wallet/posting.ts';
import { sealVoucher } from './codec.ts';
import type { DraftAttempt } from './draft.ts';
import { hashInstruction, instructed } from './instruction.ts';
import { type Market, nextRoute } from './market.ts';
import { isTerminal, type OrderRecord, providerReference } from './order.ts';
import type { OrderStore } from './order-store.ts';
import { afterStep, type PreparedStep, prepareStep } from './settle-order.ts';
import type { Step } from './step.ts';
import type { Advance } from './store.ts';

export interface SettlementOptions {
  readonly store: OrderStore;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly mint: IdMint;
  readonly market: () => Market;
  /**
   * Called after the commit of a step, with the order as it then stands; without a step when the order was found
   * to have ended already (a commit whose answer was lost may have been ours).
   */
  readonly onApplied: (order: OrderRecord, step: Step | undefined) => void;
}

/** Orders a batch, batches in flight, steps that may wait: far above what one process has in flight. */
const ROWS_MAX = 512;
const LANES = 2;
const QUEUE_MAX = 100_000;
const RECONNECT_AFTER_MS = [50, 100, 200, 400, 800, 1600, 3200] as const;
/** A fence may be stale because of another writer; more than a few times in a row is a bug. */
const STALE_MAX = 10;

export class Settlement {
  readonly #options: SettlementOptions;
  readonly #batcher: Batcher<PreparedStep, Advance>;

  constructor(options: SettlementOptions) {
    this.#options = options;
    const { store, clock } = options;
    this.#batcher = new Batcher({
      clock,
      rowsMax: ROWS_MAX,
      lanes: LANES,
      queueMax: QUEUE_MAX,
      reconnectAfterMs: RECONNECT_AFTER_MS,
      run: (steps) => store.advance(steps),
    });
  }

  get depth(): number {
    return this.#batcher.depth;
  }

  /** Batches in flight. */
  get running(): number {
    return this.#batcher.running;
  }

  standing(): QueueStanding {
    return this.#batcher.standing('settlement');
  }

  drained(): Promise<void> {
    return this.#batcher.drained();
  }

  /** Applies one step to the order as it was read; undefined when somebody else has moved it since. */
  async applyOnce(order: OrderRecord, step: Step): Promise<OrderRecord | undefined> {
    const prepared = prepareStep(order, step, this.#supplies(order, step));
    const applied = await this.#batcher.submit(prepared);
    if (!applied.applied) return undefined;
    const after = afterStep(prepared, applied);
    this.#options.onApplied(after, step);
    return after;
  }

  /**
   * Decides and applies until it holds: on a stale fence the order is read and decided on anew. Returns the order
   * as it stands in the end; a decision of `undefined` means that nothing is to be done.
   */
  async apply(order: OrderRecord, decide: (order: OrderRecord) => Step | undefined): Promise<OrderRecord> {
    let current = order;
    for (let stale = 0; stale < STALE_MAX; stale++) {
      const step = decide(current);
      if (!step) {
        if (stale > 0 && isTerminal(current.progress.state)) this.#options.onApplied(current, undefined);
        return current;
      }
      const after = await this.applyOnce(current, step);
      if (after) return after;
      const [read] = await this.#options.store.load([order.facts.id]);
      if (!read) throw new Error(`order ${order.facts.id} cannot be read`);
      current = read;
    }
    throw new Error(`order ${order.facts.id} was moved by others ${STALE_MAX} times in a row`);
  }

  #supplies(order: OrderRecord, step: Step) {
    const { market, mint, vault } = this.#options;
    return {
      next: step.retry ? this.#nextAttempt(order, step.attempt + 1) : undefined,
      ledgerAccount: (provider: string): LedgerAccount => market().routing.ledgerAccount(provider),
      mint: () => mint.next(),
      sealVoucher: (voucher: Parameters<typeof sealVoucher>[1]) => sealVoucher(vault, voucher),
    };
  }

  #nextAttempt(order: OrderRecord, number: number): DraftAttempt {
    const market = this.#options.market();
    const route = nextRoute(market, order);
    assert(route, `order ${order.facts.id} is retried without a route`);
    const reference = providerReference({ epoch: market.epoch, number }, order.facts.id);
    return {
      epoch: market.epoch,
      provider: route.provider,
      sku: route.sku,
      providerCost: route.providerCost,
      providerCostWallet: route.providerCostWallet,
      instructionHash: hashInstruction(this.#options, { ...instructed(order), reference, sku: route.sku }),
    };
  }
}
