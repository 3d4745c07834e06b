-- Guards of accounts and wallets, as commands set them.

-- Zero ends the guard. False: there is no such account.
create or replace function toprail.set_repeat_window(p_account bigint, p_seconds integer) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update accounts set repeat_window_seconds = p_seconds where id = p_account and status <> 'closed';
  return found;
end $$;

-- Null: no limit. Null is answered when the account has no such wallet.
create or replace function toprail.set_day_limits(
  p_account bigint, p_currency text, p_orders_max integer, p_amount_max bigint
) returns bigint
language sql security definer set search_path = toprail, pg_temp as $$
  update wallets set day_orders_max = p_orders_max, day_amount_max = p_amount_max
    where account_id = p_account and currency = p_currency returning id
$$;
