/**
 * One process of the switch: the real order engine on a host, with the model behind its store and pretend providers
 * behind its connectors. Every await that leaves the process is a message that takes time, and may be lost, come back
 * as a conflict, or be carried out after all when nobody waits for it any more.
 */
import { IdMint } from '../../src/core/ids.ts';
import { acceptInTurns } from '../../src/orders/accept-store.ts';
import { createEngine, type Engine } from '../../src/orders/engine.ts';
import type { OrderRecord } from '../../src/orders/order.ts';
import type { OrderStore } from '../../src/orders/order-store.ts';
import type { Metrics } from '../../src/platform/metrics.ts';
import type { Database } from '../../src/platform/postgres.ts';
import { Circuits } from '../../src/routing/circuits.ts';
import type { StruckState } from './coverage.ts';
import { Host } from './kernel.ts';
import { ACCOUNTS, createMarket, PROVIDERS } from './market.ts';
import { ModelFault } from './model-rows.ts';
import { createSimulatedConnector } from './network.ts';
import type { World } from './world.ts';

export type Role = 'all' | 'api' | 'worker';

export class Node {
  readonly name: string;
  readonly role: Role;
  readonly host: Host;
  readonly engine: Engine;
  /** What it is doing at the database or with a provider: orders by message. */
  readonly #underWay = new Map<number, readonly bigint[]>();
  readonly #world: World;
  #messages = 0;

  constructor(world: World, { name, role, lane }: { name: string; role: Role; lane: number }) {
    this.#world = world;
    this.name = name;
    this.role = role;
    this.host = new Host(world.kernel, name);
    this.host.skewMs = world.random.between(-2_000, 2_000);
    const { clock } = this.host;
    const circuits = new Circuits(clock);
    const market = createMarket(() => clock.now(), circuits);
    const connectors = new Map(
      PROVIDERS.map(({ id, capability }) => [id, createSimulatedConnector(world, this, { id, capability })]),
    );
    this.engine = createEngine({
      database: NO_DATABASE,
      store: this.#store(),
      clock,
      vault: world.vault,
      mint: new IdMint(lane, () => clock.now()),
      log: world.log(name),
      metrics: NO_METRICS,
      wallets: {
        find: async (accountId, currency) =>
          currency === 'USD'
            ? ACCOUNTS.find(({ buyer }) => buyer.accountId === accountId)?.walletId
            : undefined,
      },
      market: () => market,
      circuits,
      // A process that only serves APIs leaves sending to the workers.
      connector: (provider) => (role === 'api' ? undefined : connectors.get(provider)),
      random: () => world.random.next(),
      onOutcome: (order) => world.tellOthers(this, order.facts.id),
      onLateDelivery: () => undefined,
    });
    if (role !== 'api') this.engine.wakeups.start();
  }

  get takesOrders(): boolean {
    return this.role !== 'worker' && !this.host.isDead;
  }

  /** The states of the orders that it is working on, for what strikes it now. */
  struck(): StruckState[] {
    return [...new Set([...this.#underWay.values()].flat())].map((id) => this.#world.stateOf(id));
  }

  /** Runs `work` as a message of this process about some orders: what strikes meanwhile strikes them. */
  async during<T>(orders: readonly bigint[], work: () => Promise<T>): Promise<T> {
    const message = ++this.#messages;
    this.#underWay.set(message, orders);
    this.#world.begins(this, orders);
    try {
      return await work();
    } finally {
      this.#underWay.delete(message);
    }
  }

  #store(): OrderStore {
    const { store, kernel } = this.#world;
    const now = () => kernel.nowMs;
    return {
      accept: (drafts, terms) =>
        acceptInTurns(drafts, (batch) =>
          this.#transact(
            'accept',
            batch.map(({ id }) => id),
            () => store.accept(batch, terms, now()),
          ),
        ),
      advance: async (steps) => {
        const ids = steps.map(({ order }) => order.facts.id);
        const advances = await this.#transact('advance', ids, () => store.advance(steps, now()));
        for (const [index, { applied }] of advances.entries())
          if (!applied) this.#world.note('stale_fence', ids[index] as bigint); // one answer a step
        return advances;
      },
      load: (ids) => this.#transact('load', ids, (): OrderRecord[] => store.load(ids)),
      claimDueOrders: (limit, leaseSeconds) =>
        this.#transact('claim', [], () => store.claimDueOrders(limit, leaseSeconds, now())),
      claimDueNotices: (limit, leaseSeconds) =>
        this.#transact('claim', [], () => store.claimDueNotices(limit, leaseSeconds, now())),
      now: () => this.#transact('now', [], now),
      nextDueSeconds: () => this.#transact('due', [], () => store.nextDueSeconds(now())),
      takeNotice: (provider, notice, about) =>
        this.#transact('notice', [about.orderId], () => store.takeNotice(provider, notice, about, now())),
      postponeNotice: (due, seconds) =>
        this.#transact('notice', [due.orderId], () => store.postponeNotice(due, seconds, now())),
      finishNotice: (provider, notice) =>
        this.#transact('notice', [], () => store.finishNotice(provider, notice)),
      findReference: (accountId, hash) =>
        this.#transact('reference', [], () => store.findReference(accountId, hash)),
    };
  }

  /** One transaction at the database: there, done or not, and back or not. */
  #transact<T>(label: string, ids: readonly bigint[], work: () => T): Promise<T> {
    const { kernel, faults, random, auditor } = this.#world;
    const { host } = this;
    // What is rare is struck more often.
    const odds = ids.some((id) => this.#world.stateOf(id) === 'REVIEW') ? 10 : 1;
    const note = (fault: 'not_reached' | 'answer_lost' | 'conflict' | 'happened_late') => {
      for (const id of ids) this.#world.note(fault, id);
    };
    return this.during(
      ids,
      () =>
        new Promise<T>((resolve, reject) => {
          const back = (settle: () => void, delayMs = random.between(1, 8)) =>
            void kernel.after(delayMs, `${label} answered`, settle, host);
          const lost = () => reject(new ModelFault('ECONNRESET', 'the connection was lost'));
          const happen = (): { readonly done: T } | undefined => {
            try {
              const done = work();
              auditor.committed();
              return { done };
            } catch (error) {
              if (!(error instanceof ModelFault)) throw error;
              this.#world.refused.push(`${label}: ${error.message}`);
              back(() => reject(error));
              return undefined;
            }
          };
          const arrive = () => {
            if (random.chance(odds * faults().conflict)) {
              note('conflict');
              return back(() => reject(new ModelFault('40001', 'could not serialize access')));
            }
            const answer = happen();
            if (!answer) return;
            if (!random.chance(odds * faults().answerLost)) return back(() => resolve(answer.done));
            note('answer_lost');
            back(lost);
          };
          if (random.chance(odds * faults().notReached)) {
            note('not_reached');
            return back(lost);
          }
          if (random.chance(faults().happensLate)) {
            note('happened_late');
            back(lost);
            return void kernel.after(random.between(50, 4_000), `${label} late`, () => void happen());
          }
          // What has left the machine arrives, whatever becomes of the machine.
          kernel.after(random.between(1, 8), label, arrive);
        }),
    );
  }
}

/** What the engine asks beside its orders: ported numbers, which the model does not hold. */
const NO_DATABASE = {
  query: () => Promise.reject(new Error('the simulation has no other tables')),
} as unknown as Database;
export const NO_METRICS: Metrics = {
  count: () => undefined,
  record: () => undefined,
  gauge: () => undefined,
  queues: () => undefined,
  text: async () => '',
};
