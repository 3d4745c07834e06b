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

-- Rules that are in force or will be; what has ended prices nothing any more.
create or replace function toprail.read_price_rules() returns setof toprail.price_rules
language sql stable security definer set search_path = toprail, pg_temp as $$
  select * from price_rules where ends_at is null or ends_at > toprail.now() order by id
$$;

create or replace function toprail.read_reseller_margins() returns setof toprail.reseller_margins
language sql stable security definer set search_path = toprail, pg_temp as $$
  select distinct on (child_id, operator_id, product_type) * from reseller_margins
  order by child_id, operator_id, product_type, id desc
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

-- A conformance run has seen one delivery after two submissions of one reference. False: the record claims nothing.
create or replace function toprail.prove_idempotent_submit(p_id text, p_actor text) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update providers set capability = jsonb_set(capability, '{idempotentSubmit}', '"proven"'),
      proven_at = toprail.now(), proven_by = p_actor
    where id = p_id and capability ->> 'idempotentSubmit' in ('claimed', 'proven');
  return found;
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

create or replace function toprail.add_price_rule(
  p_term text, p_account bigint, p_operator integer, p_plan text, p_product_type text, p_percent numeric,
  p_fixed bigint, p_currency text, p_starts_at timestamptz, p_ends_at timestamptz
) returns bigint
language sql security definer set search_path = toprail, pg_temp as $$
  insert into price_rules (term, account_id, operator_id, plan, product_type, percent, fixed, currency, starts_at, ends_at)
    values (p_term, p_account, p_operator, p_plan, p_product_type, p_percent, coalesce(p_fixed, 0), p_currency,
      coalesce(p_starts_at, toprail.now()), p_ends_at) returning id
$$;

-- False: there is no such rule, or it has ended already.
create or replace function toprail.end_price_rule(p_id bigint, p_at timestamptz) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update price_rules set ends_at = greatest(coalesce(p_at, toprail.now()), starts_at + interval '1 microsecond')
    where id = p_id and (ends_at is null or ends_at > toprail.now());
  return found;
end $$;

create or replace function toprail.list_price_rules() returns setof toprail.price_rules
language sql stable security definer set search_path = toprail, pg_temp as $$
  select * from price_rules order by id
$$;

create or replace function toprail.set_reseller_margin(
  p_child bigint, p_operator integer, p_product_type text, p_percent numeric
) returns bigint
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_id bigint;
begin
  if not exists (select from accounts a where a.id = p_child and a.parent_id is not null) then
    raise exception 'acc_% has no account above it', p_child using errcode = 'TR003';
  end if;
  insert into reseller_margins (child_id, operator_id, product_type, percent)
    values (p_child, p_operator, p_product_type, p_percent) returning id into v_id;
  return v_id;
end $$;

create or replace function toprail.set_plan(
  p_name text, p_percent numeric, p_fx_margin numeric, p_sells text[], p_fee bigint, p_fee_currency text
) returns void
language sql security definer set search_path = toprail, pg_temp as $$
  insert into plans (name, percent, fx_margin_percent, sells, fee, fee_currency)
    values (p_name, p_percent, coalesce(p_fx_margin, 0), p_sells, coalesce(p_fee, 0), p_fee_currency)
  on conflict (name) do update set percent = excluded.percent,
    fx_margin_percent = coalesce(p_fx_margin, plans.fx_margin_percent), sells = coalesce(p_sells, plans.sells),
    fee = coalesce(p_fee, plans.fee), fee_currency = coalesce(p_fee_currency, plans.fee_currency)
$$;

-- Moves an account to another plan; entering it costs the plan's fee, out of the wallet of the fee's currency.
-- Outcomes: changed, unchanged, insufficient_balance, wallet_not_found.
create or replace function toprail.change_plan(p_account bigint, p_plan text, p_id bigint, p_actor text)
returns table (outcome text, fee bigint, currency text)
language plpgsql security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
declare
  v_now timestamptz := toprail.now();
  v_plan plans;
  v_known text;
  v_wallet wallets;
begin
  select * into v_plan from plans p where p.name = p_plan;
  if v_plan.name is null then raise exception 'there is no plan %', p_plan using errcode = 'TR003'; end if;
  select a.plan into v_known from accounts a where a.id = p_account and a.status <> 'closed' for update;
  if v_known is null then raise exception 'there is no account acc_%', p_account using errcode = 'TR003'; end if;
  if v_known = p_plan then
    return query select 'unchanged', 0::bigint, v_plan.fee_currency;
    return;
  end if;
  if v_plan.fee > 0 then
    select * into v_wallet from wallets w where w.account_id = p_account and w.currency = v_plan.fee_currency for update;
    if v_wallet.id is null or v_wallet.posted - v_wallet.held + v_wallet.credit_limit < v_plan.fee then
      return query select case when v_wallet.id is null then 'wallet_not_found' else 'insufficient_balance' end,
        v_plan.fee, v_plan.fee_currency;
      return;
    end if;
    perform move_money(array[p_account], array[p_id], array['plan_fee'], array[0::smallint], array['wallet'],
      array['revenue'], array[v_plan.fee], array[v_plan.fee_currency], array[v_wallet.id], array[]::bigint[],
      array[]::bigint[], v_now);
  end if;
  update accounts a set plan = p_plan where a.id = p_account;
  insert into plan_changes (account_id, id, plan, fee, currency, actor, created_at)
    values (p_account, p_id, p_plan, v_plan.fee, v_plan.fee_currency, p_actor, v_now);
  perform append_events(array[p_account], array[null::bigint], array[null::integer], array['account.plan_changed'],
    array[json_build_object('plan', p_plan, 'amount', v_plan.fee::text, 'currency', v_plan.fee_currency)::text], v_now);
  return query select 'changed', v_plan.fee, v_plan.fee_currency;
end $$;

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
