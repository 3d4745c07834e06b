/**
 * Loads the checked-in catalogue into its tables: one statement a table, everything in the caller's transaction.
 * Rows are inserted or brought up to date by id; what a new release no longer lists stays, out of service, since
 * orders refer to it. The same data again changes nothing.
 */
import { catalogueDataVersion, readCatalogueData } from './data.ts';
import type { CatalogueRows } from './rows.ts';

/** What loading and reading need of a connection that is logged in as the owner of the schema. */
export interface Queryable {
  query(sql: string, params?: string[]): Promise<{ rows: unknown[] }>;
}

export async function seedCatalogue(db: Queryable): Promise<'seeded' | 'unchanged'> {
  const { rows } = await db.query(
    'select version from toprail.catalogue_versions order by loaded_at desc, version limit 1',
  );
  const [newest] = rows as { version: string }[];
  if (newest?.version === catalogueDataVersion()) return 'unchanged';
  await writeCatalogue(db, readCatalogueData());
  return 'seeded';
}

/** Writes any catalogue; `seedCatalogue` for the checked-in one. */
export async function writeCatalogue(db: Queryable, data: CatalogueRows): Promise<void> {
  const parts: Record<keyof typeof STATEMENTS, readonly unknown[]> = {
    countries: data.countries,
    outOfService: data.operators.map(({ id }) => ({ id })),
    operators: data.operators,
    products: data.products,
    otherPrefixes: [],
    prefixes: data.prefixes.flatMap(({ operator_id, prefixes }) =>
      prefixes.map((prefix) => ({ prefix, operator_id })),
    ),
    otherPromotions: data.promotions.map(({ id }) => ({ id })),
    promotions: data.promotions,
    rates: data.rates,
  };
  for (const [name, sql] of Object.entries(STATEMENTS))
    await db.query(sql, [JSON.stringify(parts[name as keyof typeof STATEMENTS])]); // keys of the very object
  await db.query(
    `insert into toprail.catalogue_versions (version) values ($1)
     on conflict (version) do update set loaded_at = toprail.now()`,
    [data.version],
  );
}

/** `$1` is a JSON array of rows. The record types are the tables' own, so a column cannot be missed. */
const upsert = (table: string, key: string, columns: readonly string[]) => `
  insert into toprail.${table} (${columns.join(', ')})
  select ${columns.join(', ')} from jsonb_populate_recordset(null::toprail.${table}, $1::jsonb)
  on conflict (${key}) do update set ${columns
    .filter((column) => column !== key)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}`;

const COUNTRY_COLUMNS = 'iso2 iso3 name continent currency calling_codes flag'.split(' ');
const OPERATOR_COLUMNS = (
  'id name country currency bundle data pin combo supports_local_amounts ' +
  'commission_international commission_local email_domains network product_id code status ' +
  'list_order source'
).split(' ');
const PRODUCT_COLUMNS = (
  'id operator_id name type currency minimum maximum fixed_amounts suggested most_popular ' +
  'validity description source code validity_days data_megabytes voice_minutes messages'
).split(' ');
const PROMOTION_COLUMNS = [
  'id',
  'operator_id',
  'title',
  'title2',
  'description',
  'starts_at',
  'ends_at',
  'denominations',
  'local_denominations',
  'source',
];

/** In the order of their foreign keys. */
const STATEMENTS = {
  countries: upsert('countries', 'iso2', COUNTRY_COLUMNS),
  outOfService: `
    update toprail.operators set status = 'out_of_service', code = null
    where id not in (select id from jsonb_to_recordset($1::jsonb) as kept (id integer))`,
  operators: upsert('operators', 'id', OPERATOR_COLUMNS),
  products: upsert('products', 'id', PRODUCT_COLUMNS),
  otherPrefixes: 'delete from toprail.operator_prefixes where $1::jsonb is not null',
  prefixes: upsert('operator_prefixes', 'prefix', ['prefix', 'operator_id']),
  otherPromotions: `
    delete from toprail.promotions
    where id not in (select id from jsonb_to_recordset($1::jsonb) as kept (id integer))`,
  promotions: upsert('promotions', 'id', PROMOTION_COLUMNS),
  rates: `
    insert into toprail.exchange_rates (base, quote, rate, version, source, valid_on)
    select base, quote, rate, version, source, valid_on
    from jsonb_populate_recordset(null::toprail.exchange_rates, $1::jsonb) r
    where not exists (
      select from toprail.exchange_rates e where e.base = r.base and e.quote = r.quote and e.source = 'manual'
    )
    on conflict (base, quote, version) do nothing`,
};
