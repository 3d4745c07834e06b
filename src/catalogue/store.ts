/** Reads the whole catalogue for memory: JSON text built by PostgreSQL, one row set a table. */
import { Catalogue, type Ported } from './catalogue.ts';
import type { CatalogueRows } from './rows.ts';
import type { Queryable } from './seed.ts';

/** The tables as the rows of `rows.ts`. Percentages and rates leave as text, without trailing zeros. */
const SELECT = `
  select json_build_object(
    'version', coalesce(
      (select version from toprail.catalogue_versions order by loaded_at desc, version limit 1), 'empty'),
    'countries', (select coalesce(json_agg(c), '[]') from toprail.countries c),
    'operators', (select coalesce(json_agg(o), '[]') from (
      select id, name, country, currency, bundle, data, pin, combo, supports_local_amounts,
        trim_scale(commission_international)::text as commission_international,
        trim_scale(commission_local)::text as commission_local,
        recipient_kind, email_domains, input_label, input_pattern, servers,
        network, product_id, code, status, list_order, source
      from toprail.operators) o),
    'products', (select coalesce(json_agg(p), '[]') from (
      select id, operator_id, name, type, class, currency, minimum, maximum, fixed_amounts, suggested, most_popular,
        validity, description, source, code, validity_days, data_megabytes, voice_minutes, messages, talk_time,
        circle, trim_scale(tax_percent)::text as tax_percent, tax_included, names, descriptions, status
      from toprail.products) p),
    'prefixes', (select coalesce(json_agg(p), '[]') from (
      select operator_id, array_agg(prefix) as prefixes from toprail.operator_prefixes group by operator_id) p),
    'promotions', (select coalesce(json_agg(p), '[]') from (
      select id, operator_id, title, title2, description, denominations, local_denominations, source, texts,
        to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as starts_at,
        to_char(ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as ends_at
      from toprail.promotions) p),
    'rates', (select coalesce(json_agg(r), '[]') from (
      select distinct on (base, quote) base, quote, trim_scale(rate)::text as rate, version, source,
        valid_on::text as valid_on
      from toprail.exchange_rates order by base, quote, id desc) r)
  )::text as catalogue`;

export async function readRows(db: Queryable): Promise<CatalogueRows> {
  const { rows } = await db.query(SELECT);
  const [row] = rows as { catalogue: string }[];
  // The statement above builds this very shape; constraints guard the values, and the constructor the references.
  return JSON.parse(row?.catalogue ?? '{}') as CatalogueRows;
}

/** `ported`: the ports that this installation has learnt; the sandbox starts with `readSandboxPorted()`. */
export async function loadCatalogue(db: Queryable, ported: Ported = new Map()): Promise<Catalogue> {
  return new Catalogue(await readRows(db), ported);
}
