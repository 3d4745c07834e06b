/** The filters that every list of operators takes. */
import type { Catalogue, Operator } from '../../../catalogue/catalogue.ts';
import { type Query, readFlag } from './query.ts';
import type { Detail } from './render-operator.ts';

export interface OperatorFilter extends Detail {
  readonly keeps: (operator: Operator) => boolean;
  readonly simplified: boolean;
}

/** Bills, games and gift cards are other APIs of Reloadly's, so this one does not know their operators. */
export function isTopup(catalogue: Catalogue, operator: Operator): boolean {
  const { type, class: sold } = catalogue.mainProduct(operator);
  return type !== 'bill' && type !== 'gaming' && sold !== 'gift_card';
}

/** What an operator is, and the two parameters that speak of it. An operator may be several of these. */
const KINDS = [
  { include: 'includeBundles', only: 'bundlesOnly', holds: (operator) => operator.bundle },
  { include: 'includeData', only: 'dataOnly', holds: (operator) => operator.data },
  { include: 'includePin', only: 'pinOnly', holds: (operator) => operator.pin },
  { include: 'includeCombo', only: 'comboOnly', holds: (operator) => operator.combo },
] as const satisfies readonly { include: string; only: string; holds: (operator: Operator) => boolean }[];

export function readOperatorFilter(query: Query, catalogue: Catalogue): OperatorFilter {
  const kinds = KINDS.map(({ include, only, holds }) => ({
    holds,
    included: readFlag(query, include, 'true'),
    only: readFlag(query, only, 'false'),
  }));
  const denominations = {
    range: readFlag(query, 'includeRange', 'true'),
    fixed: readFlag(query, 'includeFixed', 'true'),
  };
  return {
    keeps: (operator) =>
      isTopup(catalogue, operator) &&
      kinds.every(({ holds, included, only }) => (holds(operator) ? included : !only)) &&
      denominations[catalogue.mainProduct(operator).denomination.kind],
    suggestedAmounts: readFlag(query, 'suggestedAmounts', 'false'),
    suggestedAmountsMap: readFlag(query, 'suggestedAmountsMap', 'false'),
    simplified: readFlag(query, 'simplified', 'false'),
  };
}
