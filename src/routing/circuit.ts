/**
 * Whether a provider serves an operator at the moment, by what became of the last instructions. Closed: it does. Open:
 * most of them failed, and nothing is sent for a while. Half open: a few are sent to find out. Time comes as an argument.
 */
export type CircuitState = 'closed' | 'open' | 'half_open';

/** What an instruction showed: of the provider, not of the recipient. */
export type Sign = 'good' | 'bad';

/** Of the signs of the last minute at most so many are looked at. */
const SIGNS_MAX = 20;
const SIGNS_AGE_MS = 60_000;
/** It opens when so many were bad, and at least half of all. */
const BAD_MIN = 5;
const BAD_PART = 0.5;
const OPEN_MS = 10_000;
/** Sent to find out, each time that it is half open. */
const PROBES_MAX = 3;

export class Circuit {
  #signs: { readonly atMs: number; readonly sign: Sign }[] = [];
  #openedAtMs: number | undefined;
  #probes = 0;

  state(nowMs: number): CircuitState {
    if (this.#openedAtMs === undefined) return 'closed';
    return nowMs - this.#openedAtMs < OPEN_MS ? 'open' : 'half_open';
  }

  /** Whether an instruction may be sent now; while it is half open that uses up one of the probes. */
  permit(nowMs: number): boolean {
    switch (this.state(nowMs)) {
      case 'closed':
        return true;
      case 'open':
        return false;
      case 'half_open':
        if (this.#probes < PROBES_MAX) {
          this.#probes += 1;
          return true;
        }
        // Probes of which nothing was heard: others follow after another wait.
        this.#open(nowMs);
        return false;
    }
  }

  note(sign: Sign, nowMs: number): void {
    switch (this.state(nowMs)) {
      case 'open':
        return; // of what was sent before it opened
      case 'half_open':
        if (sign === 'bad') this.#open(nowMs);
        else this.#close();
        return;
      case 'closed': {
        this.#signs = [...this.#signs.slice(1 - SIGNS_MAX), { atMs: nowMs, sign }];
        const recent = this.#recent(nowMs);
        const bad = recent.filter((one) => one.sign === 'bad').length;
        if (bad >= BAD_MIN && bad >= BAD_PART * recent.length) this.#open(nowMs);
      }
    }
  }

  /** How many of the last instructions went well, in 0 .. 1; one where nothing is known. */
  success(nowMs: number): number {
    const recent = this.#recent(nowMs);
    return recent.length === 0 ? 1 : recent.filter((one) => one.sign === 'good').length / recent.length;
  }

  #recent(nowMs: number) {
    return this.#signs.filter(({ atMs }) => nowMs - atMs < SIGNS_AGE_MS);
  }

  #open(nowMs: number): void {
    this.#openedAtMs = nowMs;
    this.#probes = 0;
  }

  #close(): void {
    this.#openedAtMs = undefined;
    this.#signs = [];
  }
}
