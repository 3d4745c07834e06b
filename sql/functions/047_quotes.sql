-- Quotes are kept before they are told; which order uses one is decided by accept_orders.
create or replace function toprail.save_quotes(
  p_account bigint[], p_id bigint[], p_product integer[], p_currency text[], p_mode text[], p_price text[],
  p_minimum bigint[], p_valid_seconds double precision
) returns table (created_at timestamptz, expires_at timestamptz)
language plpgsql security definer set search_path = toprail, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_now timestamptz := toprail.now();
  v_until timestamptz := toprail.now() + make_interval(secs => p_valid_seconds);
begin
  insert into quotes (account_id, id, product_id, wallet_currency, amount_mode, price, minimum_receive, created_at, expires_at)
    select q.account_id, q.id, q.product_id, q.currency, q.mode, q.price, q.minimum, v_now, v_until
    from unnest(p_account, p_id, p_product, p_currency, p_mode, p_price, p_minimum)
      as q(account_id, id, product_id, currency, mode, price, minimum);
  return query select v_now, v_until;
end $$;

-- Removes what guards, promises and tells nothing any more: quotes that went unused for a day after their time, repeat
-- guards past the longest window, and ports that are too old to be believed. Returns how many rows of the
-- kind that had most; at most so many of each at once.
create or replace function toprail.sweep(p_limit integer) returns bigint
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_quotes bigint;
  v_guards bigint;
  v_ports bigint;
  v_callbacks bigint;
begin
  delete from quotes where (account_id, id) in (
    select q.account_id, q.id from quotes q
    where q.order_id is null and q.expires_at < toprail.now() - interval '1 day' limit p_limit for update skip locked);
  get diagnostics v_quotes = row_count;
  delete from recent_orders where (account_id, fingerprint) in (
    select r.account_id, r.fingerprint from recent_orders r
    where r.at < toprail.now() - interval '1 day' limit p_limit for update skip locked);
  get diagnostics v_guards = row_count;
  delete from learnt_ports where number_hash in (
    select p.number_hash from learnt_ports p where p.expires_at < toprail.now() limit p_limit for update skip locked);
  get diagnostics v_ports = row_count;
  delete from status_callbacks where (account_id, order_id, outcome) in (
    select s.account_id, s.order_id, s.outcome from status_callbacks s
    where s.ended_at < toprail.now() - interval '90 days' limit p_limit for update skip locked);
  get diagnostics v_callbacks = row_count;
  return greatest(v_quotes, v_guards, v_ports, v_callbacks);
end $$;
