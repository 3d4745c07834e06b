/**
 * Ids that the process mints itself: 41 bits of milliseconds since 2025-01-01, 6 bits of a lane (leased by one
 * process), 6 bits of a counter. A safe integer that sorts by time and is always above the last one.
 * The registry of prefixes is append-only: a printed id never changes its meaning.
 */
import { assert } from './assert.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = bigint & { readonly [brand]: Name };

export type AccountId = Branded<'account'>;
export type WalletId = Branded<'wallet'>;
export type OrderId = Branded<'order'>;
export type BatchId = Branded<'batch'>;
export type ScheduleId = Branded<'schedule'>;
/** The source of a transfer: an order, a funding or an adjustment. One generator for all three. */
export type SourceId = bigint;

export const ID_PREFIXES = {
  account: 'acc',
  wallet: 'wal',
  order: 'ord',
  event: 'evt',
  adjustment: 'adj',
  funding: 'fnd',
  product: 'prd',
  operator: 'opr',
  batch: 'bat',
  schedule: 'sch',
  quote: 'quo',
  settlement: 'stl',
  dispute: 'dsp',
  planChange: 'plc',
  statement: 'stm',
  break: 'brk',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

export function formatId(kind: IdKind, id: bigint | number): string {
  return `${ID_PREFIXES[kind]}_${id}`;
}

/** Reads `ord_123`; undefined for another prefix, leading zeros or a number beyond 53 bits. */
export function parseId(kind: IdKind, text: string): bigint | undefined {
  const match = /^([a-z]{3})_([1-9]\d{0,15})$/.exec(text);
  if (!match || match[1] !== ID_PREFIXES[kind]) return undefined;
  const id = BigInt(match[2] as string); // the group is not optional in the pattern
  return id <= BigInt(Number.MAX_SAFE_INTEGER) ? id : undefined;
}

export const ID_EPOCH_MS = Date.UTC(2025, 0, 1);
const LANE_BITS = 6;
const COUNTER_BITS = 6;
export const LANES = 1 << LANE_BITS;

/** The smallest id that can be minted at this instant: the bound of a month's partition. */
export function firstIdAt(timeMs: number): bigint {
  return BigInt(timeMs - ID_EPOCH_MS) << BigInt(LANE_BITS + COUNTER_BITS);
}

/** The instant at which an id was minted, in milliseconds since 1970. */
export function mintedAt(id: bigint): number {
  return Number(id >> BigInt(LANE_BITS + COUNTER_BITS)) + ID_EPOCH_MS;
}

/** Mints ids on one lane. When a millisecond is used up it borrows from the next: ids only ever rise. */
export class IdMint {
  readonly #lane: bigint;
  readonly #now: () => number;
  #tick = 0; // milliseconds since ID_EPOCH_MS of the last id
  #counter = 0;

  constructor(lane: number, now: () => number) {
    assert(Number.isInteger(lane) && lane >= 0 && lane < LANES, `lane out of range: ${lane}`);
    this.#lane = BigInt(lane);
    this.#now = now;
  }

  next(): bigint {
    const tick = Math.floor(this.#now()) - ID_EPOCH_MS;
    assert(tick > 0 && tick < 2 ** 41, 'the clock is outside the range of ids');
    if (tick > this.#tick) {
      this.#tick = tick;
      this.#counter = 0;
    } else if (++this.#counter === 1 << COUNTER_BITS) {
      this.#tick += 1;
      this.#counter = 0;
    }
    return (
      (((BigInt(this.#tick) << BigInt(LANE_BITS)) | this.#lane) << BigInt(COUNTER_BITS)) |
      BigInt(this.#counter)
    );
  }
}
