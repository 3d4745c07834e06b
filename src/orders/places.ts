/**
 * The places of one provider: how many attempts may be out at once, and who takes the next one. Orders that have
 * waited come before new ones, which would otherwise take each place as it becomes free. When some have been waiting
 * for a while without a break, more is ordered than the provider can do: then it is better to refuse than to let
 * the line grow until orders fail at their deadlines. Pure, but for what it remembers.
 */

/** An order that was turned away looks again sooner than this; whoever has not looked since has its place. */
const LOOKS_AGAIN_MS = 2_000;
/** A line that stands so long is no burst. */
const CROWDED_MS = 500;

/** How many may be out at once, and the time. */
interface Now {
  readonly max: number;
  readonly nowMs: number;
}

export class Places {
  #taken = 0;
  /** Joined by orders of this process; others may serve them, so it is forgotten when nobody is turned away. */
  #line = 0;
  #lineBeganAtMs = Number.NEGATIVE_INFINITY;
  #turnedAwayAtMs = Number.NEGATIVE_INFINITY;

  get taken(): number {
    return this.#taken;
  }

  /** `new`: just ordered, and waits when there is no place, unless it is crowded. `waiting`: accepted before. */
  take(who: 'new' | 'waiting', now: Now): boolean {
    return who === 'new' ? this.#takeNew(now) : this.#takeWaiting(now);
  }

  give(): void {
    this.#taken = Math.max(0, this.#taken - 1);
  }

  /** Whether a line has been standing, and is as long as there are places: who joins it waits for all of them twice. */
  isCrowded({ max, nowMs }: Now): boolean {
    return this.#hasLine(nowMs) && nowMs - this.#lineBeganAtMs >= CROWDED_MS && this.#line >= max;
  }

  #takeNew({ max, nowMs }: Now): boolean {
    if (this.#taken >= max || this.#hasLine(nowMs)) {
      if (!this.isCrowded({ max, nowMs })) this.#line += 1;
      return false;
    }
    this.#line = 0;
    this.#taken += 1;
    return true;
  }

  #takeWaiting({ max, nowMs }: Now): boolean {
    if (this.#taken >= max) {
      if (!this.#hasLine(nowMs)) this.#lineBeganAtMs = nowMs;
      this.#turnedAwayAtMs = nowMs;
      return false;
    }
    this.#line = Math.max(0, this.#line - 1);
    this.#taken += 1;
    return true;
  }

  #hasLine(nowMs: number): boolean {
    return nowMs - this.#turnedAwayAtMs < LOOKS_AGAIN_MS;
  }
}
