/**
 * Guards the question whose number this is: whoever may ask it without end learns which numbers exist and where they
 * were ported to. So lookups have a low quota of their own, by the minute of the clock: so many different numbers
 * for each holder (an account, or an address that asks without credentials), and so many times the same number.
 * Only what is a number at all is counted.
 *
 * Counts are in this process's memory alone, as those of `rate-limits.ts`.
 */
import { Refusal } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';

/** Different numbers, of a holder without a quota of its own. */
export const LOOKUPS_PER_MINUTE = 100;
/** The same number, asked again: that tells nothing new, so this only ends a loop that has gone wild. */
export const REPEATS_PER_MINUTE = 6_000;
/** Bounds the memory of a minute: who comes later waits for the next one. */
const HOLDERS_MAX = 10_000;

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

export interface LookupHolder {
  readonly id: string;
  readonly lookupsPerMinute?: number | undefined;
}

export class LookupQuota {
  readonly #clock: Clock;
  #minute = 0;
  /** Holder -> number -> times. */
  readonly #asked = new Map<string, Map<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one lookup of a number in E.164; throws `rate_limited` when there is nothing left. */
  spend({ id, lookupsPerMinute = LOOKUPS_PER_MINUTE }: LookupHolder, number: string): void {
    const nowMs = this.#clock.now();
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#asked.clear();
    }
    const numbers = this.#asked.get(id) ?? new Map<string, number>();
    const times = numbers.get(number) ?? 0;
    const isSpent =
      times === 0
        ? numbers.size >= lookupsPerMinute || (numbers.size === 0 && this.#asked.size >= HOLDERS_MAX)
        : times >= REPEATS_PER_MINUTE;
    if (isSpent) {
      throw new Refusal('rate_limited', {
        message: 'Too many lookups of numbers; try again later.',
        retryAfterSeconds: Math.ceil(((minute + 1) * MINUTE_MS - nowMs) / SECOND_MS),
      });
    }
    this.#asked.set(id, numbers.set(number, times + 1));
  }
}
