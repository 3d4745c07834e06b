/** What is sold: an operator is a product, what it sells are the product's variants. */
import type { Catalogue, Operator } from '../../../catalogue/catalogue.ts';
import { inputsOf } from '../../../catalogue/inputs.ts';
import { logoPath } from '../../../catalogue/logo.ts';
import { assert } from '../../../core/assert.ts';
import { Refusal } from '../../../core/errors.ts';
import { type InputField, type Product, type ProductDetail, TOPUP_TYPES, type TopupType } from '../wire.ts';
import { type Answer, type Call, idOf } from './call.ts';
import { offsetOf, readPage, renderPage } from './page.ts';
import { readOneOf, readText } from './query.ts';

/** `GET /api/v1/topups/products` */
export function products({ market, query, baseUrl }: Call): Answer {
  const { catalogue } = market;
  const type = readOneOf(query, 'type', TOPUP_TYPES);
  const search = readText(query, 'search')?.toLowerCase();
  const page = readPage(query);
  const found = catalogue
    .operators()
    .filter(isSold)
    .filter((operator) => type === undefined || topupTypeOf(catalogue, operator) === type)
    .filter((operator) => search === undefined || nameOf(catalogue, operator).toLowerCase().includes(search));
  const offset = offsetOf(page);
  const shown = found.slice(offset, offset + page.perPage);
  return renderPage(
    shown.map((operator) => renderProduct(catalogue, operator, baseUrl)),
    page,
    found.length,
  );
}

/** `GET /api/v1/topups/products/:id` */
export function product(call: Call): Answer {
  const { catalogue } = call.market;
  const operator = soldOperator(catalogue, idOf(call));
  const body: ProductDetail = {
    ...renderProduct(catalogue, operator, call.baseUrl),
    input_fields: inputFieldsOf(operator),
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

/**
 * PINs would need a place in the order that shows them, and Octopus has none; who is served by another thing than a
 * phone number or an address cannot be ordered for yet.
 */
export function isSold({ status, pin }: Operator): boolean {
  return status === 'in_service' && !pin;
}

export function topupTypeOf(catalogue: Catalogue, operator: Operator): TopupType {
  const { class: sold } = catalogue.mainProduct(operator);
  if (sold === 'gaming') return 'GAMING';
  return sold === 'mobile' && operator.recipient.kind === 'phone' ? 'MOBILE' : 'UTILITY';
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

/** The fields of `input_data` that an order of this product needs, all of them. */
export function inputFieldsOf({ recipient }: Operator): readonly InputField[] {
  return inputsOf(recipient).map(({ name, type, label, pattern, choices }) => ({
    field_name: name === 'phone' ? 'phone_number' : name,
    type: type === 'choice' ? 'select' : type,
    label,
    required: true,
    ...(pattern !== undefined && { pattern }),
    ...(choices && { options: choices }),
  }));
}

function renderProduct(catalogue: Catalogue, operator: Operator, baseUrl: string): Product {
  return {
    id: operator.productId,
    name: nameOf(catalogue, operator),
    topup_type: topupTypeOf(catalogue, operator),
    country_code: countryCodeOf(catalogue, operator),
    currency_code: operator.currency,
    image_url: baseUrl + logoPath(operator.id),
  };
}
