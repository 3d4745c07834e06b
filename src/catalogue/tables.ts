/** The tables of the catalogue, and how rows get into them. The column lists are those of `rows.ts`. */

/** The first of each is the key. */
export const COLUMNS = {
  countries: 'iso2 iso3 name continent currency calling_codes flag'.split(' '),
  operators: (
    'id name country currency bundle data pin combo supports_local_amounts commission_international ' +
    'commission_local recipient_kind email_domains input_label input_pattern servers network product_id code ' +
    'status list_order source'
  ).split(' '),
  products: (
    'id operator_id name type class currency minimum maximum fixed_amounts suggested most_popular validity ' +
    'description source code validity_days data_megabytes voice_minutes messages talk_time circle tax_percent ' +
    'tax_included names descriptions status'
  ).split(' '),
  operator_prefixes: ['prefix', 'operator_id'],
  promotions:
    'id operator_id title title2 description starts_at ends_at denominations local_denominations source texts'.split(
      ' ',
    ),
} as const satisfies Record<string, readonly string[]>;

export type CatalogueTable = keyof typeof COLUMNS;

/** Countries are facts that no installation sets. */
const isSettable = (table: CatalogueTable) => table !== 'countries';

/**
 * `$1` is a JSON array of rows. The record types are the tables' own, so a column cannot be missed. A row that is
 * there already and equal is left alone. As the release, what the installation has set is left alone, too.
 */
export function upsert(table: CatalogueTable, setBy: 'release' | 'installation'): string {
  const columns: readonly string[] = COLUMNS[table];
  const [key, ...rest] = columns;
  const settable = isSettable(table);
  const written = settable ? [...columns, 'set_by'] : columns;
  const assigned = settable ? [...rest, 'set_by'] : rest;
  const list = (names: readonly string[], prefix: string) =>
    names.map((name) => `${prefix}${name}`).join(', ');
  return `
    insert into toprail.${table} as stored (${list(written, '')})
    select ${list(columns, 'given.')}${settable ? `, '${setBy}'` : ''}
    from jsonb_populate_recordset(null::toprail.${table}, $1::jsonb) given
    on conflict (${key}) do update set ${assigned.map((name) => `${name} = excluded.${name}`).join(', ')}
    where (${list(rest, 'stored.')}) is distinct from (${list(rest, 'excluded.')})
    ${settable && setBy === 'release' ? "and stored.set_by = 'release'" : ''}`;
}
