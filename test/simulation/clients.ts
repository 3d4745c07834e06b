/**
 * Clients who number their orders. Whoever hears nothing asks again with the same reference, at whatever process is
 * there; some ask twice at once, some with another content, some cancel, some wait for the outcome. What they were told
 * goes to the auditor.
 */
import { onCancel } from '../../src/orders/decide.ts';
import type { OrderRecord } from '../../src/orders/order.ts';
import { type Placed, type PlaceOrder, placeOrder } from '../../src/orders/place-order.ts';
import type { StruckState } from './coverage.ts';
import { ACCOUNTS, PRODUCTS, WALLET_CURRENCY } from './market.ts';
import type { Node } from './node.ts';
import type { World } from './world.ts';

/** What a client wants: an even number of dollars, so that half of it comes out even too. */
export interface Wish {
  readonly account: number;
  readonly reference: string;
  readonly dollars: number;
  readonly productId: number;
  readonly phone: string;
  readonly deadlineSeconds: number | undefined;
}

/** Over which they come, however many they are: mostly while things go wrong. */
const ORDERS_WITHIN_MS = 70_000;
const PATIENCE_MS = 45_000;
const TRIES_MAX = 40;
const WAIT_MS = 20_000;

export class Clients {
  readonly #world: World;
  readonly #orders: number;
  #placed = 0;
  #open = 0;

  constructor(world: World, orders: number) {
    this.#world = world;
    this.#orders = orders;
  }

  /** Every wish has its answer. */
  get areDone(): boolean {
    return this.#placed === this.#orders && this.#open === 0;
  }

  start(): void {
    const { kernel, random } = this.#world;
    if (this.#placed === this.#orders) return;
    kernel.after(random.next() * 2 * (ORDERS_WITHIN_MS / this.#orders), 'client', () => {
      this.#wish();
      this.start();
    });
  }

  #wish(): void {
    const { random } = this.#world;
    const number = this.#placed++;
    const wish: Wish = {
      account: random.between(0, ACCOUNTS.length - 1),
      reference: `r-${number}`,
      dollars: random.chance(0.02) ? 800 : 2 * random.between(1, 20),
      productId: random.pick(PRODUCTS),
      phone: `+5093${String(4000000 + number)}`,
      deadlineSeconds: random.chance(0.8) ? random.between(5, 90) : undefined,
    };
    void this.#ask(wish);
    if (random.chance(0.05)) void this.#ask(wish);
    if (random.chance(0.03)) void this.#reuse({ ...wish, dollars: wish.dollars + 2 });
  }

  /** Orders of an installation that is whole again: one of each product, which must come through. */
  probe(): Wish[] {
    const { store } = this.#world;
    const account = ACCOUNTS.findIndex(({ walletId }) => {
      const wallet = store.wallets.get(walletId);
      return wallet && wallet.posted - wallet.held > 100_00n;
    });
    if (account < 0) return [];
    const probes = PRODUCTS.map((productId): Wish => {
      const phone = `+5093${5000000 + productId}`;
      return {
        account,
        reference: `probe-${productId}`,
        dollars: 2,
        productId,
        phone,
        deadlineSeconds: undefined,
      };
    });
    for (const wish of probes) void this.#ask(wish);
    return probes;
  }

  /** The state of the order that a wish's reference stands for. */
  standing({ account, reference }: Wish): StruckState {
    const { store, vault } = this.#world;
    const accountId = ACCOUNTS[account]?.buyer.accountId ?? 0n;
    const found = store.findReference(accountId, vault.hash('reference', reference));
    return found ? this.#world.stateOf(found.orderId) : 'NONE';
  }

  /** Until it is told something. */
  async #ask(wish: Wish): Promise<void> {
    const { auditor, kernel, random } = this.#world;
    this.#open += 1;
    for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
      if (attempt > 0) this.#note('repeated', wish);
      const node = this.#world.door();
      const askedAtMs = kernel.nowMs;
      const answer = node && (await this.#request(node, wish));
      if (!node || !answer) {
        await this.#pause(random.between(200, 2_000));
        continue;
      }
      auditor.answered(wish, answer, askedAtMs);
      if (answer.kind === 'placed') this.#follow(node, answer.order);
      if (answer.kind === 'placed' && random.chance(0.05)) void this.#askAgain(wish);
      break;
    }
    this.#open -= 1;
  }

  /** Long after it was told: whoever keeps no books asks twice. */
  async #askAgain(wish: Wish): Promise<void> {
    await this.#pause(this.#world.random.between(100, 60_000));
    this.#note('repeated', wish);
    await this.#ask(wish);
  }

  /** Somebody takes the reference for another order. */
  async #reuse(wish: Wish): Promise<void> {
    const { auditor, kernel, random } = this.#world;
    await this.#pause(random.between(100, 30_000));
    const node = this.#world.door();
    if (!node) return;
    this.#note('reused', wish);
    const askedAtMs = kernel.nowMs;
    const answer = await this.#request(node, wish);
    if (answer) auditor.answered(wish, answer, askedAtMs);
  }

  /** Undefined: no answer came, or one that says nothing. */
  #request(node: Node, wish: Wish): Promise<Placed | undefined> {
    const { kernel, random } = this.#world;
    return new Promise((resolve) => {
      kernel.after(PATIENCE_MS, 'client gives up', () => resolve(undefined));
      const answer = (placed: Placed | undefined) =>
        void kernel.after(random.between(1, 10), 'answer', () => resolve(placed), node.host);
      const work = () =>
        void placeOrder(node.engine, commandOf(wish)).then(
          (placed) => {
            if (placed.kind === 'placed') this.#world.auditor.acknowledged(placed.order);
            answer(placed);
          },
          () => answer(undefined),
        );
      kernel.after(random.between(1, 10), 'request', work, node.host);
    });
  }

  #follow(node: Node, order: OrderRecord): void {
    const { random, auditor } = this.#world;
    const { id } = order.facts;
    if (random.chance(0.4)) {
      void node.engine.waiting.outcome(id, WAIT_MS).then((told) => {
        if (told) auditor.told(told);
      });
    }
    if (random.chance(0.1)) void this.#cancel(id);
  }

  async #cancel(id: bigint): Promise<void> {
    const { random, store } = this.#world;
    await this.#pause(random.chance(0.5) ? random.between(0, 50) : random.between(0, 20_000));
    const node = this.#world.door();
    const [order] = store.load([id]);
    if (!node || !order) return;
    this.#world.note('cancelled', id);
    await node.engine.settlement.apply(order, onCancel).catch(() => undefined);
    if (random.chance(0.3)) await this.#cancel(id);
  }

  #note(fault: 'repeated' | 'reused', wish: Wish): void {
    this.#world.note(fault, this.standing(wish));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#world.kernel.after(ms, 'client waits', resolve));
  }
}

/** What a wish is in the words of the engine. */
export function commandOf(wish: Wish): PlaceOrder {
  const terms = ACCOUNTS[wish.account];
  if (!terms) throw new Error(`no account ${wish.account}`);
  return {
    buyer: terms.buyer,
    clientId: 'simulated',
    dialect: 'native',
    productId: wish.productId,
    walletCurrency: WALLET_CURRENCY,
    recipient: { kind: 'phone', value: wish.phone },
    recipientCountry: 'HT',
    amount: { mode: 'send', minor: BigInt(wish.dollars) * 100n },
    rateMode: terms.rateMode,
    reference: wish.reference,
    deadlineSeconds: wish.deadlineSeconds,
    private: {},
  };
}
