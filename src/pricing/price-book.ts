/**
 * On which terms an account buys, from the price list in memory: its percentage, what is kept of it above the account
 * in a reseller tree, fees and tax. The percentage of a tree is its root's, by the root's rules and plan.
 */
import type { Product } from '../catalogue/catalogue.ts';
import type { ProductClass } from '../catalogue/rows.ts';
import type { AccountId } from '../core/ids.ts';
import type { Minor } from '../core/money.ts';
import { type PriceRule, PriceRules, type Question } from './price-rules.ts';
import { type Margin, ResellerTree, type SharePercent } from './reseller-tree.ts';

export interface Plan {
  readonly name: string;
  readonly percent: string;
  readonly fxMarginPercent: string;
  /** Undefined: everything. */
  readonly sells?: readonly string[] | undefined;
}

/** Who buys: an account with its plan, and the accounts above it, the root first. */
export interface Payer {
  readonly accountId: AccountId;
  readonly plan: string;
  readonly resellers?: readonly { readonly accountId: AccountId; readonly plan: string }[];
}

export interface Priced {
  readonly operatorId: number;
  readonly productType: string;
  readonly walletCurrency: string;
}

export interface RateFor {
  /** What the payer gets, after what is kept above it. */
  readonly percent: string;
  readonly shares: readonly SharePercent[];
  /** Names the rule, for the order's frozen inputs. */
  readonly ruleId: string;
}

export interface FeeFor {
  readonly fixed: Minor;
  readonly percent: string;
}

export class PriceBook {
  readonly #plans: ReadonlyMap<string, Plan>;
  readonly #rules: PriceRules;
  readonly #tree: ResellerTree;

  constructor(plans: readonly Plan[], rules: readonly PriceRule[], margins: readonly Margin[] = []) {
    this.#plans = new Map(plans.map((plan) => [plan.name, plan]));
    this.#rules = new PriceRules(rules);
    this.#tree = new ResellerTree(margins);
  }

  plan(name: string): Plan | undefined {
    return this.#plans.get(name);
  }

  /** Whether a plan lets its accounts sell a class of products. */
  sells(plan: string, productClass: ProductClass): boolean {
    return this.#plans.get(plan)?.sells?.includes(productClass) ?? true;
  }

  /** `published`: the operator's own percentage from the catalogue; undefined when it has none. */
  rateFor(payer: Payer, what: Priced & { readonly published: string | undefined }, atMs: number): RateFor {
    const line = [...(payer.resellers ?? []), payer];
    const [root = payer] = line;
    const { percent, ruleId } = this.#rateOf(root, what, atMs);
    return {
      ...this.#tree.share(
        line.map(({ accountId }) => accountId),
        what,
        percent,
      ),
      ruleId,
    };
  }

  feeFor(payer: Payer, what: Priced, atMs: number): FeeFor {
    const rule = this.#rules.find('fee', questionOf(payer, what), atMs);
    return rule ? { fixed: rule.fixed, percent: rule.percent } : NO_FEE;
  }

  /** `published`: the tax that the product itself carries. */
  taxFor(payer: Payer, what: Priced & { readonly published: string | undefined }, atMs: number): string {
    return this.#rules.find('tax', questionOf(payer, what), atMs)?.percent ?? what.published ?? '0';
  }

  #rateOf(payer: Payer, what: Priced & { readonly published: string | undefined }, atMs: number) {
    const rule = this.#rules.find('rate', questionOf(payer, what), atMs);
    if (rule && PriceRules.isAbovePublished(rule))
      return { percent: rule.percent, ruleId: `rule:${rule.id}` };
    if (what.published !== undefined)
      return { percent: what.published, ruleId: `operator:${what.operatorId}` };
    if (rule) return { percent: rule.percent, ruleId: `rule:${rule.id}` };
    return { percent: this.#plans.get(payer.plan)?.percent ?? '0', ruleId: `plan:${payer.plan}` };
  }
}

/** How price lists name a product: by its class, and mobile products by their type. */
export function pricedType(product: Pick<Product, 'class' | 'type'>): string {
  return product.class === 'mobile' ? product.type : product.class;
}

const NO_FEE: FeeFor = { fixed: 0n, percent: '0' };

function questionOf({ accountId, plan }: Payer, what: Priced): Question {
  return { accountId, plan, ...what };
}
