/** Random sequences of commands for the twins. */
import type { AcceptOutcome } from '../../src/orders/accept-store.ts';
import { type Circumstances, onCancel, onEvidence, onWakeup } from '../../src/orders/decide.ts';
import type { Draft } from '../../src/orders/draft.ts';
import type { OrderRecord } from '../../src/orders/order.ts';
import { isTerminal } from '../../src/orders/order.ts';
import { placeOrder } from '../../src/orders/place-order.ts';
import { onCorrection } from '../../src/orders/review/correct-order.ts';
import { onDecision } from '../../src/orders/review/decide-case.ts';
import { type PreparedStep, prepareStep } from '../../src/orders/settle-order.ts';
import type { Step } from '../../src/orders/step.ts';
import type { DueNotice } from '../../src/orders/store.ts';
import type { Random } from '../harness/random.ts';
import { commandOf, type Wish } from './clients.ts';
import type { Twins } from './differential.ts';
import { ACCOUNTS, PRODUCTS, PROVIDERS } from './market.ts';
import { randomEvidence } from './random-evidence.ts';

const LEASE_SECONDS = 20;
const COMMANDS_MAX = 10;
const REMEMBERED_MAX = 40;
/** Minor units, either way: more than most orders cost, and than some wallets have. */
const CORRECTION_MAX = 2_000;
/** Sequences after which orders long forgotten are left alone: claims would only grow with them. */
const REST_EVERY = 20;

/** What the sequences did, so that a run can show that it tried everything. */
export type Tally = Map<string, number>;

export class Sequences {
  readonly tally: Tally = new Map();
  readonly #twins: Twins;
  readonly #random: Random;
  /** Drafts that may be sent again, and orders as they were read some time ago. */
  readonly #drafts: Draft[] = [];
  #read: OrderRecord[] = [];
  #notices: DueNotice[] = [];
  #sequences = 0;
  readonly #wishes: Wish[] = [];

  constructor(twins: Twins, random: Random) {
    this.#twins = twins;
    this.#random = random;
  }

  /** One sequence; at its end both sides have the same rows of every order that it knows. */
  async run(): Promise<void> {
    for (let left = this.#random.between(3, COMMANDS_MAX); left > 0; left--) await this.#command();
    const ids = [...new Set(this.#read.map(({ facts }) => facts.id))];
    await this.#twins.compare(ids);
    this.#read = this.#read.slice(-REMEMBERED_MAX);
    if (++this.#sequences % REST_EVERY === 0)
      await this.#twins.keepOnly(this.#read.map(({ facts }) => facts.id));
    this.#drafts.splice(0, Math.max(0, this.#drafts.length - REMEMBERED_MAX));
  }

  #command(): Promise<void> {
    const commands = {
      accept: 5,
      advance: 9,
      claim: 2,
      notice: 2,
      claimNotices: 1,
      finishNotice: 1,
      reference: 1,
      due: 1,
      pass: 3,
      block: 0.3,
    };
    switch (this.#random.weighted(commands)) {
      case 'accept':
        return this.#accept();
      case 'advance':
        return this.#advance();
      case 'claim':
        return this.#claim();
      case 'notice':
        return this.#notice();
      case 'claimNotices':
        return this.#claimNotices();
      case 'finishNotice':
        return this.#finishNotice();
      case 'reference':
        return this.#reference();
      case 'due':
        return this.#due();
      case 'pass':
        return this.#twins.pass(this.#random.between(1, this.#random.chance(0.03) ? 100_000_000 : 20_000));
      case 'block':
        return this.#twins.block(this.#random.chance(0.3));
    }
  }

  async #accept(): Promise<void> {
    const drafts: Draft[] = [];
    for (let left = this.#random.between(1, 4); left > 0; left--) {
      const draft = this.#random.chance(0.2)
        ? this.#random.pick([...this.#drafts, undefined])
        : await this.#draft();
      if (draft && !drafts.some(({ id }) => id === draft.id)) drafts.push(draft);
    }
    if (drafts.length === 0) return;
    this.#drafts.push(...drafts);
    const terms = { retried: this.#random.chance(0.3), leaseSeconds: LEASE_SECONDS };
    drafts.sort(
      (a, b) =>
        Number(a.accountId - b.accountId) || ((a.referenceHash ?? '') < (b.referenceHash ?? '') ? -1 : 1),
    );
    const accepted = await this.#twins.both(
      'accept',
      async (store) => (await store.accept(drafts, terms)).map(told),
      async () => (await this.#twins.modelAccept(drafts, terms)).map(told),
    );
    for (const { outcome, orderId } of accepted ?? []) {
      this.#count(`accept ${outcome}`);
      if (outcome === 'accepted') this.#remember(orderId);
    }
    if (!accepted) this.#count('accept refused by the tables');
  }

  async #draft(): Promise<Draft | undefined> {
    const random = this.#random;
    const wish = this.#wish();
    const draft = await this.#twins.draft((engine) => placeOrder(engine, commandOf(wish)));
    if (!draft) return undefined;
    const { price } = draft;
    const sendNow = random.chance(0.5);
    const { walletId } = ACCOUNTS[(wish.account + 1) % ACCOUNTS.length] ?? draft;
    if (random.chance(0.05)) return { ...draft, sendNow, walletId };
    if (!random.chance(0.05)) return { ...draft, sendNow };
    const cost = 10n ** 12n;
    return { ...draft, sendNow, price: { ...price, sendAmount: cost + price.discount, cost } };
  }

  /** A new one, an old one again, or another content under an old one's reference. */
  #wish(): Wish {
    const random = this.#random;
    const old = random.chance(0.2)
      ? random.pick([...this.#wishes.slice(-REMEMBERED_MAX), undefined])
      : undefined;
    if (old) return random.chance(0.5) ? old : { ...old, dollars: old.dollars + 2 };
    const number = this.#wishes.length;
    const wish: Wish = {
      account: random.between(0, ACCOUNTS.length - 1),
      reference: `r-${number}`,
      dollars: 2 * random.between(1, 20),
      productId: random.pick(PRODUCTS),
      phone: `+5093${4000000 + (number % 500)}`,
      deadlineSeconds: random.chance(0.5) ? random.between(5, 90) : undefined,
    };
    this.#wishes.push(wish);
    return wish;
  }

  async #advance(): Promise<void> {
    const steps: PreparedStep[] = [];
    for (let left = this.#random.between(1, 3); left > 0; left--) {
      const known = this.#read.at(-this.#random.between(1, Math.max(1, this.#read.length)));
      if (!known) return;
      // Some decide on what they read long ago.
      const [fresh] = this.#twins.model.load([known.facts.id]);
      const order = this.#random.chance(0.2) ? known : (fresh ?? known);
      const step = this.#step(order);
      if (!step) continue;
      steps.push(this.#prepared(order, step));
    }
    if (steps.length === 0) return;
    const advanced = await this.#twins.both(
      `advance ${steps.map(({ step }) => step.state ?? step.attemptState ?? 'nothing').join(', ')}`,
      (store) => store.advance(steps),
      () => this.#twins.model.advance(steps, this.#twins.nowMs),
    );
    if (!advanced) this.#count('advance refused by the tables');
    for (const [index, { applied }] of (advanced ?? []).entries()) {
      this.#count(`advance ${applied ? (steps[index]?.step.state ?? 'within a state') : 'stale'}`);
      if (applied) this.#remember(steps[index]?.order.facts.id ?? 0n);
      const cause = steps[index]?.adjustment?.cause;
      if (applied && cause) this.#count(`adjusted ${cause}`);
    }
  }

  #step(order: OrderRecord): Step | undefined {
    const random = this.#random;
    const now = this.#circumstances(order);
    const ended = isTerminal(order.progress.state);
    const how = random.weighted({ evidence: 6, wakeup: ended ? 0 : 4, cancel: 1, decision: ended ? 3 : 1 });
    switch (how) {
      case 'evidence': {
        const { number } = random.pick(order.attempts);
        return onEvidence(order, number, randomEvidence(order, random, this.#twins.nowMs), now);
      }
      case 'wakeup': {
        const wakeup = onWakeup(order, {
          ...now,
          sendingBlocked: false,
          epoch: 1,
          sendLeaseMs: LEASE_SECONDS * 1000,
          maySend: () => random.chance(0.9),
          takeFromRetryBudget: () => random.chance(0.8),
        });
        return wakeup.kind === 'query' ? wakeup.first : wakeup.step;
      }
      case 'cancel':
        return onCancel(order);
      case 'decision':
        return ended
          ? onCorrection(
              order,
              BigInt(random.between(-CORRECTION_MAX, CORRECTION_MAX)),
              BigInt(CORRECTION_MAX),
            )
          : onDecision(order, random.pick(['delivered', 'failed'] as const), this.#twins.nowMs);
    }
  }

  #circumstances(order: OrderRecord): Circumstances {
    const provider = order.attempts.at(-1)?.provider;
    const capability = PROVIDERS.find(({ id }) => id === provider)?.capability ?? PROVIDERS[0]?.capability;
    if (!capability) throw new Error('the market has providers');
    return { nowMs: this.#twins.nowMs, capability, routeLeft: () => true, jitter: 0.5 };
  }

  #prepared(order: OrderRecord, step: Step): PreparedStep {
    const { engine } = this.#twins;
    const last = order.attempts.at(-1);
    const next = step.retry && last ? { ...last, provider: this.#random.pick(PROVIDERS).id } : undefined;
    return prepareStep(order, step, {
      next,
      ledgerAccount: (provider) => `payable:${provider}`,
      mint: () => engine.mint.next(),
      sealVoucher: () => Buffer.alloc(0),
    });
  }

  async #claim(): Promise<void> {
    // All that is due: among equals PostgreSQL takes any.
    const claimed = await this.#twins.both(
      'claim',
      async (store) => (await store.claimDueOrders(100_000, LEASE_SECONDS)).sort(ascending),
      () => this.#twins.model.claimDueOrders(100_000, LEASE_SECONDS, this.#twins.nowMs).sort(ascending),
    );
    this.#count('claimed', claimed?.length);
    for (const id of (claimed ?? []).slice(0, 3)) this.#remember(id);
  }

  async #notice(): Promise<void> {
    const order = this.#read.at(-1);
    if (!order) return;
    const attempt = this.#random.pick(order.attempts);
    const evidence = {
      ...randomEvidence(order, this.#random, this.#twins.nowMs),
      source: 'callback',
    } as const;
    const { receivedAtMs: _at, ...said } = evidence;
    const notice = { notice: `n-${this.#random.between(1, 500)}`, reference: '', evidence: said };
    const epoch = this.#random.chance(0.1) ? 2 : 1;
    const about = { epoch, orderId: order.facts.id, attempt: attempt.number };
    const provider = this.#random.chance(0.1) ? 'gamma' : attempt.provider;
    const taken = await this.#twins.both(
      'take a notice',
      (store) => store.takeNotice(provider, notice, about),
      () => this.#twins.model.takeNotice(provider, notice, about, this.#twins.nowMs),
    );
    this.#count(`notice ${taken ? 'taken' : 'not taken'}`);
  }

  async #claimNotices(): Promise<void> {
    const byName = (a: DueNotice, b: DueNotice) =>
      `${a.provider} ${a.notice}` < `${b.provider} ${b.notice}` ? -1 : 1;
    const claimed = await this.#twins.both(
      'claim notices',
      async (store) => (await store.claimDueNotices(100_000, LEASE_SECONDS)).sort(byName),
      () => this.#twins.model.claimDueNotices(100_000, LEASE_SECONDS, this.#twins.nowMs).sort(byName),
    );
    this.#notices = claimed ?? [];
    this.#count('notices claimed', claimed?.length);
  }

  async #finishNotice(): Promise<void> {
    const due = this.#notices.pop();
    if (!due) return;
    const seconds = this.#random.chance(0.5) ? this.#random.between(1, 300) : undefined;
    await this.#twins.both(
      'finish a notice',
      (store) =>
        seconds === undefined
          ? store.finishNotice(due.provider, due.notice)
          : store.postponeNotice(due, seconds),
      () =>
        seconds === undefined
          ? this.#twins.model.finishNotice(due.provider, due.notice)
          : this.#twins.model.postponeNotice(due, seconds, this.#twins.nowMs),
    );
    this.#count(seconds === undefined ? 'notice finished' : 'notice postponed');
  }

  async #reference(): Promise<void> {
    const draft = this.#drafts.at(-1);
    if (!draft) return;
    const { accountId, referenceHash = '' } = draft;
    await this.#twins.both(
      'find a reference',
      (store) => store.findReference(accountId, referenceHash),
      () => this.#twins.model.findReference(accountId, referenceHash),
    );
    this.#count('reference asked for');
  }

  async #due(): Promise<void> {
    const rounded = (seconds: number | undefined) => seconds?.toFixed(2);
    await this.#twins.both(
      'next due',
      async (store) => rounded(await store.nextDueSeconds()),
      () => rounded(this.#twins.model.nextDueSeconds(this.#twins.nowMs)),
    );
    this.#count('next due asked for');
  }

  #remember(id: bigint): void {
    const [order] = this.#twins.model.load([id]);
    if (order) this.#read.push(order);
  }

  #count(what: string, by = 1): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + by);
  }
}

interface Told {
  readonly outcome: AcceptOutcome;
  readonly orderId: bigint;
  readonly balanceBefore: bigint | undefined;
}

/** What a caller may rely on: of a draft that was declined, the rest is of no meaning. */
function told({
  outcome,
  orderId,
  balanceBefore,
  acceptedAtMs,
  sending,
}: Told & { acceptedAtMs: number; sending: boolean }) {
  return { outcome, orderId, balanceBefore, ...(outcome === 'accepted' && { acceptedAtMs, sending }) };
}

function ascending(a: bigint, b: bigint): number {
  return Number(a - b);
}
