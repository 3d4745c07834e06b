-- Partitions, created ahead: orders and what hangs on them by month of the id, events by ranges of ids.

-- The smallest id minted at an instant (core/ids.ts: 12 bits below the milliseconds since 2025).
create or replace function toprail.first_id_at(p_at timestamptz) returns bigint
language sql immutable as $$
  select (extract(epoch from p_at) * 1000 - 1735689600000)::bigint << 12
$$;

-- Creates what the next two months and the next twenty million events need. Returns how many were created.
create or replace function toprail.create_partitions() returns integer
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_month timestamptz := date_trunc('month', toprail.now() at time zone 'UTC') at time zone 'UTC';
  v_from timestamptz;
  v_table text;
  v_name text;
  v_created integer := 0;
  v_range bigint := 10000000;
  v_first bigint;
begin
  perform pg_advisory_xact_lock(hashtext('toprail.create_partitions'));
  for v_step in -1 .. 2 loop
    v_from := ((v_month at time zone 'UTC') + make_interval(months => v_step)) at time zone 'UTC';
    foreach v_table in array array['orders', 'order_progress', 'attempts', 'evidence', 'transfers'] loop
      v_name := v_table || '_' || to_char(v_from at time zone 'UTC', 'YYYY_MM');
      continue when to_regclass('toprail.' || v_name) is not null;
      -- Made apart and attached: that locks out neither readers nor writers of the table.
      execute format('create table toprail.%I (like toprail.%I including all)', v_name, v_table);
      execute format('alter table toprail.%I attach partition toprail.%I for values from (%s) to (%s)', v_table, v_name,
        toprail.first_id_at(v_from), toprail.first_id_at(((v_from at time zone 'UTC') + interval '1 month') at time zone 'UTC'));
      v_created := v_created + 1;
    end loop;
  end loop;
  select last_id / v_range into v_first from event_counter;
  for v_step in 0 .. 2 loop
    v_name := 'events_' || lpad((v_first + v_step)::text, 5, '0');
    continue when to_regclass('toprail.' || v_name) is not null;
    execute format('create table toprail.%I (like toprail.events including all)', v_name);
    execute format('alter table toprail.events attach partition toprail.%I for values from (%s) to (%s)', v_name,
      (v_first + v_step) * v_range, (v_first + v_step + 1) * v_range);
    v_created := v_created + 1;
  end loop;
  return v_created;
end $$;
