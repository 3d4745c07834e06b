/** What is sold: an operator is a product, what it sells are the product's variants. */
import type { Catalogue, Operator } from '../../../catalogue/catalogue.ts';
import { assert } from '../../../core/assert.ts';
import { Refusal } from '../../../core/errors.ts';
import { type InputField, type Product, type ProductDetail, TOPUP_TYPES, type TopupType } from '../wire.ts';
import { type Answer, type Call, idOf } from './call.ts';
import { offsetOf, readPage, renderPage } from './page.ts';
import { readOneOf, readText } from './query.ts';

/** `GET /api/v1/topups/products` */
export function products({ market, query }: Call): Answer {
  const { catalogue } = market;
  const type = readOneOf(query, 'type', TOPUP_TYPES);
  const search = readText(query, 'search')?.toLowerCase();
  const page = readPage(query);
  const found = catalogue
    .operators()
    .filter(isSold)
    .filter((operator) => type === undefined || topupTypeOf(operator) === type)
    .filter((operator) => search === undefined || nameOf(catalogue, operator).toLowerCase().includes(search));
  const offset = offsetOf(page);
  const shown = found.slice(offset, offset + page.perPage);
  return renderPage(
    shown.map((operator) => renderProduct(catalogue, operator)),
    page,
    found.length,
  );
}

/** `GET /api/v1/topups/products/:id` */
export function product(call: Call): Answer {
  const { catalogue } = call.market;
  const operator = soldOperator(catalogue, idOf(call));
  const body: ProductDetail = {
    ...renderProduct(catalogue, operator),
    input_fields: [inputFieldOf(operator)],
  };
  return { body };
}

/** The operator that a product id means; throws `product_not_found`. */
export function soldOperator(catalogue: Catalogue, productId: bigint | number): Operator {
  const main = catalogue.product(Number(productId)); // ids in requests are safe integers
  const operator = main && catalogue.operator(main.operatorId);
  if (!main || !operator || operator.productId !== main.id || !isSold(operator))
    throw new Refusal('product_not_found');
  return operator;
}

/** PINs would need a place in the order that shows them, and Octopus has none. */
export function isSold(operator: Operator): boolean {
  return operator.status === 'in_service' && !operator.pin;
}

/** Satellite television is recognised by its name: the catalogue has no kind for it. */
export function topupTypeOf(operator: Operator): TopupType {
  return operator.recipient.kind === 'email' || operator.name.startsWith('DTH ') ? 'UTILITY' : 'MOBILE';
}

export function nameOf(catalogue: Catalogue, operator: Operator): string {
  return catalogue.mainProduct(operator).name;
}

export function countryCodeOf(catalogue: Catalogue, operator: Operator): string {
  return countryOf(catalogue, operator).iso3;
}

export function countryOf(catalogue: Catalogue, operator: Operator) {
  const country = catalogue.country(operator.country);
  assert(country, `operator ${operator.id} has a country`);
  return country;
}

/** The one field of `input_data` that an order of this product needs. */
export function inputFieldOf({ recipient }: Operator): InputField {
  return recipient.kind === 'email'
    ? { field_name: 'email', type: 'email', label: 'E-mail address', required: true }
    : { field_name: 'phone_number', type: 'phone', label: 'Mobile number', required: true };
}

function renderProduct(catalogue: Catalogue, operator: Operator): Product {
  return {
    id: operator.productId,
    name: nameOf(catalogue, operator),
    topup_type: topupTypeOf(operator),
    country_code: countryCodeOf(catalogue, operator),
    currency_code: operator.currency,
    image_url: '',
  };
}
