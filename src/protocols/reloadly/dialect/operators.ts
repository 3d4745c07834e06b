import type { Catalogue, Operator } from '../../../catalogue/catalogue.ts';
import type * as wire from '../wire.ts';
import { type Call, countryOf, operatorOf } from './call.ts';
import { type OperatorFilter, readOperatorFilter } from './operator-filter.ts';
import { pageOf, readPage } from './page.ts';
import { renderOperator, renderSimplified } from './render-operator.ts';
import { type Terms, termsOf } from './terms.ts';

type ShownOperator = wire.Operator | wire.SimplifiedOperator;

/** `GET /operators`, by name. */
export async function operators(call: Call): Promise<wire.Page<ShownOperator>> {
  const { catalogue } = call.market;
  const filter = readOperatorFilter(call.query, catalogue);
  const page = readPage(call.query);
  const terms = await termsOf(call);
  return pageOf(byName(catalogue).filter(filter.keeps), page, (one) => show(terms, one, filter));
}

/** `GET /operators/countries/{iso}`: all of them, in the catalogue's order, plain airtime first. */
export async function operatorsOfCountry(call: Call): Promise<ShownOperator[]> {
  const { catalogue } = call.market;
  const filter = readOperatorFilter(call.query, catalogue);
  const { iso2 } = countryOf(catalogue, call.params['iso'] ?? '');
  const terms = await termsOf(call);
  return catalogue
    .operatorsOf(iso2)
    .filter(filter.keeps)
    .map((one) => show(terms, one, filter));
}

/** `GET /operators/{id}` */
export async function operatorById(call: Call): Promise<ShownOperator> {
  const { catalogue } = call.market;
  const filter = readOperatorFilter(call.query, catalogue);
  const found = operatorOf(catalogue, call.params['id'] ?? '');
  return show(await termsOf(call), found, filter);
}

export function show(terms: Terms, operator: Operator, filter: OperatorFilter): ShownOperator {
  return filter.simplified ? renderSimplified(operator) : renderOperator(terms, operator, filter);
}

/** A catalogue never changes, so it is sorted once. */
const sorted = new WeakMap<Catalogue, readonly Operator[]>();

function byName(catalogue: Catalogue): readonly Operator[] {
  let list = sorted.get(catalogue);
  if (!list) {
    list = catalogue
      .operators()
      .toSorted((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()) || a.id - b.id);
    sorted.set(catalogue, list);
  }
  return list;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
