/**
 * Loads the checked-in catalogue into its tables: one statement a table, everything in the caller's transaction.
 * Rows are inserted or brought up to date by id; what a new release no longer lists stays, out of service, since
 * orders refer to it. What the installation has set itself (`set_by`) is left as it is. The same data again changes
 * nothing.
 */
import { catalogueDataVersion, readCatalogueData } from './data.ts';
import type { CatalogueRows } from './rows.ts';
import { type CatalogueTable, upsert } from './tables.ts';

/** What loading and reading need of a connection that is logged in as the owner of the schema. */
export interface Queryable {
  query(sql: string, params?: string[]): Promise<{ rows: unknown[] }>;
}

/** Imports and commands make versions of their own, which say nothing about the release. */
export async function seedCatalogue(db: Queryable): Promise<'seeded' | 'unchanged'> {
  const { rows } = await db.query(
    `select version from toprail.catalogue_versions where set_by = 'release'
     order by loaded_at desc, version limit 1`,
  );
  const [newest] = rows as { version: string }[];
  if (newest?.version === catalogueDataVersion()) return 'unchanged';
  await writeCatalogue(db, readCatalogueData());
  return 'seeded';
}

/** Writes any catalogue as that of a release; `seedCatalogue` for the checked-in one. */
export async function writeCatalogue(db: Queryable, data: CatalogueRows): Promise<void> {
  await db.query("select toprail.begin_catalogue_version($1, 'release')", [data.version]);
  const prefixes = data.prefixes.flatMap(({ operator_id, prefixes: held }) =>
    held.map((prefix) => ({ prefix, operator_id })),
  );
  const parts: Record<keyof typeof STATEMENTS, readonly unknown[]> = {
    countries: data.countries,
    otherOperators: data.operators.map(({ id }) => ({ id })),
    operators: data.operators,
    otherProducts: data.products.map(({ id }) => ({ id })),
    products: data.products,
    otherPrefixes: prefixes,
    prefixes,
    otherPromotions: data.promotions.map(({ id }) => ({ id })),
    promotions: data.promotions,
    rates: data.rates,
  };
  for (const [name, sql] of Object.entries(STATEMENTS))
    await db.query(sql, [JSON.stringify(parts[name as keyof typeof STATEMENTS])]); // keys of the very object
}

const LISTED = 'select id from jsonb_to_recordset($1::jsonb) as listed (id integer)';
const byRelease = (table: CatalogueTable) => upsert(table, 'release');

/** In the order of their foreign keys. */
const STATEMENTS = {
  countries: byRelease('countries'),
  otherOperators: `
    update toprail.operators set status = 'out_of_service', code = null
    where set_by = 'release' and status = 'in_service' and id not in (${LISTED})`,
  operators: byRelease('operators'),
  otherProducts: `
    update toprail.products set status = 'out_of_service', code = null
    where set_by = 'release' and status = 'in_service' and id not in (${LISTED})`,
  products: byRelease('products'),
  otherPrefixes: `
    delete from toprail.operator_prefixes
    where set_by = 'release' and prefix not in (
      select prefix from jsonb_to_recordset($1::jsonb) as listed (prefix text))`,
  prefixes: byRelease('operator_prefixes'),
  otherPromotions: `delete from toprail.promotions where set_by = 'release' and id not in (${LISTED})`,
  promotions: byRelease('promotions'),
  rates: `
    insert into toprail.exchange_rates (base, quote, rate, version, source, valid_on)
    select base, quote, rate, version, source, valid_on
    from jsonb_populate_recordset(null::toprail.exchange_rates, $1::jsonb) r
    where not exists (
      select from toprail.exchange_rates e where e.base = r.base and e.quote = r.quote and e.source = 'manual'
    )
    on conflict (base, quote, version) do nothing`,
};
