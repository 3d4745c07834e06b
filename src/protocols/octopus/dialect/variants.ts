/** The variants of a product, and which one a request means. */
import type { Catalogue, Operator, Product, ProductType } from '../../../catalogue/catalogue.ts';
import { Refusal } from '../../../core/errors.ts';
import { toNumber, toText } from '../../../core/json-amount.ts';
import type { Minor } from '../../../core/money.ts';
import type { Variant } from '../wire.ts';
import { type Answer, type Call, idOf } from './call.ts';
import { countryOf, isSold, soldOperator } from './products.ts';

const CATEGORIES = {
  airtime: 'Airtime',
  data: 'Data',
  bundle: 'Bundle',
  combo: 'Combo',
  pin: 'PIN',
  bill: 'Bill',
  gaming: 'Gaming',
} as const satisfies Record<ProductType, string>;

/** `GET /api/v1/topups/products/:id/variants` */
export function variantsOfProduct(call: Call): Answer {
  const { catalogue } = call.market;
  const operator = soldOperator(catalogue, idOf(call));
  return {
    body: catalogue.productsOf(operator.id).map((one) => renderVariant(catalogue, operator, one)),
  };
}

/** `GET /api/v1/topups/variants/:id` */
export function variant(call: Call): Answer {
  const { catalogue } = call.market;
  const product = catalogue.product(Number(idOf(call)));
  const operator = product && catalogue.operator(product.operatorId);
  if (!product || !operator || !isSold(operator))
    throw new Refusal('not_found', { message: 'Variant not found' });
  return { body: renderVariant(catalogue, operator, product) };
}

/**
 * The variant that an amount buys: one that is sold for exactly this amount, else one whose range holds it; of the
 * category only, where one is named. Throws "No variant available".
 */
export function pickVariant(
  catalogue: Catalogue,
  operator: Operator,
  wish: { readonly amount: Minor; readonly category: string | undefined },
): Product {
  const category = wish.category?.toLowerCase();
  const candidates = catalogue
    .productsOf(operator.id)
    .filter(({ type }) => category === undefined || CATEGORIES[type].toLowerCase() === category);
  const found = candidates.find(isExactly(wish.amount)) ?? candidates.find(holds(wish.amount));
  if (!found) throw new Refusal('amount_out_of_range');
  return found;
}

function isExactly(amount: Minor) {
  return ({ denomination }: Product) =>
    denomination.kind === 'fixed' && denomination.amounts.includes(amount);
}

function holds(amount: Minor) {
  return ({ denomination }: Product) =>
    denomination.kind === 'range' && denomination.min <= amount && amount <= denomination.max;
}

/** Plans are named after what they contain, main products after their category. */
export function variantName(product: Product): string {
  return product.code === undefined
    ? CATEGORIES[product.type]
    : `${product.description} / ${product.validity}`;
}

function renderVariant(catalogue: Catalogue, operator: Operator, product: Product): Variant {
  const { denomination, currency, validityDays, code, description } = product;
  const country = countryOf(catalogue, operator);
  const isFixed = denomination.kind === 'fixed';
  return {
    id: product.id,
    name: variantName(product),
    category: CATEGORIES[product.type],
    currency_code: currency,
    is_fixed_amount: isFixed,
    ...(!isFixed && {
      min_amount: toNumber(denomination.min, currency),
      max_amount: toNumber(denomination.max, currency),
    }),
    fixed_amounts: isFixed ? denomination.amounts.map((amount) => toText(amount, currency)) : [],
    available_in: [{ code: country.iso3, name: country.name }],
    fields: {
      ...(code !== undefined && { par_value: description }),
      delivery_time: 'Instant',
      ...(validityDays !== undefined && { validity_days: `${validityDays}` }),
    },
  };
}
