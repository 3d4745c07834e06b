-- Adds what a process has counted since the last time, and forgets what nobody asks for any more.
create or replace function toprail.add_delivery_health(
  p_environment text[], p_operator integer[], p_bucket smallint[], p_orders bigint[]
) returns void
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare v_slot timestamptz := date_bin('10 minutes', toprail.now(), '2025-01-01 00:00:00+00');
begin
  delete from delivery_health h where h.slot < v_slot - interval '2 days';
  -- In the order of the key: processes that add at the same time never wait for each other in a circle.
  insert into delivery_health as h (environment, operator_id, slot, bucket, orders)
    select c.environment, c.operator_id, v_slot, c.bucket, c.orders
    from unnest(p_environment, p_operator, p_bucket, p_orders) as c(environment, operator_id, bucket, orders)
    order by c.environment, c.operator_id, c.bucket
    on conflict (environment, slot, operator_id, bucket) do update set orders = h.orders + excluded.orders;
end $$;

-- Of the last hour and the last day.
create or replace function toprail.read_delivery_health(p_environment text)
returns table (operator_id integer, bucket smallint, hour bigint, day bigint)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select h.operator_id, h.bucket,
    coalesce(sum(h.orders) filter (where h.slot > toprail.now() - interval '70 minutes'), 0)::bigint, sum(h.orders)::bigint
  from delivery_health h
  where h.environment = p_environment and h.slot > toprail.now() - interval '1 day'
  group by h.operator_id, h.bucket
$$;
