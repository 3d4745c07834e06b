/**
 * One simulated installation: a store, providers, processes that come and go, clients, and the auditor who watches.
 * Two phases: in the first everything goes wrong that can; then all is healed, and everything must come to its end.
 */
import { isTerminal, parseProviderReference } from '../../src/orders/order.ts';
import { Vault } from '../../src/platform/crypto.ts';
import type { Log } from '../../src/platform/log.ts';
import type { Notice } from '../../src/routing/connector.ts';
import { Random } from '../harness/random.ts';
import { Auditor, type Violation } from './auditor.ts';
import { Clients } from './clients.ts';
import { Coverage, type Fault, PAIRS, type StruckState } from './coverage.ts';
import { drawFaults, FATES, type Faults, NO_FAULTS } from './faults.ts';
import { Kernel } from './kernel.ts';
import { ACCOUNTS, PROVIDERS, WALLET_CURRENCY } from './market.ts';
import { ModelStore } from './model-store.ts';
import { Node, type Role } from './node.ts';
import { People } from './people.ts';
import { SimulatedProvider } from './provider.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly orders: number;
}

export interface WorldReport {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly events: number;
  readonly trace: number;
  readonly simulatedMs: number;
  readonly ended: Readonly<Record<string, number>>;
  readonly coverage: Coverage;
}

const TOPOLOGIES: readonly (readonly Role[])[] = [
  ['all'],
  ['all', 'all'],
  ['all', 'all', 'all'],
  ['api', 'worker'],
  ['api', 'api', 'worker', 'worker'],
];
/** Enough for most of what is wished, and not for all. */
const OPENING = 400_00n;
const OPENING_PER_ORDER = 7_00n;
const FAULTS_MS_MIN = 130_000;
const FAULTS_MS_MAX = 240_000;
/** An attempt is verified, a lease runs out, the longest callback comes: then only what needs people is left. */
const SETTLE_MS = 400_000;
/** How much of a sleep is simulated: by then nothing that had left is on its way. */
const ASLEEP_MS = 45_000;
const PROBE_MS = 60_000;
const LANES = 64;

export class World {
  readonly kernel: Kernel;
  readonly random: Random;
  readonly store: ModelStore;
  readonly auditor: Auditor;
  readonly coverage = new Coverage();
  readonly vault = new Vault(Buffer.alloc(32, 7));
  /** What the tables refused: nothing of it ever happened, and much of it would be a sign of trouble. */
  readonly refused: string[] = [];
  readonly #clients: Clients;
  readonly #people = new People(this);
  readonly #providers: ReadonlyMap<string, SimulatedProvider>;
  readonly #options: WorldOptions;
  #faults: Faults;
  #nodes: Node[] = [];
  #lanes = 0;
  #aim: { readonly state: StruckState; readonly strike: (node: Node) => void } | undefined;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.random = new Random(options.seed);
    this.kernel = new Kernel(this.random.fork());
    this.#faults = drawFaults(this.random);
    const opening = OPENING + OPENING_PER_ORDER * BigInt(options.orders);
    this.store = new ModelStore(
      ACCOUNTS.map(({ buyer, walletId }) => ({
        id: walletId,
        accountId: buyer.accountId,
        currency: WALLET_CURRENCY,
        creditLimit: buyer.accountId === 2n ? 100_00n : 0n,
        posted: opening,
        held: 0n,
        entries: 0n,
      })),
    );
    this.#providers = new Map(
      PROVIDERS.map(({ id, capability }) => [
        id,
        new SimulatedProvider({
          id,
          kernel: this.kernel,
          random: this.random.fork(),
          fates: FATES[id] ?? {},
          settleMsMax: capability.settleHorizonSeconds * 1000 - 100,
          blinks: capability.notFoundIsProof ? 0.05 : 0.4,
          blinksOnce: capability.notFoundIsProof,
          callsLate: capability.callbacks === 'unsigned' ? 1 : 0.15,
          callBack: (provider, notice, taken) => void this.#callBack(provider, notice, taken),
          noted: (what, reference) => {
            if (what in FAULTS_OF_PROVIDERS) this.note(what as Fault, orderOf(reference));
          },
        }),
      ]),
    );
    this.auditor = new Auditor(this.kernel, this.store, {
      opening,
      providers: this.#providers,
      corrections: this.#people.corrections,
    });
    this.#clients = new Clients(this, options.orders);
    for (const role of this.random.pick(TOPOLOGIES)) this.#start(role);
  }

  faults = (): Faults => this.#faults;

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  async run(): Promise<WorldReport> {
    const startedAtMs = this.kernel.nowMs;
    this.#strike();
    this.#clients.start();
    this.auditor.readEvents();
    const leastMs = startedAtMs + FAULTS_MS_MIN;
    await this.kernel.run(() => this.#clients.areDone && this.kernel.nowMs > leastMs, FAULTS_MS_MAX);
    this.#heal();
    await this.kernel.run(() => this.#isQuiet(), SETTLE_MS);
    await this.#people.decideAll();
    await this.#probe();
    await this.kernel.run(() => this.#isQuiet(), SETTLE_MS);
    this.auditor.audit();
    return {
      seed: this.#options.seed,
      violations: this.auditor.violations,
      events: this.kernel.events,
      trace: this.kernel.trace,
      simulatedMs: this.kernel.nowMs - startedAtMs,
      ended: Object.fromEntries(
        [...Map.groupBy(this.store.orders.values(), ({ progress }) => progress.state)].map(
          ([state, orders]) => [state, orders.length],
        ),
      ),
      coverage: this.coverage,
    };
  }

  provider(id: string): SimulatedProvider {
    return this.#providers.get(id) as SimulatedProvider; // the market has no others
  }

  stateOf(orderId: bigint): StruckState {
    return this.store.orders.get(orderId)?.progress.state ?? 'NONE';
  }

  note(fault: Fault, about: bigint | StruckState): void {
    this.coverage.note(fault, typeof about === 'bigint' ? this.stateOf(about) : about);
  }

  /** A process begins something about these orders: a strike that waits for one in their state hits it now. */
  begins(node: Node, ids: readonly bigint[]): void {
    const aim = this.#aim;
    if (!aim || !ids.some((id) => this.stateOf(id) === aim.state)) return;
    this.#aim = undefined;
    aim.strike(node);
  }

  /** Somebody who takes orders; undefined while nobody does. */
  door(): Node | undefined {
    const open = this.#nodes.filter((node) => node.takesOrders);
    return open.length === 0 ? undefined : this.random.pick(open);
  }

  tellOthers(from: Node, orderId: bigint): void {
    for (const node of this.#nodes) {
      if (node === from) continue;
      if (this.random.chance(this.#faults.untold)) {
        this.note('untold', orderId);
        continue;
      }
      const tell = () => void node.engine.waiting.heard([orderId]).catch(() => undefined);
      this.kernel.after(this.random.between(1, 40), 'told', tell, node.host);
    }
  }

  /** What the engine warns of is something that no fault of the world explains away. */
  log(name: string): Log {
    const quiet = () => undefined;
    return {
      debug: quiet,
      info: quiet,
      warn: ({ error }, message) => this.auditor.logged(name, message, error),
      error: ({ error }, message) => this.auditor.logged(name, message, error),
    };
  }

  #start(role: Role): void {
    const lane = this.#lanes++ % LANES;
    this.#nodes.push(new Node(this, { name: `${role}-${lane}`, role, lane }));
  }

  /** The clocks of the seed's faults begin to run. */
  #strike(): void {
    const { crashEveryMs, pauseEveryMs, outageEveryMs, clockSetEveryMs, sleepEveryMs } = this.#faults;
    this.#every(crashEveryMs, 'crash', () => this.#aimed('crash', (node) => this.#crash(node)));
    this.#every(pauseEveryMs, 'pause', () => this.#aimed('pause', (node) => this.#pause(node)));
    this.#every(outageEveryMs, 'outage', () => this.#outage());
    this.#every(clockSetEveryMs, 'clock', () => this.#aimed('clock_set', (node) => this.#setClock(node)));
    this.#people.look();
    this.#every(sleepEveryMs, 'sleep', () => this.#sleep());
  }

  #every(meanMs: number, label: string, strike: () => void): void {
    if (!Number.isFinite(meanMs)) return;
    this.kernel.after(this.random.between(1, 2 * meanMs), label, () => {
      if (this.#faults === NO_FAULTS) return;
      strike();
      this.#every(meanMs, label, strike);
    });
  }

  /** Some strikes hit anybody, some wait for whoever works on an order in a given state. */
  #aimed(fault: 'crash' | 'pause' | 'clock_set', strike: (node: Node) => void): void {
    const isRare = this.random.chance(0.3);
    if (this.random.chance(0.5))
      this.#aim = {
        state: isRare && fault !== 'clock_set' ? 'REVIEW' : this.random.pick(PAIRS[fault]),
        strike,
      };
    else if (this.#nodes.length > 0) strike(this.random.pick(this.#nodes));
  }

  #crash(node: Node): void {
    for (const state of node.struck()) this.note('crash', state);
    node.host.crash();
    this.#nodes = this.#nodes.filter((one) => one !== node);
    this.kernel.after(this.random.between(10, 8_000), 'restart', () => this.#start(node.role));
  }

  #pause(node: Node): void {
    if (!node.host.isUp) return;
    for (const state of node.struck()) this.note('pause', state);
    node.host.pause();
    this.kernel.after(this.random.between(500, 50_000), 'resume', () => node.host.resume());
  }

  #outage(): void {
    const provider = this.random.pick([...this.#providers.values()]);
    provider.isDown = true;
    this.kernel.after(this.random.between(500, 20_000), 'repaired', () => {
      provider.isDown = false;
    });
  }

  #setClock(node: Node): void {
    for (const state of node.struck()) if (state !== 'NONE') this.note('clock_set', state);
    node.host.skewMs = this.random.between(-20_000, 20_000);
  }

  /** Our machines sleep for more than a day. What has left them arrives, and providers do what they do. */
  #sleep(): void {
    for (const { progress } of this.store.orders.values()) this.note('all_slept', progress.state);
    const sleeping = this.#nodes.filter(({ host }) => host.isUp);
    for (const { host } of sleeping) host.pause();
    this.kernel.after(ASLEEP_MS, 'awake', () => {
      if (this.#faults === NO_FAULTS) return;
      this.kernel.leap(this.random.between(25, 30) * 3_600_000);
      for (const { host } of sleeping) host.resume();
    });
  }

  #heal(): void {
    this.#faults = NO_FAULTS;
    this.#aim = undefined;
    for (const provider of this.#providers.values()) provider.heal();
    for (const node of this.#nodes) node.host.resume();
    if (this.#nodes.length === 0) this.#start('all');
  }

  /** Nothing is open but what waits for people, and no callback is on its way. */
  #isQuiet(): boolean {
    if (!this.#clients.areDone) return false;
    for (const { progress, cases } of this.store.orders.values()) {
      const waits = cases.some(({ closedAtMs }) => closedAtMs === undefined);
      if (!isTerminal(progress.state) && !(progress.state === 'REVIEW' && waits)) return false;
    }
    for (const { nextWakeupMs } of this.store.notices.values()) if (nextWakeupMs !== undefined) return false;
    return [...this.#providers.values()].every(({ calling }) => calling.size === 0);
  }

  /** What was healed serves again, at every provider. */
  async #probe(): Promise<void> {
    const probes = this.#clients.probe();
    // Some clients cancel what they have just ordered.
    const unserved = () =>
      probes
        .map((wish) => this.#clients.standing(wish))
        .filter((s) => s !== 'DELIVERED' && s !== 'CANCELLED');
    await this.kernel.run(() => unserved().length === 0, PROBE_MS);
    if (unserved().length > 0)
      this.auditor.found('A5', `healed, and it does not serve: ${unserved().join(', ')}`);
  }

  async #callBack(provider: string, notice: Notice, taken: () => void): Promise<void> {
    const node = this.door();
    const about = parseProviderReference(notice.reference);
    if (!node || !about || !node.host.isUp) return;
    try {
      await node.engine.store.takeNotice(provider, notice, about);
      node.engine.wakeups.soon();
      taken();
    } catch {
      // It was not taken: the provider calls again.
    }
  }
}

const FAULTS_OF_PROVIDERS = {
  late_callback: true,
  duplicate_callback: true,
  lie_refused: true,
  lie_refused_for_now: true,
  lie_not_found: true,
} satisfies Partial<Record<Fault, true>>;

export function orderOf(reference: string): bigint {
  return parseProviderReference(reference)?.orderId ?? 0n;
}

export function referenceOf(orderId: bigint, attempt: number): string {
  return `1-${orderId}-${attempt}`;
}
