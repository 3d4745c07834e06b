/**
 * The places of one provider: how many attempts may be out at once, and who takes the next one. An order that finds no
 * place waits in line, where places are kept for it: new ones would otherwise take each as it becomes free. Sending
 * from the line costs more than sending at once (it is claimed and read again), so when a line has been standing, more
 * is ordered than the provider can do, and few are let join: the others are refused, before the line grows until
 * orders fail at their deadlines. Pure, but for what it remembers.
 */

/** An order that was turned away looks again much sooner, also in a process that is late. */
const LOOKS_AGAIN_MS = 2_000;
/** A line that stands so long is no burst. */
const CROWDED_MS = 500;
/** Of a line that stands, for each place, and at least. */
const LINE_SHARE = 1 / 32;
const LINE_MIN = 16;

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

  /** `new`: just ordered, and joins the line when there is no place, unless it is crowded. `waiting`: from the line. */
  take(who: 'new' | 'waiting', now: Now): boolean {
    return who === 'new' ? this.#takeNew(now) : this.#takeWaiting(now);
  }

  give(): void {
    this.#taken = Math.max(0, this.#taken - 1);
  }

  /** Whether nobody should join the line any more. */
  isCrowded({ max, nowMs }: Now): boolean {
    const stands = this.#hasLine(nowMs) && nowMs - this.#lineBeganAtMs >= CROWDED_MS;
    return stands && this.#line >= Math.max(LINE_MIN, max * LINE_SHARE);
  }

  #takeNew(now: Now): boolean {
    const kept = this.#hasLine(now.nowMs) ? this.#line : 0;
    if (this.#taken + kept < now.max) {
      this.#line = kept;
      this.#taken += 1;
      return true;
    }
    if (!this.isCrowded(now)) this.#line += 1;
    return false;
  }

  #takeWaiting({ max, nowMs }: Now): boolean {
    if (this.#taken < max) {
      this.#line = Math.max(0, this.#line - 1);
      this.#taken += 1;
      return true;
    }
    if (!this.#hasLine(nowMs)) this.#lineBeganAtMs = nowMs;
    this.#turnedAwayAtMs = nowMs;
    return false;
  }

  #hasLine(nowMs: number): boolean {
    return nowMs - this.#turnedAwayAtMs < LOOKS_AGAIN_MS;
  }
}
