/**
 * The people who decide what only people can: they have read the providers' journals. Of some orders that were delivered
 * they correct the charge.
 */
import { isTerminal } from '../../src/orders/order.ts';
import { onCorrection } from '../../src/orders/review/correct-order.ts';
import { onDecision } from '../../src/orders/review/decide-case.ts';
import { NO_FAULTS } from './faults.ts';
import { referenceOf, type World } from './world.ts';

/** How often they look at what is in review, and how old it is then: every provider has done what it ever does. */
const LOOK_EVERY_MS = 8_000;
const LOOKED_AT_AGE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;
/** The slowest wake-ups of orders in doubt are a quarter of an hour apart. */
const REVIEW_MS_MAX = 2 * 3_600_000;
const CARRY_OUT_MS_MAX = 400_000;
/** Whoever slept through the first day comes into doubt on the second. */
const DAYS_MAX = 3;

/** One order in so many is corrected, by up to so many minor units either way. */
const CORRECTED_ONE_IN = 4n;
const CORRECTION_MAX = 700n;
/** What a wallet has left where something is taken from it: whatever is spent meanwhile, it can pay. */
const LEFT_MIN = 200_00n;

export class People {
  readonly #world: World;
  /** By order: what its customer was to get, which a later end of the order may have overtaken. */
  readonly corrections = new Map<bigint, bigint>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Now and then, while everything still goes wrong. */
  look(): void {
    const { store, kernel } = this.#world;
    kernel.after(LOOK_EVERY_MS, 'people', () => {
      if (this.#world.faults() === NO_FAULTS) return;
      for (const { facts, progress } of store.orders.values())
        if (progress.state === 'REVIEW' && kernel.nowMs - facts.createdAtMs > LOOKED_AT_AGE_MS)
          this.#decide(facts.id);
        else if (progress.state === 'DELIVERED' && facts.id % CORRECTED_ONE_IN === 0n)
          this.#correct(facts.id);
      this.look();
    });
  }

  /** Days later, whatever is left. */
  async decideAll(): Promise<void> {
    const { store, kernel } = this.#world;
    const open = () => [...store.orders.values()].filter(({ progress }) => !isTerminal(progress.state));
    for (let day = 0; day < DAYS_MAX && open().length > 0; day++) {
      kernel.leap(DAY_MS);
      await kernel.run(() => open().every(({ progress }) => progress.state === 'REVIEW'), REVIEW_MS_MAX);
      for (const { facts } of open()) this.#decide(facts.id);
      await kernel.run(() => open().length === 0, CARRY_OUT_MS_MAX);
    }
  }

  #decide(id: bigint): void {
    const { store, kernel, nodes, auditor } = this.#world;
    const [order] = store.load([id]);
    const last = order?.attempts.at(-1);
    const node = nodes.find(({ host, role }) => host.isUp && role !== 'api');
    if (!order || !last || !node) return;
    const askedAtMs = kernel.nowMs;
    // What was refused cannot be called delivered any more: it is late.
    const delivered =
      last.state !== 'REFUSED' &&
      this.#world.provider(last.provider).deliveries(referenceOf(id, last.number)) > 0;
    void node.engine.settlement
      .apply(order, (current) => onDecision(current, delivered ? 'delivered' : 'failed', askedAtMs))
      .catch((error: unknown) => auditor.logged(node.name, 'a decision failed', error));
  }

  /** Two workers carry it out at once, as when the claim of one ran out: it is posted once. */
  #correct(id: bigint): void {
    if (this.corrections.has(id)) return;
    const { store, nodes, auditor } = this.#world;
    const [order] = store.load([id]);
    const workers = nodes.filter(({ host, role }) => host.isUp && role !== 'api').slice(0, 2);
    if (!order || workers.length === 0) return;
    const size = ((id / CORRECTED_ONE_IN) % CORRECTION_MAX) + 1n;
    const wallet = store.wallets.get(order.facts.walletId);
    const isTaken = order.adjustments.length > 0 && wallet && wallet.posted - wallet.held > LEFT_MIN;
    const amount = isTaken ? -size : size;
    this.corrections.set(id, amount);
    for (const node of workers)
      void node.engine.settlement
        .apply(order, (current) => onCorrection(current, amount, LEFT_MIN))
        .catch((error: unknown) => auditor.logged(node.name, 'a correction failed', error));
  }
}
