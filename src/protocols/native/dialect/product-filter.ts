/** Which products a list shows: by where, whose, what kind and in which circle. */
import { Type } from 'typebox';
import type { Catalogue, Operator, Product } from '../../../catalogue/catalogue.ts';
import { assert } from '../../../core/assert.ts';
import { Refusal } from '../../../core/errors.ts';
import { CatalogueId, CountryCode, oneOf } from '../wire.ts';
import { PRODUCT_CLASSES, PRODUCT_TYPES } from '../wire-catalogue.ts';

export const productFilter = {
  country: Type.Optional(CountryCode),
  operator: Type.Optional(CatalogueId),
  type: Type.Optional(oneOf(PRODUCT_TYPES)),
  class: Type.Optional(oneOf(PRODUCT_CLASSES)),
  circle: Type.Optional(
    Type.String({
      pattern: '^[A-Z]{2}$',
      description: 'A telecom circle of India: only its own plans.',
    }),
  ),
};

interface ProductFilter {
  readonly country?: string;
  readonly operator?: number;
  readonly type?: string;
  readonly class?: string;
  readonly circle?: string;
}

/** By id. Throws for a country or operator that is not there. */
export function productsOf(catalogue: Catalogue, filter: ProductFilter): readonly Product[] {
  const { country, operator, type, class: sold, circle } = filter;
  if (country !== undefined && !catalogue.country(country)) throw new Refusal('country_not_supported');
  if (operator !== undefined && !catalogue.operator(operator)) throw new Refusal('operator_not_found');
  const found =
    operator === undefined
      ? catalogue.products()
      : [...catalogue.productsOf(operator), ...catalogue.circlePlansOf(operator)].sort((a, b) => a.id - b.id);
  return found.filter(
    (product) =>
      (country === undefined || operatorOf(catalogue, product).country === country) &&
      (type === undefined || product.type === type) &&
      (sold === undefined || product.class === sold) &&
      (circle === undefined || product.circle === circle),
  );
}

export function operatorOf(catalogue: Catalogue, product: Product): Operator {
  const operator = catalogue.operator(product.operatorId);
  assert(operator, `product ${product.id} has an operator`);
  return operator;
}
