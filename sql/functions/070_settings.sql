-- What the server reads into memory, and what an operator of the switch sets by command.

create or replace function toprail.read_installation() returns table (epoch integer, sending_blocked boolean)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select i.epoch, i.sending_blocked from installation i
$$;

create or replace function toprail.read_providers() returns setof toprail.providers
language sql stable security definer set search_path = toprail, pg_temp as $$
  select * from providers order by id
$$;

create or replace function toprail.read_routes() returns setof toprail.routes
language sql stable security definer set search_path = toprail, pg_temp as $$
  select * from routes where in_service order by priority, id
$$;

-- The newest rate of each (account, operator).
create or replace function toprail.read_price_rates() returns setof toprail.price_rates
language sql stable security definer set search_path = toprail, pg_temp as $$
  select distinct on (account_id, operator_id) * from price_rates order by account_id, operator_id, id desc
$$;

-- Adds a provider; again with the same id, replaces its configuration and what else is given.
create or replace function toprail.add_provider(
  p_id text, p_environment text, p_connector text, p_config_sealed bytea, p_default_capability jsonb,
  p_capability jsonb, p_pinned boolean, p_settlement text
) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  insert into providers (id, environment, connector, config_sealed, capability, capability_pinned, settlement)
    values (p_id, p_environment, p_connector, p_config_sealed, coalesce(p_capability, p_default_capability),
      coalesce(p_pinned, false), coalesce(p_settlement, 'payable'))
    on conflict (id) do update set config_sealed = excluded.config_sealed,
        capability = coalesce(p_capability, providers.capability),
        capability_pinned = coalesce(p_pinned, providers.capability_pinned),
        settlement = coalesce(p_settlement, providers.settlement)
      where providers.environment = excluded.environment and providers.connector = excluded.connector;
  if not found then
    raise exception 'provider % exists with another environment or connector', p_id using errcode = 'TR003';
  end if;
  return true;
end $$;

create or replace function toprail.add_route(
  p_environment text, p_provider text, p_operator integer, p_product integer, p_sku text, p_cost_percent numeric,
  p_priority integer
) returns bigint
language sql security definer set search_path = toprail, pg_temp as $$
  insert into routes (environment, provider_id, operator_id, product_id, sku, cost_percent, priority)
    values (p_environment, p_provider, p_operator, p_product, p_sku, p_cost_percent, p_priority)
  on conflict (provider_id, coalesce(operator_id, 0), coalesce(product_id, 0)) do update
    set sku = excluded.sku, cost_percent = excluded.cost_percent, priority = excluded.priority, in_service = true
  returning id
$$;

create or replace function toprail.set_price_rate(p_account bigint, p_operator integer, p_percent numeric) returns bigint
language sql security definer set search_path = toprail, pg_temp as $$
  insert into price_rates (account_id, operator_id, percent) values (p_account, p_operator, p_percent) returning id
$$;

create or replace function toprail.set_plan(p_name text, p_percent numeric, p_fx_margin numeric) returns void
language sql security definer set search_path = toprail, pg_temp as $$
  insert into plans (name, percent, fx_margin_percent) values (p_name, p_percent, coalesce(p_fx_margin, 0))
  on conflict (name) do update set percent = excluded.percent,
    fx_margin_percent = coalesce(p_fx_margin, plans.fx_margin_percent)
$$;

-- Lanes of order ids, leased by the database's clock.
create or replace function toprail.lease_lane(p_holder uuid, p_lease_seconds double precision) returns smallint
language sql security definer set search_path = toprail, pg_temp as $$
  update lanes set holder = p_holder, expires_at = toprail.now() + make_interval(secs => p_lease_seconds)
  where lane = (select l.lane from lanes l
    where l.holder is null or l.holder = p_holder or l.expires_at <= toprail.now()
    order by (l.holder = p_holder) desc nulls last, l.lane limit 1 for update skip locked)
  returning lane
$$;

create or replace function toprail.keep_lane(p_holder uuid, p_lease_seconds double precision) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update lanes set expires_at = toprail.now() + make_interval(secs => p_lease_seconds) where holder = p_holder;
  return found;
end $$;

create or replace function toprail.release_lane(p_holder uuid) returns void
language sql security definer set search_path = toprail, pg_temp as $$
  update lanes set holder = null, expires_at = null where holder = p_holder
$$;
