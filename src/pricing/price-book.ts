/**
 * Which rate an account gets, from the price list in memory. The most specific one wins: account and operator,
 * account, operator (set by command, else the catalogue's own commission), plan.
 */
import type { AccountId } from '../core/ids.ts';

export interface Plan {
  readonly name: string;
  readonly percent: string;
  readonly fxMarginPercent: string;
}

export interface PriceRate {
  readonly id: number;
  readonly accountId: bigint | undefined;
  readonly operatorId: number | undefined;
  readonly percent: string;
}

export interface RateFor {
  readonly percent: string;
  /** Names the rule, for the order's frozen inputs. */
  readonly ruleId: string;
}

export class PriceBook {
  readonly #plans: ReadonlyMap<string, Plan>;
  readonly #rates: ReadonlyMap<string, PriceRate>;

  constructor(plans: readonly Plan[], rates: readonly PriceRate[]) {
    this.#plans = new Map(plans.map((plan) => [plan.name, plan]));
    this.#rates = new Map(rates.map((rate) => [key(rate.accountId, rate.operatorId), rate]));
  }

  plan(name: string): Plan | undefined {
    return this.#plans.get(name);
  }

  /** `catalogueCommission`: the operator's own percentage from the catalogue; undefined when it has none. */
  rateFor(
    who: { readonly accountId: AccountId; readonly plan: string },
    operator: { readonly id: number; readonly catalogueCommission: string | undefined },
  ): RateFor {
    const set =
      this.#rates.get(key(who.accountId, operator.id)) ??
      this.#rates.get(key(who.accountId, undefined)) ??
      this.#rates.get(key(undefined, operator.id));
    if (set) return { percent: set.percent, ruleId: `rate:${set.id}` };
    if (operator.catalogueCommission !== undefined) {
      return { percent: operator.catalogueCommission, ruleId: `operator:${operator.id}` };
    }
    return { percent: this.#plans.get(who.plan)?.percent ?? '0', ruleId: `plan:${who.plan}` };
  }
}

function key(accountId: bigint | undefined, operatorId: number | undefined): string {
  return `${accountId ?? ''}/${operatorId ?? ''}`;
}
