/**
 * What this API sells: everything of type data or bundle that is delivered to a phone for a fixed amount. A plan has
 * a code of its own (`BND001`); one of several amounts of a product is named by both: `186-500`.
 */
import type { Catalogue, Operator, Product } from '../../../catalogue/catalogue.ts';
import { currencyOf } from '../../../core/currency.ts';
import { formatAmount, type Minor, parseAmount } from '../../../core/money.ts';

export interface Bundle {
  readonly id: string;
  readonly product: Product;
  readonly operator: Operator;
  /** In the operator's currency. */
  readonly amount: Minor;
}

const BY_AMOUNT = /^([1-9]\d{0,8})-(\d{1,15}(?:\.\d{1,4})?)$/;

export function bundleById(catalogue: Catalogue, id: string): Bundle | undefined {
  const named = catalogue.productByCode(id);
  if (named) return bundlesOf(catalogue, named).find((bundle) => bundle.id === id);
  const match = BY_AMOUNT.exec(id);
  const product = match ? catalogue.product(Number(match[1])) : undefined;
  const amount = product && parseAmount(match?.[2] ?? '', currencyOf(product.currency).exponent);
  if (!product || amount === undefined) return undefined;
  // A bundle has one id: `186-500` and not `186-500.00` beside it.
  return bundlesOf(catalogue, product).find((bundle) => bundle.amount === amount && bundle.id === id);
}

export function allBundles(catalogue: Catalogue): readonly Bundle[] {
  return catalogue.products().flatMap((product) => bundlesOf(catalogue, product));
}

/** The id under which an amount of a product is sold here; undefined for what is not a bundle. */
export function bundleIdOf(product: Product, amount: Minor): string | undefined {
  const { denomination } = product;
  if (denomination.kind !== 'fixed' || !isBundle(product) || !denomination.amounts.includes(amount))
    return undefined;
  if (product.code !== undefined) return product.code;
  return `${product.id}-${formatAmount(amount, currencyOf(product.currency).exponent).replace(/\.0+$/, '')}`;
}

function bundlesOf(catalogue: Catalogue, product: Product): Bundle[] {
  const operator = catalogue.operator(product.operatorId);
  if (operator?.recipient.kind !== 'phone' || product.denomination.kind !== 'fixed') return [];
  // This API cannot say in which circle a number is.
  if (product.circle !== undefined) return [];
  return product.denomination.amounts.flatMap((amount) => {
    const id = bundleIdOf(product, amount);
    return id === undefined ? [] : [{ id, product, operator, amount }];
  });
}

function isBundle({ type }: Product): boolean {
  return type === 'data' || type === 'bundle';
}
