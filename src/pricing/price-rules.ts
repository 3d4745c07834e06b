/**
 * The price list: rules that set one term of a price, each for everything or for some combination of account,
 * operator, plan and product type. The most specific rule in force wins, in the order account, operator, plan, type:
 * a rule for an account stands above any rule that names none. Of equals, the newest.
 */
import type { Minor } from '../core/money.ts';

/** What a rule sets: the discount or commission, a fee on top, or tax. */
export type Term = 'rate' | 'fee' | 'tax';

export interface PriceRule {
  readonly id: number;
  readonly term: Term;
  readonly accountId: bigint | undefined;
  readonly operatorId: number | undefined;
  readonly plan: string | undefined;
  readonly productType: string | undefined;
  readonly percent: string;
  /** Of a fee: minor units of `currency`. */
  readonly fixed: Minor;
  /** A fee of one currency counts for wallets of it only. */
  readonly currency: string | undefined;
  readonly startsAtMs: number;
  readonly endsAtMs: number | undefined;
}

export interface Question {
  readonly accountId: bigint;
  readonly plan: string;
  readonly operatorId: number;
  readonly productType: string;
  readonly walletCurrency: string;
}

/** How specific a rule is, as a number: what it names, the weightier first. */
const ACCOUNT = 8;
const OPERATOR = 4;
const PLAN = 2;
const TYPE = 1;

export class PriceRules {
  /** By term and what the rule names; the newest first. */
  readonly #byKey = new Map<string, PriceRule[]>();
  /** Which combinations are in use, the most specific first: most price lists have two or three. */
  readonly #masks: Readonly<Record<Term, readonly number[]>>;

  constructor(rules: readonly PriceRule[]) {
    const masks: Record<Term, Set<number>> = { rate: new Set(), fee: new Set(), tax: new Set() };
    for (const rule of [...rules].sort((a, b) => b.id - a.id)) {
      const mask = maskOf(rule);
      masks[rule.term].add(mask);
      const key = keyOf(rule.term, mask, rule);
      const known = this.#byKey.get(key);
      if (known) known.push(rule);
      else this.#byKey.set(key, [rule]);
    }
    const sorted = (term: Term) => [...masks[term]].sort((a, b) => b - a);
    this.#masks = { rate: sorted('rate'), fee: sorted('fee'), tax: sorted('tax') };
  }

  find(term: Term, question: Question, atMs: number): PriceRule | undefined {
    for (const mask of this.#masks[term]) {
      const rule = this.#byKey
        .get(keyOf(term, mask, question))
        ?.find((one) => isInForce(one, atMs) && isFor(one, question.walletCurrency));
      if (rule) return rule;
    }
    return undefined;
  }

  /** Whether a rule names its account or operator: such a rule stands above what an operator publishes itself. */
  static isAbovePublished(rule: PriceRule): boolean {
    return maskOf(rule) >= OPERATOR;
  }
}

function isInForce({ startsAtMs, endsAtMs }: PriceRule, atMs: number): boolean {
  return startsAtMs <= atMs && (endsAtMs === undefined || atMs < endsAtMs);
}

function isFor({ currency }: PriceRule, walletCurrency: string): boolean {
  return currency === undefined || currency === walletCurrency;
}

function maskOf({ accountId, operatorId, plan, productType }: PriceRule): number {
  return (
    (accountId === undefined ? 0 : ACCOUNT) +
    (operatorId === undefined ? 0 : OPERATOR) +
    (plan === undefined ? 0 : PLAN) +
    (productType === undefined ? 0 : TYPE)
  );
}

type Named = Pick<PriceRule, 'accountId' | 'operatorId' | 'plan' | 'productType'>;

function keyOf(term: Term, mask: number, named: Named): string {
  const account = mask & ACCOUNT ? named.accountId : '';
  const operator = mask & OPERATOR ? named.operatorId : '';
  const plan = mask & PLAN ? named.plan : '';
  const type = mask & TYPE ? named.productType : '';
  return `${term}/${mask}/${account}/${operator}/${plan}/${type}`;
}
