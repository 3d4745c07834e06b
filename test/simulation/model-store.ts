/**
 * A model of the tables and functions that hold orders and money, in memory: each method is one transaction that
 * happens whole or not at all. It says the same as the SQL in other words; a test runs both and compares their rows.
 */
import type { Acceptance, AcceptTerms } from '../../src/orders/accept-store.ts';
import type { Draft } from '../../src/orders/draft.ts';
import type { OrderRecord } from '../../src/orders/order.ts';
import type { PreparedStep } from '../../src/orders/settle-order.ts';
import type { Advance, DueNotice, NoticeAbout } from '../../src/orders/store.ts';
import type { Notice } from '../../src/routing/connector.ts';
import { Heap } from './heap.ts';
import { acceptedOrder } from './model-accept.ts';
import { advanced, isApplicable } from './model-advance.ts';
import {
  hasEnded,
  type ModelEvent,
  ModelFault,
  type ModelNotice,
  type ModelOrder,
  type ModelReference,
  type ModelTransfer,
  type ModelWallet,
} from './model-rows.ts';

interface Due {
  readonly atMs: number;
  readonly key: string;
  readonly isNotice: boolean;
}

export class ModelStore {
  readonly wallets = new Map<bigint, ModelWallet>();
  readonly references = new Map<string, ModelReference>();
  readonly orders = new Map<bigint, ModelOrder>();
  readonly notices = new Map<string, ModelNotice>();
  readonly transfers = new Map<string, ModelTransfer>();
  readonly events: ModelEvent[] = [];
  sendingBlocked = false;
  readonly #adjustments = new Set<bigint>();
  readonly #dueOrders = new Heap<Due>(comesFirst);
  readonly #dueNotices = new Heap<Due>(comesFirst);
  #undo: (() => void)[] = [];

  /** The accounts' wallets as they were opened. */
  constructor(wallets: readonly ModelWallet[]) {
    for (const wallet of wallets) this.wallets.set(wallet.id, { ...wallet });
  }

  accept(drafts: readonly Draft[], { retried, leaseSeconds }: AcceptTerms, nowMs: number): Acceptance[] {
    return this.#transaction(() => {
      const outcomes = drafts.map((draft) => this.#takeReference(draft, nowMs));
      const accepted: ModelOrder[] = [];
      const spent = new Map<bigint, bigint>();
      const answers = drafts.map((draft, index): Acceptance => {
        const claimed = outcomes[index];
        if (claimed) return claimed;
        const known = this.orders.get(draft.id);
        if (known && retried) return acceptanceOf(draft, known);
        if (known) throw new ModelFault('23505', `order ${draft.id} is there already`);
        const decline = (outcome: Acceptance['outcome'], balanceBefore?: bigint): Acceptance => {
          this.#dropReference(draft);
          const told = { draft, orderId: draft.id, balanceBefore, acceptedAtMs: nowMs };
          return { ...told, outcome, sending: draft.sendNow && !this.sendingBlocked };
        };
        const wallet = this.wallets.get(draft.walletId);
        if (!wallet || wallet.accountId !== draft.accountId || wallet.currency !== draft.price.sendCurrency)
          return decline('wallet_not_found');
        const taken = spent.get(wallet.id) ?? 0n;
        const available = wallet.posted - wallet.held - taken;
        if (available + wallet.creditLimit < draft.price.cost)
          return decline('insufficient_balance', available);
        spent.set(wallet.id, taken + draft.price.cost);
        const sending = draft.sendNow && !this.sendingBlocked;
        const order = acceptedOrder(draft, { available, sending, leaseSeconds, nowMs });
        accepted.push(order);
        this.#put(order);
        return acceptanceOf(draft, order);
      });
      for (const [walletId, amount] of spent) this.#moveWallet(walletId, { held: amount });
      for (const { facts, progress } of accepted.sort((a, b) => Number(a.facts.id - b.facts.id)))
        this.#append(facts, { seq: 1, type: 'order.accepted', body: { state: progress.state } }, nowMs);
      return answers;
    });
  }

  advance(steps: readonly PreparedStep[], nowMs: number): Advance[] {
    return this.#transaction(() => {
      const touched = new Set<bigint>();
      const applied = steps.map((prepared) => {
        const { id } = prepared.order.facts;
        const before = this.orders.get(id);
        const first = !touched.has(id);
        touched.add(id);
        if (!before || !first || !isApplicable(before, prepared, this.sendingBlocked)) return undefined;
        const after = advanced(before, prepared, nowMs);
        const { adjustment } = prepared;
        if (adjustment) {
          if (this.#adjustments.has(adjustment.id)) throw new ModelFault('23505', 'an adjustment twice');
          this.#adjustments.add(adjustment.id);
          this.#undo.push(() => this.#adjustments.delete(adjustment.id));
        }
        this.#put(after);
        return { prepared, before, after };
      });
      for (const one of applied) if (one) this.#settle(one.prepared, one.before, one.after);
      for (const one of applied) {
        const event = one?.prepared.step.event;
        if (one && event) this.#append(one.after.facts, { ...event, seq: one.after.eventSeq }, nowMs);
      }
      return steps.map((prepared, index) => {
        const one = applied[index];
        const fence = one ? one.after.progress.fence : prepared.order.progress.fence;
        return { applied: one !== undefined, fence, atMs: nowMs };
      });
    });
  }

  load(ids: readonly bigint[]): OrderRecord[] {
    return ids.flatMap((id) => {
      const order = this.orders.get(id);
      if (!order) return [];
      const { facts, progress, attempts, adjustments, voucher } = order;
      return [{ facts, progress, attempts, adjustments, voucher }];
    });
  }

  claimDueOrders(limit: number, leaseSeconds: number, nowMs: number): bigint[] {
    return this.#transaction(() => {
      const claimed: bigint[] = [];
      while (claimed.length < limit) {
        const due = this.#firstDue(this.#dueOrders);
        if (!due || due.atMs > nowMs) break;
        const order = this.orders.get(BigInt(due.key)) as ModelOrder; // the first due is there
        const progress = { ...order.progress, fence: order.progress.fence + 1 };
        this.#put({ ...order, progress, nextWakeupMs: nowMs + leaseSeconds * 1000 });
        claimed.push(order.facts.id);
      }
      return claimed;
    });
  }

  claimDueNotices(limit: number, leaseSeconds: number, nowMs: number): DueNotice[] {
    const claimed: DueNotice[] = [];
    while (claimed.length < limit) {
      const due = this.#firstDue(this.#dueNotices);
      if (!due || due.atMs > nowMs) break;
      const notice = this.notices.get(due.key) as ModelNotice; // the first due is there
      const tried = { ...notice.due, tries: notice.due.tries + 1 };
      this.#putNotice({ due: tried, nextWakeupMs: nowMs + leaseSeconds * 1000 });
      claimed.push(tried);
    }
    return claimed;
  }

  nextDueSeconds(nowMs: number): number | undefined {
    const next = [this.#firstDue(this.#dueOrders), this.#firstDue(this.#dueNotices)].flatMap((due) =>
      due ? [due.atMs] : [],
    );
    return next.length === 0 ? undefined : (Math.min(...next) - nowMs) / 1000;
  }

  takeNotice(provider: string, { notice, evidence }: Notice, about: NoticeAbout, nowMs: number): boolean {
    const attempt = this.orders.get(about.orderId)?.attempts.find(({ number }) => number === about.attempt);
    if (attempt?.provider !== provider || attempt.epoch !== about.epoch) return false;
    if (this.notices.has(noticeKey(provider, notice))) return false;
    const { voucher: _voucher, rawHash: _hash, ...said } = evidence;
    const { orderId, attempt: number } = about;
    this.#putNotice({
      due: {
        receivedAtMs: nowMs,
        provider,
        notice,
        orderId,
        attempt: number,
        tries: 0,
        evidence: { ...said, source: 'callback' },
      },
      nextWakeupMs: nowMs,
    });
    return true;
  }

  postponeNotice({ provider, notice }: DueNotice, seconds: number, nowMs: number): void {
    const kept = this.notices.get(noticeKey(provider, notice));
    if (kept) this.#putNotice({ ...kept, nextWakeupMs: nowMs + seconds * 1000 });
  }

  finishNotice(provider: string, notice: string): void {
    const kept = this.notices.get(noticeKey(provider, notice));
    if (kept) this.#putNotice({ ...kept, nextWakeupMs: undefined });
  }

  findReference(accountId: bigint, referenceHash: string): ModelReference | undefined {
    return this.references.get(`${accountId} ${referenceHash}`);
  }

  /** A reference stands for its first order for ever: another draft with it is told of that one. */
  #takeReference(draft: Draft, nowMs: number): Acceptance | undefined {
    if (draft.referenceHash === undefined) return undefined;
    const key = `${draft.accountId} ${draft.referenceHash}`;
    const standing = this.references.get(key);
    if (!standing) {
      this.references.set(key, {
        orderId: draft.id,
        fingerprint: draft.fingerprint,
        archived: false,
      });
      this.#undo.push(() => this.references.delete(key));
      return undefined;
    }
    if (standing.orderId === draft.id) return undefined;
    const outcome = standing.fingerprint === draft.fingerprint ? 'replayed' : 'reused';
    const { orderId } = standing;
    return { draft, outcome, orderId, balanceBefore: undefined, acceptedAtMs: nowMs, sending: draft.sendNow };
  }

  #dropReference(draft: Draft): void {
    const key = `${draft.accountId} ${draft.referenceHash}`;
    const standing = this.references.get(key);
    if (standing?.orderId !== draft.id) return;
    this.references.delete(key);
    this.#undo.push(() => this.references.set(key, standing));
  }

  /** Money and hold of a step: what is captured is the hold, and every effect posts once. */
  #settle({ transfers }: PreparedStep, before: ModelOrder, after: ModelOrder): void {
    const { walletId, accountId, cost } = after.facts;
    const ends = hasEnded(after.progress.state) && !hasEnded(before.progress.state);
    const captured = transfers.filter((t) => t.kind === 'capture').reduce((sum, t) => sum + t.amount, 0n);
    if (ends && after.progress.state === 'DELIVERED' && captured !== cost)
      throw new ModelFault('TR002', 'a capture differs from its hold');
    for (const { source, kind, seq, debit, credit, amount, currency } of transfers) {
      const key = `${source} ${kind} ${seq} ${accountId}`;
      if (this.transfers.has(key)) throw new ModelFault('23505', `${kind} of ${source} twice`);
      if (amount <= 0n || debit === credit) throw new ModelFault('23514', 'a transfer that moves nothing');
      const touchesWallet = debit === 'wallet' || credit === 'wallet';
      const moved = touchesWallet
        ? this.#moveWallet(walletId, { posted: credit === 'wallet' ? amount : -amount, entries: 1n })
        : undefined;
      this.transfers.set(key, {
        accountId,
        source,
        kind,
        seq,
        debit,
        credit,
        amount,
        currency,
        walletId: moved?.id,
        entry: moved?.entries,
        postedAfter: moved?.posted,
      });
      this.#undo.push(() => this.transfers.delete(key));
    }
    if (ends) this.#moveWallet(walletId, { held: -cost });
    const wallet = this.wallets.get(walletId);
    if (!wallet || wallet.held < 0n || wallet.posted - wallet.held < -wallet.creditLimit)
      throw new ModelFault('23514', `wallet ${walletId} would be overdrawn`);
  }

  #moveWallet(id: bigint, by: { posted?: bigint; held?: bigint; entries?: bigint }): ModelWallet {
    const wallet = this.wallets.get(id);
    if (!wallet) throw new ModelFault('TR001', 'money for a wallet that does not exist');
    const { posted = 0n, held = 0n, entries = 0n } = by;
    wallet.posted += posted;
    wallet.held += held;
    wallet.entries += entries;
    this.#undo.push(() => {
      wallet.posted -= posted;
      wallet.held -= held;
      wallet.entries -= entries;
    });
    return wallet;
  }

  #append(
    { accountId, id }: ModelOrder['facts'],
    event: Pick<ModelEvent, 'seq' | 'type' | 'body'>,
    atMs: number,
  ): void {
    this.events.push({ id: this.events.length + 1, accountId, orderId: id, ...event, atMs });
    this.#undo.push(() => this.events.pop());
  }

  #put(order: ModelOrder): void {
    const { id } = order.facts;
    const before = this.orders.get(id);
    this.orders.set(id, order);
    this.#undo.push(() => {
      if (before) this.orders.set(id, before);
      else this.orders.delete(id);
      if (before?.nextWakeupMs !== undefined)
        this.#dueOrders.push({ atMs: before.nextWakeupMs, key: `${id}`, isNotice: false });
    });
    if (order.nextWakeupMs !== undefined)
      this.#dueOrders.push({ atMs: order.nextWakeupMs, key: `${id}`, isNotice: false });
  }

  #putNotice(notice: ModelNotice): void {
    const key = noticeKey(notice.due.provider, notice.due.notice);
    this.notices.set(key, notice);
    if (notice.nextWakeupMs !== undefined)
      this.#dueNotices.push({ atMs: notice.nextWakeupMs, key, isNotice: true });
  }

  /** The queue keeps what was due once; only what still is counts. */
  #firstDue(queue: Heap<Due>): Due | undefined {
    for (let due = queue.first; due; due = queue.first) {
      const row = due.isNotice ? this.notices.get(due.key) : this.orders.get(BigInt(due.key));
      if (row?.nextWakeupMs === due.atMs) return due;
      queue.pop();
    }
    return undefined;
  }

  #transaction<T>(work: () => T): T {
    this.#undo = [];
    try {
      return work();
    } catch (error) {
      for (const undo of this.#undo.toReversed()) undo();
      throw error;
    }
  }
}

function acceptanceOf(draft: Draft, { facts, attempts }: ModelOrder): Acceptance {
  const { balanceBefore, createdAtMs: acceptedAtMs, id: orderId } = facts;
  const sending = attempts[0]?.state === 'SENDING';
  return { draft, outcome: 'accepted', orderId, balanceBefore, acceptedAtMs, sending };
}

function noticeKey(provider: string, notice: string): string {
  return `${provider} ${notice}`;
}

function comesFirst(a: Due, b: Due): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.key < b.key);
}
