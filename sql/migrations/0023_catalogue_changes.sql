-- What has changed in the catalogue, for clients that keep a copy: one row per thing that changed, written by
-- triggers in the transaction that changes it, so that no way of changing it is forgotten. Ids rise in the order of
-- commits, because whoever changes something holds a lock until the end.
create table toprail.catalogue_changes (
  id bigint generated always as identity primary key,
  version text not null references toprail.catalogue_versions,
  at timestamptz not null default toprail.now(),
  kind text not null check (kind in ('added', 'changed', 'withdrawn')),
  resource text not null check (
    resource in ('catalogue', 'country', 'operator', 'product', 'promotion', 'rate')),
  resource_id text not null,
  -- Names of the columns that have other values now; of what was added or withdrawn none. `prefixes` of an operator:
  -- its number ranges.
  fields text[] not null
);
grant select on toprail.catalogue_changes to toprail_app, toprail_engine, toprail_auditor;
-- Triggers run as the engine, whoever changes something.
grant insert on toprail.catalogue_changes to toprail_engine;
grant insert, update on toprail.catalogue_versions to toprail_engine;

-- The version that this transaction makes: as it was begun, else one named after the transaction.
create function toprail.catalogue_version() returns text
language plpgsql volatile set search_path = toprail, pg_temp as $$
declare
  v_version text := nullif(current_setting('toprail.catalogue_version', true), '');
begin
  if v_version is null then
    v_version := 'tx-' || pg_current_xact_id();
    perform begin_catalogue_version(v_version, 'installation');
  end if;
  return v_version;
end $$;

-- Names the version that the rest of this transaction makes. Running servers hear of it at the commit and read the
-- catalogue anew. The number of the lock and the name of the channel are also in src/cli/connect.ts.
create function toprail.begin_catalogue_version(p_version text, p_set_by text) returns void
language plpgsql volatile set search_path = toprail, pg_temp as $$
begin
  perform pg_advisory_xact_lock(7467003);
  perform set_config('toprail.catalogue_version', p_version, true);
  perform set_config('toprail.catalogue_is_first', (not exists (select from catalogue_versions))::text, true);
  insert into catalogue_versions (version, set_by) values (p_version, p_set_by)
    on conflict (version) do update set loaded_at = toprail.now(), set_by = excluded.set_by;
  perform pg_notify('toprail_settings', '');
  -- 30,000 rows of an empty catalogue are no change to anybody: one row says that it was loaded.
  if current_setting('toprail.catalogue_is_first')::boolean then
    insert into catalogue_changes (version, kind, resource, resource_id, fields)
      values (p_version, 'added', 'catalogue', p_version, '{}');
  end if;
end $$;

-- Arguments: the resource and the column that names it. Who wrote a row is not a change of what is sold.
-- No nested loops: a session plans for as many rows as its first call had, and 2,300 of them took 1.7 s instead of 0.3.
create function toprail.record_catalogue_change() returns trigger
language plpgsql volatile security definer set search_path = toprail, pg_temp set enable_nestloop = off as $$
begin
  if current_setting('toprail.catalogue_is_first', true) = 'true' then return null; end if;
  -- A scalar subquery runs once, and only where there is a row: without a change there is no version.
  if tg_op = 'INSERT' then
    insert into catalogue_changes (version, kind, resource, resource_id, fields)
      select (select catalogue_version()), 'added', tg_argv[0], to_jsonb(n) ->> tg_argv[1], '{}'
      from new_rows n order by to_jsonb(n) -> tg_argv[1];
  elsif tg_op = 'DELETE' then
    insert into catalogue_changes (version, kind, resource, resource_id, fields)
      select (select catalogue_version()), 'withdrawn', tg_argv[0], to_jsonb(o) ->> tg_argv[1], '{}'
      from old_rows o order by to_jsonb(o) -> tg_argv[1];
  else
    -- Materialized, so that no row becomes JSON twice.
    with n as materialized (select to_jsonb(r) - 'set_by' as value, to_jsonb(r) ->> tg_argv[1] as key from new_rows r),
      o as materialized (select to_jsonb(r) - 'set_by' as value, to_jsonb(r) ->> tg_argv[1] as key from old_rows r)
    insert into catalogue_changes (version, kind, resource, resource_id, fields)
      select (select catalogue_version()),
        case when n.value ->> 'status' = 'out_of_service' and o.value ->> 'status' = 'in_service'
          then 'withdrawn' else 'changed' end,
        tg_argv[0], key,
        array(select field from jsonb_object_keys(n.value) field
          where n.value -> field is distinct from o.value -> field order by field)
      from n join o using (key)
      where n.value <> o.value
      order by n.value -> tg_argv[1];
  end if;
  return null;
end $$;

-- Of number ranges, one row per operator that gained or lost some.
create function toprail.record_prefix_change() returns trigger
language plpgsql volatile security definer set search_path = toprail, pg_temp as $$
declare
  v_operators integer[];
begin
  if current_setting('toprail.catalogue_is_first', true) = 'true' then return null; end if;
  if tg_op = 'INSERT' then
    v_operators := array(select distinct operator_id from new_rows);
  elsif tg_op = 'DELETE' then
    v_operators := array(select distinct operator_id from old_rows);
  else
    v_operators := array(
      select distinct unnest(array[n.operator_id, o.operator_id])
      from new_rows n join old_rows o using (prefix) where n.operator_id <> o.operator_id);
  end if;
  insert into catalogue_changes (version, kind, resource, resource_id, fields)
    select (select catalogue_version()), 'changed', 'operator', o::text, '{prefixes}'
    from unnest(v_operators) o order by o;
  return null;
end $$;

-- Exchange rates are only ever added; a new one changes what its currency is worth.
create function toprail.record_rate_change() returns trigger
language plpgsql volatile security definer set search_path = toprail, pg_temp as $$
begin
  if current_setting('toprail.catalogue_is_first', true) = 'true' then return null; end if;
  insert into catalogue_changes (version, kind, resource, resource_id, fields)
    select (select catalogue_version()), 'changed', 'rate', n.quote, '{rate}' from new_rows n order by n.quote;
  return null;
end $$;

create trigger countries_added after insert on toprail.countries referencing new table as new_rows
  for each statement execute function toprail.record_catalogue_change('country', 'iso2');
create trigger countries_changed after update on toprail.countries
  referencing old table as old_rows new table as new_rows
  for each statement execute function toprail.record_catalogue_change('country', 'iso2');

create trigger operators_added after insert on toprail.operators referencing new table as new_rows
  for each statement execute function toprail.record_catalogue_change('operator', 'id');
create trigger operators_changed after update on toprail.operators
  referencing old table as old_rows new table as new_rows
  for each statement execute function toprail.record_catalogue_change('operator', 'id');

create trigger products_added after insert on toprail.products referencing new table as new_rows
  for each statement execute function toprail.record_catalogue_change('product', 'id');
create trigger products_changed after update on toprail.products
  referencing old table as old_rows new table as new_rows
  for each statement execute function toprail.record_catalogue_change('product', 'id');

create trigger promotions_added after insert on toprail.promotions referencing new table as new_rows
  for each statement execute function toprail.record_catalogue_change('promotion', 'id');
create trigger promotions_changed after update on toprail.promotions
  referencing old table as old_rows new table as new_rows
  for each statement execute function toprail.record_catalogue_change('promotion', 'id');
create trigger promotions_withdrawn after delete on toprail.promotions referencing old table as old_rows
  for each statement execute function toprail.record_catalogue_change('promotion', 'id');

create trigger prefixes_added after insert on toprail.operator_prefixes referencing new table as new_rows
  for each statement execute function toprail.record_prefix_change();
create trigger prefixes_changed after update on toprail.operator_prefixes
  referencing old table as old_rows new table as new_rows
  for each statement execute function toprail.record_prefix_change();
create trigger prefixes_withdrawn after delete on toprail.operator_prefixes referencing old table as old_rows
  for each statement execute function toprail.record_prefix_change();

create trigger exchange_rates_added after insert on toprail.exchange_rates referencing new table as new_rows
  for each statement execute function toprail.record_rate_change();

revoke execute on function toprail.catalogue_version(), toprail.begin_catalogue_version(text, text) from public;
grant execute on function toprail.catalogue_version(), toprail.begin_catalogue_version(text, text) to toprail_engine;
