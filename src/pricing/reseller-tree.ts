/**
 * What the accounts above a buyer keep. Each parent sets, in points of the percentage, what it keeps of what its
 * child would get; a child gets what is left. Where there is less to share than the margins ask for, the one nearest
 * to the root takes first, and nobody's percentage falls below zero.
 */
import type { AccountId } from '../core/ids.ts';
import { lesserPercent, subtractPercent } from './percent.ts';

export interface Margin {
  readonly childId: bigint;
  readonly operatorId: number | undefined;
  readonly productType: string | undefined;
  readonly percent: string;
}

/** What an account above the buyer keeps of an order, in points of the percentage. */
export interface SharePercent {
  readonly accountId: AccountId;
  readonly percent: string;
}

export class ResellerTree {
  readonly #margins: ReadonlyMap<string, string>;

  constructor(margins: readonly Margin[]) {
    this.#margins = new Map(
      margins.map((margin) => [keyOf(margin.childId, margin.operatorId, margin.productType), margin.percent]),
    );
  }

  /**
   * `line`: the accounts from the root down to the buyer. Returns what each above the buyer keeps of `percent`, and
   * what is left for the buyer.
   */
  share(
    line: readonly AccountId[],
    what: { readonly operatorId: number; readonly productType: string },
    percent: string,
  ): { readonly percent: string; readonly shares: readonly SharePercent[] } {
    let left = percent;
    const shares: SharePercent[] = [];
    for (const [level, childId] of line.slice(1).entries()) {
      const kept = lesserPercent(this.#margin(childId, what), left);
      left = subtractPercent(left, kept);
      shares.push({ accountId: line[level] as AccountId, percent: kept }); // the child's parent is one above it
    }
    return { percent: left, shares: shares.filter((share) => share.percent !== '0') };
  }

  /** The most specific one: operator and type, operator, type, everything. */
  #margin(childId: bigint, what: { readonly operatorId: number; readonly productType: string }): string {
    const { operatorId, productType } = what;
    return (
      this.#margins.get(keyOf(childId, operatorId, productType)) ??
      this.#margins.get(keyOf(childId, operatorId, undefined)) ??
      this.#margins.get(keyOf(childId, undefined, productType)) ??
      this.#margins.get(keyOf(childId, undefined, undefined)) ??
      '0'
    );
  }
}

function keyOf(childId: bigint, operatorId: number | undefined, productType: string | undefined): string {
  return `${childId}/${operatorId ?? ''}/${productType ?? ''}`;
}
