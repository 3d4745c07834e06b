/** A bounded memory of lookups, each good for a while of the clock. When full, the oldest goes first. */
import type { Clock } from '../core/time.ts';

export interface RecentOptions {
  readonly clock: Clock;
  readonly keepMs: number;
  readonly entriesMax: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly untilMs: number;
}

export class Recent<Value> {
  readonly #options: RecentOptions;
  /** In the order of their ends: every entry is kept for the same time. */
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(options: RecentOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (this.#options.clock.now() < entry.untilMs) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#options.entriesMax) this.#dropOldest();
    this.#entries.set(key, { value, untilMs: this.#options.clock.now() + this.#options.keepMs });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  #dropOldest(): void {
    for (const key of this.#entries.keys()) {
      this.#entries.delete(key);
      return;
    }
  }
}
