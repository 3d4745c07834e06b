-- Accounts, clients, wallets and keys, as the commands and every process at its start use them.

create or replace function toprail.read_keys() returns setof toprail.installation_keys
language sql stable security definer set search_path = toprail, pg_temp as $$
  select * from installation_keys order by created_at, id
$$;

-- Keeps a key unless there is one for its purpose: of processes that start together, one wins and all read it.
create or replace function toprail.offer_key(p_id text, p_purpose text, p_public_jwk jsonb, p_sealed bytea) returns void
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtext('toprail.installation_keys'));
  if exists (select from installation_keys k where k.purpose = p_purpose) then return; end if;
  insert into installation_keys (id, purpose, public_jwk, sealed) values (p_id, p_purpose, p_public_jwk, p_sealed);
end $$;

create or replace function toprail.create_account(
  p_name text, p_environment text, p_plan text, p_parent bigint
) returns bigint
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_id bigint;
begin
  if not exists (select from plans p where p.name = p_plan) then
    raise exception 'there is no plan %', p_plan using errcode = 'TR003';
  end if;
  if p_parent is not null and not exists (
    select from accounts a where a.id = p_parent and a.environment = p_environment and a.status <> 'closed') then
    raise exception 'there is no account acc_% in the % environment', p_parent, p_environment using errcode = 'TR003';
  end if;
  insert into accounts (name, environment, plan, parent_id) values (p_name, p_environment, p_plan, p_parent)
    returning id into v_id;
  return v_id;
end $$;

create or replace function toprail.list_accounts() returns setof toprail.accounts
language sql stable security definer set search_path = toprail, pg_temp as $$
  select * from accounts order by id
$$;

-- Changes what is given; a lookup quota of 0 is none of its own. Closed is for ever.
create or replace function toprail.change_account(p_account bigint, p_status text, p_lookups_per_minute integer)
returns void
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update accounts a set status = coalesce(p_status, a.status),
      lookups_per_minute = case when p_lookups_per_minute is null then a.lookups_per_minute
        else nullif(p_lookups_per_minute, 0) end
    where a.id = p_account and a.status <> 'closed';
  if not found then
    raise exception 'there is no account acc_%, or it is closed', p_account using errcode = 'TR003';
  end if;
end $$;

create or replace function toprail.create_client(
  p_id text, p_account bigint, p_name text, p_scopes text[], p_secret_hash bytea, p_api_key_hash bytea
) returns void
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  if not exists (select from accounts a where a.id = p_account and a.status <> 'closed') then
    raise exception 'there is no account acc_%', p_account using errcode = 'TR003';
  end if;
  insert into clients (id, account_id, name, scopes, secret_hash, api_key_hash)
    values (p_id, p_account, p_name, p_scopes, p_secret_hash, p_api_key_hash);
end $$;

-- The former secret works for the grace; the API key changes at once when a new one is given. False: no such
-- client, or revoked.
create or replace function toprail.rotate_client(
  p_id text, p_secret_hash bytea, p_api_key_hash bytea, p_grace_seconds double precision
) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update clients set
    previous_secret_hash = case when p_grace_seconds > 0 then secret_hash end,
    previous_secret_until = case when p_grace_seconds > 0 then toprail.now() + make_interval(secs => p_grace_seconds) end,
    secret_hash = p_secret_hash,
    api_key_hash = coalesce(p_api_key_hash, api_key_hash)
  where id = p_id and revoked_at is null;
  return found;
end $$;

-- Revoking again keeps the first time. False: no such client.
create or replace function toprail.revoke_client(p_id text) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update clients set revoked_at = coalesce(revoked_at, toprail.now()) where id = p_id;
  return found;
end $$;

-- Null: as every client. False: no such client, or revoked.
create or replace function toprail.set_client_rate(p_id text, p_requests_per_second integer) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update clients set requests_per_second = p_requests_per_second where id = p_id and revoked_at is null;
  return found;
end $$;

-- Null: from any address. A network is kept without the bits of a host. False: no such client, or revoked.
create or replace function toprail.set_client_addresses(p_id text, p_allow_from text[]) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update clients set allow_from = (select array_agg(network(n::inet)) from unnest(p_allow_from) n)
    where id = p_id and revoked_at is null;
  return found;
end $$;

create or replace function toprail.list_clients(p_account bigint) returns table (
  id text, account_id bigint, name text, scopes text[], requests_per_second integer, allow_from text[],
  previous_secret_until timestamptz, revoked_at timestamptz, created_at timestamptz
)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select c.id, c.account_id, c.name, c.scopes, c.requests_per_second, c.allow_from::text[],
    c.previous_secret_until, c.revoked_at, c.created_at
  from clients c where c.account_id = p_account order by c.created_at, c.id
$$;

-- Who a request comes from, before anybody knows the account: by id, or by the hash of an API key. `resellers`: the
-- accounts above it with their plans, the root first.
create or replace function toprail.find_client(p_id text, p_api_key_hash bytea) returns table (
  id text, account_id bigint, environment text, plan text, status text, scopes text[], secret_hash bytea,
  previous_secret_hash bytea, previous_secret_until timestamptz, logouts integer, resellers jsonb,
  requests_per_second integer, lookups_per_minute integer, allow_from text[]
)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select c.id, c.account_id, a.environment, a.plan, a.status, c.scopes, c.secret_hash,
    c.previous_secret_hash, c.previous_secret_until, c.logouts,
    case when a.parent_id is not null then (
      with recursive above as (
        select p.id, p.parent_id, p.plan, 1 as level from accounts p where p.id = a.parent_id
        union all
        select p.id, p.parent_id, p.plan, above.level + 1 from accounts p join above on p.id = above.parent_id)
      select jsonb_agg(jsonb_build_object('account', above.id, 'plan', above.plan) order by above.level desc) from above) end,
    c.requests_per_second, a.lookups_per_minute, c.allow_from::text[]
  from clients c join accounts a on a.id = c.account_id
  where (c.id = p_id or c.api_key_hash = p_api_key_hash) and c.revoked_at is null
$$;

-- The wallet of an account in a currency, made when it is missing. A credit limit is set when it is given.
create or replace function toprail.open_wallet(p_account bigint, p_currency text, p_credit_limit bigint)
returns table (id bigint, outcome text)
language plpgsql security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
declare
  v_id bigint;
begin
  if not exists (select from accounts a where a.id = p_account and a.status <> 'closed') then
    raise exception 'there is no account acc_%', p_account using errcode = 'TR003';
  end if;
  insert into wallets (account_id, currency, credit_limit) values (p_account, p_currency, coalesce(p_credit_limit, 0))
    on conflict (account_id, currency) do nothing returning wallets.id into v_id;
  if v_id is not null then
    return query select v_id, 'created';
    return;
  end if;
  update wallets w set credit_limit = coalesce(p_credit_limit, w.credit_limit), updated_at = toprail.now()
    where w.account_id = p_account and w.currency = p_currency and p_credit_limit is not null;
  return query select w.id, case when p_credit_limit is null then 'unchanged' else 'updated' end
    from wallets w where w.account_id = p_account and w.currency = p_currency;
end $$;

-- A rate that was set by hand, in force until the next one. Its version says when it was set.
create or replace function toprail.set_exchange_rate(p_quote text, p_rate numeric, p_note text) returns text
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_now timestamptz := toprail.now();
  v_version text := 'manual-' || to_char(v_now at time zone 'UTC', 'YYYYMMDD"T"HH24MISSUS"Z"');
begin
  insert into exchange_rates (quote, rate, version, source, note, valid_on)
    values (p_quote, p_rate, v_version, 'manual', p_note, (v_now at time zone 'UTC')::date);
  return v_version;
end $$;

-- The account of the sandbox, made when it is missing: processes that start together get the same one.
create or replace function toprail.ensure_sandbox_account() returns bigint
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_id bigint;
begin
  perform pg_advisory_xact_lock(hashtext('toprail.ensure_sandbox_account'));
  select min(a.id) into v_id from accounts a
    where a.name = 'Sandbox' and a.environment = 'sandbox' and a.parent_id is null and a.status <> 'closed';
  if v_id is null then
    insert into accounts (name, environment, plan) values ('Sandbox', 'sandbox', 'sandbox') returning id into v_id;
  end if;
  return v_id;
end $$;
