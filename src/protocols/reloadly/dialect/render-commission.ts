import type { Operator } from '../../../catalogue/catalogue.ts';
import type * as wire from '../wire.ts';
import { renderSimplified } from './render-operator.ts';
import { percentagesOf, type Terms } from './terms.ts';

export function renderCommission(
  terms: Pick<Terms, 'market' | 'buyer'>,
  operator: Operator,
): wire.Commission {
  const { international, local } = percentagesOf(terms, operator);
  return {
    operator: renderSimplified(operator),
    percentage: international,
    internationalPercentage: international,
    localPercentage: local,
    updatedAt: `${latestRate(terms)} 00:00:00`,
  };
}

/** The catalogue's figures are of the day of its youngest exchange rate. */
function latestRate({ market }: Pick<Terms, 'market' | 'buyer'>): string {
  return market.catalogue.rates.reduce((latest, { valid_on }) => (valid_on > latest ? valid_on : latest), '');
}
