/**
 * The auditor watches from outside and shares no code with the switch or with the model's ledger: it knows what clients
 * wished and were told, what left for the providers, the providers' journals and the terms of the accounts, and from
 * these alone it says what the books must show.
 */
import type { OrderRecord } from '../../src/orders/order.ts';
import type { Placed } from '../../src/orders/place-order.ts';
import type { Instruction } from '../../src/routing/connector.ts';
import { auditDelivery } from './audit-delivery.ts';
import { auditEvents } from './audit-events.ts';
import { auditMoney } from './audit-money.ts';
import type { Wish } from './clients.ts';
import type { Kernel } from './kernel.ts';
import { ACCOUNTS } from './market.ts';
import { type ModelEvent, ModelFault } from './model-rows.ts';
import type { ModelStore } from './model-store.ts';
import type { SimulatedProvider } from './provider.ts';

export interface Violation {
  /** The invariant, as it is called in the documents: M1 .. E5. */
  readonly rule: string;
  readonly what: string;
}

export interface Knowledge {
  readonly opening: bigint;
  /** What people wanted to give to the customers of orders, or to take. */
  readonly corrections: ReadonlyMap<bigint, bigint>;
  readonly providers: ReadonlyMap<string, SimulatedProvider>;
}

/** Of every provider of the market. */
const SEND_DEADLINE_MS = 3_000;
const READ_EVERY_MS = 700;
const PAGE = 40;
const VIOLATIONS_MAX = 20;

export class Auditor {
  readonly violations: Violation[] = [];
  /** What left for providers: reference to when. */
  readonly #sent = new Map<string, number>();
  /** By reference: the order that its client was told of, and for what. */
  readonly #told = new Map<
    string,
    { readonly orderId: bigint; readonly dollars: number; readonly atMs: number }
  >();
  readonly #read: ModelEvent[] = [];
  readonly #kernel: Kernel;
  readonly #store: ModelStore;
  readonly #knowledge: Knowledge;

  constructor(kernel: Kernel, store: ModelStore, knowledge: Knowledge) {
    this.#kernel = kernel;
    this.#store = store;
    this.#knowledge = knowledge;
  }

  found(rule: string, what: string): void {
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push({ rule, what });
  }

  /** The process is about to say "accepted": it must be there by now, as it will be shown. */
  acknowledged(order: OrderRecord): void {
    const stands = this.#store.orders.get(order.facts.id);
    if (!stands) return this.found('A1', `order ${order.facts.id} was acknowledged and is not there`);
    const { balanceBefore, balanceAfter, cost } = stands.facts;
    if (order.facts.balanceBefore !== balanceBefore || order.facts.balanceAfter !== balanceAfter)
      this.found('A2', `order ${order.facts.id} was shown with another balance than its own`);
    if (balanceBefore - cost !== balanceAfter) this.found('M6', `balances around ${order.facts.id}`);
  }

  /** Of requests that are under way at once, one may be refused for want of money and the other one taken. */
  answered(wish: Wish, answer: Placed, askedAtMs: number): void {
    const key = keyOf(wish);
    const known = this.#told.get(key);
    const isSame = known?.dollars === wish.dollars;
    if (answer.kind === 'rejected') {
      if (isSame && askedAtMs >= known.atMs)
        this.found('A2', `${key}: ${answer.code} after it had been accepted`);
      return;
    }
    const orderId = answer.kind === 'placed' ? answer.order.facts.id : answer.orderId;
    if (known && !isSame) this.found('A2', `${key}: other content was taken under a reference that stands`);
    if (known && known.orderId !== orderId)
      this.found('A2', `${key} is order ${known.orderId} and ${orderId}`);
    this.#told.set(key, { orderId, dollars: wish.dollars, atMs: known?.atMs ?? this.#kernel.nowMs });
  }

  /** A client waited, and was told that the order has ended. */
  told(order: OrderRecord): void {
    const stands = this.#store.orders.get(order.facts.id);
    const now = stands && describe(stands);
    if (now === undefined || now !== describe(order))
      this.found('A3', `order ${order.facts.id} was told as ${describe(order)} and stands as ${now}`);
  }

  /** The first byte of an instruction leaves. */
  sent({ reference, amount }: Instruction, provider: string): void {
    const [, id = '0', number = '0'] = reference.split('-');
    const order = this.#store.orders.get(BigInt(id));
    const attempt = order?.attempts.find((one) => one.number === Number(number));
    if (attempt?.state !== 'SENDING')
      this.found('D4', `${reference} leaves while it stands as ${attempt?.state ?? 'nothing'}`);
    const sentForMs = this.#kernel.nowMs - (attempt?.sentAtMs ?? 0);
    if (attempt && sentForMs > SEND_DEADLINE_MS)
      this.found('D4', `${reference} leaves ${sentForMs} ms after its commit`);
    if (attempt && attempt.provider !== provider) this.found('D4', `${reference} leaves for ${provider}`);
    if (order && order.facts.receiveAmount !== amount) this.found('D4', `${reference} asks for ${amount}`);
    if (this.#sent.has(reference)) this.found('D1', `${reference} was sent twice`);
    for (const earlier of order?.attempts ?? []) {
      if (earlier.number < Number(number) && earlier.state !== 'REFUSED')
        this.found('D3', `${reference} leaves while attempt ${earlier.number} is ${earlier.state}`);
    }
    this.#sent.set(reference, this.#kernel.nowMs);
  }

  /** After each commit. */
  committed(): void {
    for (const { id, posted, held, creditLimit } of this.#store.wallets.values()) {
      if (held < 0n || posted - held < -creditLimit)
        this.found('M3', `wallet ${id}: posted ${posted}, held ${held}, credit ${creditLimit}`);
    }
  }

  logged(process: string, message: string, error: unknown): void {
    if (EXPECTED.has(message) || (error instanceof ModelFault && UNREACHABLE.has(error.code))) return;
    const why = error instanceof Error ? `: ${error.message}` : '';
    this.found('A5', `${process} said "${message}"${why}`);
  }

  /** Reads the event log from a cursor, as webhooks do. */
  readEvents(): void {
    this.#kernel.after(READ_EVERY_MS, 'reader', () => {
      const cursor = this.#read.at(-1)?.id ?? 0;
      const page = this.#store.events.filter(({ id }) => id > cursor).slice(0, PAGE);
      this.#read.push(...page);
      this.readEvents();
    });
  }

  /** When all has come to rest. */
  audit(): void {
    const found = (rule: string, what: string) => this.found(rule, what);
    const cursor = this.#read.at(-1)?.id ?? 0;
    this.#read.push(...this.#store.events.filter(({ id }) => id > cursor));
    auditEvents(this.#store, this.#read, found);
    auditDelivery(this.#store, this.#knowledge.providers, found);
    auditMoney(this.#store, this.#knowledge, found);
    for (const [key, { orderId }] of this.#told)
      if (!this.#store.orders.has(orderId)) this.found('A1', `${key} was told of ${orderId}, which is gone`);
    const { orders, references } = this.#store;
    if (references.size !== orders.size)
      this.found('A2', `${orders.size} orders under ${references.size} references`);
  }
}

/** A database that could not be reached for long is told; what it left undone is found again. */
const UNREACHABLE = new Set(['ECONNRESET', '40001']);
/** What an operator is told about the world, and what is no fault of the engine. */
const EXPECTED = new Set([
  'an order is still under way after five minutes',
  'a callback was never confirmed by the status query',
]);

function keyOf({ account, reference }: Wish): string {
  return `account ${ACCOUNTS[account]?.buyer.accountId} ${reference}`;
}

function describe({ progress, attempts }: Pick<OrderRecord, 'progress' | 'attempts'>): string {
  const { state, failure, deliveredAmount, attempt } = progress;
  return `${state} ${failure ?? ''} ${deliveredAmount ?? ''} ${attempt} ${attempts.map((one) => one.state).join(', ')}`;
}
