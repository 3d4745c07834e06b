/**
 * The port between the order engine and where orders are kept. Every method is one transaction: it has happened whole
 * when it answers, and when it fails with a lost connection nobody knows whether it has.
 */
import type { AccountId } from '../core/ids.ts';
import type { Vault } from '../platform/crypto.ts';
import type { Database } from '../platform/postgres.ts';
import type { Notice } from '../routing/connector.ts';
import {
  type Acceptance,
  type AcceptTerms,
  acceptOrders,
  findReference,
  type StandingReference,
} from './accept-store.ts';
import type { Draft } from './draft.ts';
import type { OrderRecord } from './order.ts';
import type { PreparedStep } from './settle-order.ts';
import {
  type Advance,
  advanceOrders,
  claimDueNotices,
  claimDueOrders,
  type DueNotice,
  databaseNow,
  finishNotice,
  loadOrders,
  type NoticeAbout,
  nextDueSeconds,
  postponeNotice,
  takeNotice,
} from './store.ts';

export interface OrderStore {
  /** One outcome a draft, in order. Drafts come sorted by account and reference. */
  accept(drafts: readonly Draft[], terms: AcceptTerms): Promise<Acceptance[]>;
  /** One answer a step, in order; a step whose fence is stale changes nothing. */
  advance(steps: readonly PreparedStep[]): Promise<Advance[]>;
  /** An order that cannot be read is told to `onUnreadable`, or thrown. */
  load(ids: readonly bigint[], onUnreadable?: (error: unknown) => void): Promise<OrderRecord[]>;
  /** Leases of due orders by the store's own clock: each raises the order's fence. */
  claimDueOrders(limit: number, leaseSeconds: number): Promise<bigint[]>;
  claimDueNotices(limit: number, leaseSeconds: number): Promise<DueNotice[]>;
  /** What time it is there, in milliseconds since 1970. */
  now(): Promise<number>;
  /** Undefined when nothing waits. */
  nextDueSeconds(): Promise<number | undefined>;
  /** Keeps a callback in the inbox. False: it was there already, or is about nothing of this provider's. */
  takeNotice(provider: string, notice: Notice, about: NoticeAbout): Promise<boolean>;
  postponeNotice(due: DueNotice, seconds: number): Promise<void>;
  finishNotice(provider: string, notice: string): Promise<void>;
  /** What an account's reference stands for; undefined when it is free. */
  findReference(accountId: AccountId, referenceHash: string): Promise<StandingReference | undefined>;
}

export function postgresOrderStore(database: Database, vault: Vault): OrderStore {
  return {
    accept: (drafts, terms) => acceptOrders(database, drafts, terms),
    advance: (steps) => advanceOrders(database, steps),
    load: (ids, onUnreadable) => loadOrders(database, vault, ids, onUnreadable),
    claimDueOrders: (limit, leaseSeconds) => claimDueOrders(database, limit, leaseSeconds),
    claimDueNotices: (limit, leaseSeconds) => claimDueNotices(database, limit, leaseSeconds),
    now: () => databaseNow(database),
    nextDueSeconds: () => nextDueSeconds(database),
    takeNotice: (provider, notice, about) => takeNotice(database, provider, notice, about),
    postponeNotice: (due, seconds) => postponeNotice(database, due, seconds),
    finishNotice: (provider, notice) => finishNotice(database, provider, notice),
    findReference: (accountId, referenceHash) => findReference(database, accountId, referenceHash),
  };
}
