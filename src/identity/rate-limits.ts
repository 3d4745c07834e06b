/**
 * How many requests a client may send: counted by the second of the clock. At the turn of a second all counts are
 * forgotten, so there are never more of them than clients that called within it; the price is that two bursts on
 * both sides of the turn may follow each other closely.
 *
 * Counts are in this process's memory alone: several processes let through as many times the limit. A count in the
 * database would cost a round trip for each request.
 */
import { Refusal } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import type { Caller } from './clients.ts';

/**
 * Of a client that has no limit of its own. More than one process can serve (36,000 orders a second were measured):
 * what protects the switch itself are its bounded queues, and this is for the operator to lower.
 */
export const REQUESTS_PER_SECOND = 50_000;

const SECOND_MS = 1_000;
/** A second is over after at most one. */
const RETRY_AFTER_SECONDS = 1;

/** Where a client stands, this request included. */
export interface RateStanding {
  readonly kind: 'allowed' | 'spent';
  /** Requests a second. */
  readonly limit: number;
  readonly remaining: number;
  /** When the count begins anew, in seconds since 1970. */
  readonly resetsAtSeconds: number;
  readonly retryAfterSeconds: number;
}

export class RateLimits {
  readonly #clock: Clock;
  #second = 0;
  readonly #counts = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one request. Spent ones are not counted: whoever goes on knocking is let in at the next second. */
  count({ clientId, requestsPerSecond }: Pick<Caller, 'clientId' | 'requestsPerSecond'>): RateStanding {
    const second = Math.floor(this.#clock.now() / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#counts.clear();
    }
    const limit = requestsPerSecond ?? REQUESTS_PER_SECOND;
    const before = this.#counts.get(clientId) ?? 0;
    const isAllowed = before < limit;
    if (isAllowed) this.#counts.set(clientId, before + 1);
    return {
      kind: isAllowed ? 'allowed' : 'spent',
      limit,
      remaining: isAllowed ? limit - before - 1 : 0,
      resetsAtSeconds: second + 1,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    };
  }
}

export function refuseIfSpent({ kind, retryAfterSeconds }: RateStanding): void {
  if (kind === 'spent') throw new Refusal('rate_limited', { retryAfterSeconds });
}
