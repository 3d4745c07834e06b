/** The people who decide what only people can: they have read the providers' journals. */
import { isTerminal } from '../../src/orders/order.ts';
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

export class People {
  readonly #world: World;

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
}
