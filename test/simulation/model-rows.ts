/** What the model keeps of an order beside what the engine reads, and the rows around it: the tables of PostgreSQL. */
import type { Adjustment, Attempt, OrderFacts, OrderState, Progress } from '../../src/orders/order.ts';
import type { DueNotice } from '../../src/orders/store.ts';
import type { Voucher } from '../../src/routing/connector.ts';

export interface ModelWallet {
  readonly id: bigint;
  readonly accountId: bigint;
  readonly currency: string;
  readonly creditLimit: bigint;
  posted: bigint;
  held: bigint;
  entries: bigint;
}

export interface ModelCase {
  readonly reason: string;
  readonly openedAtMs: number;
  closedAtMs: number | undefined;
}

/** An order with its progress row, attempts and what hangs on it. Each value in it is replaced, never changed. */
export interface ModelOrder {
  readonly facts: OrderFacts;
  readonly progress: Progress;
  readonly attempts: readonly Attempt[];
  readonly adjustments: readonly Adjustment[];
  readonly voucher: Voucher | undefined;
  readonly hold: 'ACTIVE' | 'CAPTURED' | 'RELEASED';
  readonly eventSeq: number;
  readonly nextWakeupMs: number | undefined;
  readonly cases: readonly ModelCase[];
}

export interface ModelReference {
  readonly orderId: bigint;
  readonly fingerprint: string;
  /** Nothing is detached in a simulated day. */
  readonly archived: false;
}

export interface ModelTransfer {
  readonly accountId: bigint;
  readonly source: bigint;
  readonly kind: string;
  readonly seq: number;
  readonly debit: string;
  readonly credit: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly walletId: bigint | undefined;
  readonly entry: bigint | undefined;
  readonly postedAfter: bigint | undefined;
}

export interface ModelEvent {
  readonly id: number;
  readonly accountId: bigint;
  readonly orderId: bigint;
  readonly seq: number;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

export interface ModelNotice {
  readonly due: DueNotice;
  readonly nextWakeupMs: number | undefined;
}

export function hasEnded(state: OrderState): boolean {
  return state === 'DELIVERED' || state === 'FAILED' || state === 'CANCELLED';
}

/** What PostgreSQL throws for a broken constraint, by its SQLSTATE. */
export class ModelFault extends Error {
  override readonly name = 'ModelFault';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
