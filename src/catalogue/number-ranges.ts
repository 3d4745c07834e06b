/** Which operator a number belongs to: by a port that was learnt, else by the longest prefix that was assigned. */
import type { Candidate, Ported } from './catalogue.ts';
import type { PrefixRow } from './rows.ts';

export class NumberRanges {
  readonly #ported: Ported;
  readonly #operatorByPrefix = new Map<string, number>();
  readonly #holders = new Set<number>();
  #prefixDigitsMax = 0;

  constructor(rows: readonly PrefixRow[], ported: Ported) {
    this.#ported = ported;
    for (const { operator_id, prefixes } of rows) {
      this.#holders.add(operator_id);
      for (const prefix of prefixes) {
        this.#operatorByPrefix.set(prefix, operator_id);
        this.#prefixDigitsMax = Math.max(this.#prefixDigitsMax, prefix.length);
      }
    }
  }

  /** Whether an operator has ranges of its own. */
  has(operatorId: number): boolean {
    return this.#holders.has(operatorId);
  }

  find(e164: string): Candidate | undefined {
    const ported = this.#ported.get(e164);
    if (ported !== undefined) return { operatorId: ported, confidence: 'ported' };
    const operatorId = this.holder(e164);
    return operatorId === undefined ? undefined : { operatorId, confidence: 'prefix' };
  }

  /** To whom the range of a number was given. */
  holder(e164: string): number | undefined {
    const digits = e164.slice(1);
    for (let length = Math.min(digits.length, this.#prefixDigitsMax); length > 0; length--) {
      const operatorId = this.#operatorByPrefix.get(digits.slice(0, length));
      if (operatorId !== undefined) return operatorId;
    }
    return undefined;
  }
}
