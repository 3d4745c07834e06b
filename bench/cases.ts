/** What is measured, and what it should come to. */
import { openAccounts } from './accounts.ts';
import type { RequestShape } from './http-wire.ts';
import {
  asyncTopups,
  batches,
  knownRates,
  nativeOrders,
  nativeOrdersOf,
  operatorsPage,
  syncTopups,
  waitingOrders,
} from './requests.ts';
import type { BenchServer } from './servers.ts';

export interface Goal {
  /** A second, at least. */
  readonly rate?: number;
  /** To the naive design in the same run, at least. */
  readonly ratio?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Disk, of an order that has ended. */
  readonly diskBytes?: number;
  readonly memoryMb?: number;
}

export interface Case {
  readonly name: string;
  /**
   * `accepting`: servers that serve the APIs and leave the sending to workers that do not run.
   * `pair`: two such processes behind one port.
   * `switch`: one process that does everything, and the pretend operators in another.
   */
  readonly on: 'accepting' | 'pair' | 'switch';
  readonly goal: Goal;
  readonly requests: (server: BenchServer) => readonly RequestShape[] | Promise<readonly RequestShape[]>;
  readonly connections: number;
  /** Of one round. Without `quick` the quick run leaves the case out. */
  readonly seconds: { readonly full: number; readonly quick?: number };
  readonly rounds: number;
  /** Beside the naive design, in turns. */
  readonly naive?: true;
  /** Every commit takes so much longer. */
  readonly commitDelayUs?: number;
  /** The one status that counts; any 2xx unless given. */
  readonly status?: number;
  /** What the rate counts: requests unless given. `delivered` goes on until every order has ended. */
  readonly counts?: 'delivered' | { readonly ordersARequest: number };
  /** Events have ids of a sequence, for which nobody waits, instead of the counter's. */
  readonly sequence?: true;
  /** Nothing is written. */
  readonly reads?: true;
}

const ROUNDS = 3;
const ACCEPT_SECONDS = { full: 6 };
const MANY = 256;
const WALLETS = 1_000;
const MEMORY_MB = 400;
const manyWallets: Case['requests'] = async ({ databaseUrl }) => {
  const accounts = await openAccounts(databaseUrl, WALLETS);
  return nativeOrdersOf(accounts.map(({ apiKey }) => apiKey));
};
const PAIR_CASE = {
  on: 'pair',
  goal: {},
  connections: MANY,
  rounds: ROUNDS,
  seconds: ACCEPT_SECONDS,
} as const;
const CASE = { on: 'accepting', rounds: ROUNDS, seconds: ACCEPT_SECONDS, naive: true } as const;

export const CASES: readonly Case[] = [
  {
    ...CASE,
    name: 'accept, native API, one hot wallet, 64 connections',
    goal: { rate: 12_000, ratio: 5, p99Ms: 20 },
    requests: nativeOrders,
    connections: 64,
    seconds: { ...ACCEPT_SECONDS, quick: 2 },
  },
  {
    ...CASE,
    name: 'accept, reloadly async, one hot wallet, 64 connections',
    goal: { rate: 12_000, ratio: 5, p99Ms: 20 },
    requests: asyncTopups,
    connections: 64,
  },
  {
    ...CASE,
    name: 'accept, native API, one hot wallet, 256 connections',
    goal: { rate: 16_000, ratio: 8, memoryMb: MEMORY_MB },
    requests: nativeOrders,
    connections: MANY,
  },
  {
    ...CASE,
    name: 'accept, reloadly async, one hot wallet, 256 connections',
    goal: { rate: 16_000, ratio: 8, memoryMb: MEMORY_MB },
    requests: asyncTopups,
    connections: MANY,
  },
  {
    ...CASE,
    name: 'accept, native API, one hot wallet, 256 connections, 1 ms more per commit',
    goal: { ratio: 30 },
    requests: nativeOrders,
    connections: MANY,
    commitDelayUs: 1_000,
  },
  {
    ...CASE,
    name: 'accept, native API, 1,000 wallets, 256 connections',
    goal: { rate: 12_000, ratio: 4 },
    requests: manyWallets,
    connections: MANY,
  },
  {
    ...PAIR_CASE,
    name: 'two processes: accept, native API, one hot wallet, 256 connections',
    goal: { rate: 16_000 },
    requests: nativeOrders,
  },
  {
    ...PAIR_CASE,
    name: 'two processes: accept, reloadly async, one hot wallet, 256 connections',
    goal: { rate: 16_000 },
    requests: asyncTopups,
  },
  {
    ...PAIR_CASE,
    name: 'two processes: accept, native API, 1,000 wallets, 256 connections',
    requests: manyWallets,
  },
  {
    ...PAIR_CASE,
    name: 'two processes: the same with ids of a sequence instead of the event counter',
    requests: manyWallets,
    sequence: true,
  },
  {
    name: 'whole life: accepted, delivered, settled, 256 connections',
    on: 'switch',
    goal: { rate: 5_000, diskBytes: 2_000, memoryMb: MEMORY_MB },
    requests: waitingOrders,
    connections: MANY,
    seconds: { full: 60, quick: 6 },
    rounds: 1,
    counts: 'delivered',
  },
  {
    name: 'bulk, 100 orders a request, taken in for good',
    on: 'switch',
    goal: { rate: 30_000 },
    requests: batches,
    connections: 16,
    seconds: { full: 2 },
    rounds: 1,
    counts: { ordersARequest: 100 },
  },
  {
    name: 'bulk, 100 orders a request, until each is delivered',
    on: 'switch',
    goal: {},
    requests: batches,
    connections: 16,
    seconds: { full: 1, quick: 0.2 },
    rounds: 1,
    counts: 'delivered',
  },
  {
    name: 'synchronous reloadly top-up, one client',
    on: 'switch',
    goal: { p50Ms: 5 },
    requests: syncTopups,
    connections: 1,
    seconds: { full: 4, quick: 1 },
    rounds: ROUNDS,
  },
  {
    name: 'operators page, 64 connections',
    on: 'switch',
    goal: { rate: 10_000 },
    requests: operatorsPage,
    connections: 64,
    seconds: { full: 3, quick: 1 },
    rounds: ROUNDS,
    reads: true,
  },
  {
    name: 'rates with ETag, unchanged, 64 connections',
    on: 'switch',
    goal: { rate: 10_000 },
    requests: knownRates,
    connections: 64,
    seconds: { full: 3, quick: 1 },
    rounds: ROUNDS,
    status: 304,
    reads: true,
  },
];
