/** What an import would change: row by row and field by field. Pure. */
import type { CatalogueRows } from '../rows.ts';
import { type Json, textOf } from './cells.ts';
import { type Fault, type Reading, showRow } from './files.ts';
import { PART_NAMES, PARTS, type Part, type PartName, type Row } from './parts.ts';

export interface Change {
  readonly part: PartName;
  readonly kind: 'added' | 'changed' | 'withdrawn';
  readonly id: string;
  /** As files show them; of what was added or withdrawn none. */
  readonly fields: Readonly<Record<string, { readonly from: Json; readonly to: Json }>>;
  /** What is written; of what is withdrawn the row as it was. */
  readonly row: Row;
}

/** What files do not list is left as it is, unless it is to be withdrawn. Rates are never withdrawn. */
export function difference(
  catalogue: CatalogueRows,
  { rows }: Reading,
  unlisted: 'keep' | 'withdraw',
): Change[] {
  return PART_NAMES.flatMap((name) => {
    const given = rows[name];
    if (!given) return [];
    const part: Part = PARTS[name];
    const keyOf = (row: Row) => textOf(row[part.key]);
    const known = new Map(part.rowsOf(catalogue).map((row) => [keyOf(row), row]));
    const listed = new Set(given.map(({ row }) => keyOf(row)));
    const written = given.flatMap(({ row }): Change[] => {
      const id = keyOf(row);
      const before = known.get(id);
      if (!before) return [{ part: name, kind: 'added', id, fields: {}, row }];
      const fields = changedFields(part, before, row);
      return Object.keys(fields).length === 0 ? [] : [{ part: name, kind: 'changed', id, fields, row }];
    });
    const gone = [...known].filter(([id, row]) => !listed.has(id) && row['status'] !== 'out_of_service');
    const isWithdrawn = unlisted === 'withdraw' && name !== 'rates';
    return [
      ...written,
      ...(isWithdrawn ? gone : []).map(
        ([id, row]): Change => ({ part: name, kind: 'withdrawn', id, fields: {}, row }),
      ),
    ];
  });
}

function changedFields(part: Part, before: Row, after: Row): Change['fields'] {
  const [from, to] = [showRow(part, before), showRow(part, after)];
  return Object.fromEntries(
    Object.keys(part.columns)
      .filter((column) => JSON.stringify(from[column]) !== JSON.stringify(to[column]))
      .map((column) => [column, { from: from[column] ?? null, to: to[column] ?? null }]),
  );
}

/** What rows refer to and nobody has: neither the catalogue nor the files. */
export function danglingReferences(catalogue: CatalogueRows, { rows }: Reading): Fault[] {
  const operators = new Map<Json, Row>(
    PARTS.operators.rowsOf(catalogue).map((row) => [row['id'] ?? null, row]),
  );
  for (const { row } of rows.operators ?? []) operators.set(row['id'] ?? null, row);
  const products = new Map<Json, Row>(
    PARTS.products.rowsOf(catalogue).map((row) => [row['id'] ?? null, row]),
  );
  for (const { row } of rows.products ?? []) products.set(row['id'] ?? null, row);
  const countries = new Set<Json>(catalogue.countries.map(({ iso2 }) => iso2));
  const faults: Fault[] = [];
  const check = (part: PartName, column: string, issueOf: (row: Row) => string | undefined) => {
    for (const { line, row } of rows[part] ?? []) {
      const issue = issueOf(row);
      if (issue !== undefined) faults.push({ part, line, column, issue });
    }
  };
  const hasOperator = (column: string) => (row: Row) =>
    operators.has(row[column] ?? null) ? undefined : 'is no operator that is there';
  check('operators', 'country', ({ country = null }) =>
    countries.has(country) ? undefined : 'is no country that is there',
  );
  check('operators', 'network', hasOperator('network'));
  check('operators', 'product_id', ({ id, product_id = null }) =>
    products.get(product_id)?.['operator_id'] === id ? undefined : 'is no product of this operator',
  );
  check('products', 'operator_id', hasOperator('operator_id'));
  check('products', 'currency', ({ operator_id = null, currency }) => {
    const operator = operators.get(operator_id);
    return !operator || operator['currency'] === currency ? undefined : "is not the operator's";
  });
  check('prefixes', 'operator_id', hasOperator('operator_id'));
  check('promotions', 'operator_id', hasOperator('operator_id'));
  return faults;
}
