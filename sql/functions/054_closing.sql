-- Closing: what has been posted for good is summed up, so that no sum has to look at all that ever was.

create or replace function toprail.time_of_id(p_id bigint) returns timestamptz
language sql immutable as $$
  select to_timestamp(((p_id >> 12) + 1735689600000) / 1000.0)
$$;

-- Sums up the transfers of the next orders, in the order of their ids, up to the first that has not ended for three
-- days, and of whatever else has ids between. By then nobody posts under these ids any more: what follows the end of an
-- order has an id of its own. Returns how many orders that were; none are left when that is less than asked for.
create or replace function toprail.close_books(p_orders integer) returns integer
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_until timestamptz := date_trunc('day', toprail.now() - interval '3 days', 'UTC');
  v_past bigint := first_id_at(v_until);
  v_from bigint;
  v_before bigint;
  v_orders integer;
begin
  select before_id into v_from from books_closed for update;
  if v_past <= v_from then return 0; end if;
  select coalesce(min(p.order_id) filter (where p.completed_at is null or p.completed_at >= v_until or p.n > p_orders), v_past)
    into v_before
    from (
      select order_id, completed_at, row_number() over (order by order_id) as n from order_progress
      where order_id >= v_from and order_id < v_past order by order_id limit p_orders + 1
    ) p;
  select count(*) into v_orders from order_progress where order_id >= v_from and order_id < v_before;
  insert into closed_sums as c (account_id, month_id, kind, debit, credit, currency, amount, entries)
    select t.account_id, m.month_id, t.kind, t.debit, t.credit, t.currency, sum(t.amount), count(*)
    from transfers t
    cross join lateral (select first_id_at(date_trunc('month', time_of_id(t.source_id), 'UTC')) as month_id) m
    where t.source_id >= v_from and t.source_id < v_before
    group by t.account_id, m.month_id, t.kind, t.debit, t.credit, t.currency
    on conflict (account_id, month_id, kind, debit, credit, currency) do update
      set amount = c.amount + excluded.amount, entries = c.entries + excluded.entries;
  update books_closed set before_id = v_before, until = v_until;
  return v_orders;
end $$;

-- The first entry of a wallet that was posted at an instant or later; null when there is none. Entries are numbered
-- under the wallet's lock and timed just before it, so their times are in order but for the length of a transaction:
-- halving finds the neighbourhood, and the rest is read one by one. Reads what its caller may read.
create or replace function toprail.first_entry_since(p_wallet bigint, p_at timestamptz) returns bigint
language plpgsql stable set search_path = toprail, pg_temp as $$
declare
  -- Entries before the first may be detached, and some after it.
  v_low bigint := coalesce((select min(wallet_entry) - 1 from transfers where wallet_id = p_wallet), 0);
  v_high bigint := (select entries + 1 from wallets where id = p_wallet);
  v_middle bigint;
begin
  while v_high - v_low > 1 loop
    v_middle := (v_low + v_high) / 2;
    if (select created_at from transfers where wallet_id = p_wallet and wallet_entry >= v_middle order by wallet_entry limit 1) < p_at - interval '1 hour' then
      v_low := v_middle;
    else
      v_high := v_middle;
    end if;
  end loop;
  return (select wallet_entry from transfers where wallet_id = p_wallet and wallet_entry > v_low and created_at >= p_at
    order by wallet_entry limit 1);
end $$;
