-- The mark that a clean run of `verify` leaves, and what is new since.

-- Ids of what may have changed since a mark: orders that live or had an event, and whatever moves money and is new.
create or replace function toprail.touched_since(p_event bigint, p_source bigint, p_left bigint[]) returns setof bigint
language sql stable set search_path = toprail, pg_temp as $$
  with orders_touched as (
    select unnest(p_left) as id
    union select order_id from events where id > p_event and order_id is not null
    union select order_id from order_progress where next_wakeup is not null
    union select order_id from order_progress where order_id > p_source
    union select order_id from callback_inbox where next_wakeup is not null
    union select id from orders where id > p_source
    union select order_id from order_references where order_id > p_source
  )
  select id from orders_touched
  union select a.id from orders_touched o join order_progress p on p.order_id = o.id
    join adjustments a on a.account_id = p.account_id and a.order_id = p.order_id
  union select id from adjustments where id > p_source
  union select source_id from money_requests where source_id > p_source
  union select source_id from transfers where source_id > p_source
  union select t.source_id from (select w.id, coalesce(v.entries, 0) as entries from wallets w
      left join verified_wallets v on v.wallet_id = w.id offset 0) w
    join transfers t on t.wallet_id = w.id and t.wallet_entry > w.entries
$$;
revoke execute on function toprail.touched_since from public;

-- Which form a run takes that was asked for: without a mark, everything is new.
create or replace function toprail.verify_scope(p_form text)
returns table (form text, at timestamptz, event_id bigint)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select case when m.at is null then 'full' else 'incremental' end, m.at, m.event_id
  from (values (true)) as one left join verify_marks m on p_form = 'incremental'
$$;

-- The orders of an incremental run, for the comparison with a pretend operator's journal.
create or replace function toprail.touched_orders() returns setof bigint
language sql stable security definer set search_path = toprail, pg_temp as $$
  select t.id from verify_marks m cross join lateral touched_since(m.event_id, m.source_id, m.left_orders) as t(id)
    join order_progress p on p.order_id = t.id
$$;

-- In the snapshot of a run that found nothing. Of runs at the same time one leaves its mark; a standby leaves none.
create or replace function toprail.mark_verified(p_left bigint[]) returns void
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  if pg_is_in_recovery() then return; end if;
  insert into verify_marks as m (at, event_id, source_id, line_id, left_orders)
    select transaction_timestamp() + (toprail.now() - clock_timestamp()), c.last_id,
      greatest((select max(order_id) from order_progress), (select max(source_id) from transfers), 0),
      coalesce((select min(id) - 1 from statement_lines where outcome is null or due), (select max(id) from statement_lines), 0),
      p_left
    from event_counter c
    on conflict (one_row) do update set at = excluded.at, event_id = excluded.event_id, source_id = excluded.source_id,
      line_id = excluded.line_id, left_orders = excluded.left_orders;
  insert into verified_wallets as v (account_id, wallet_id, posted, entries)
    select w.account_id, w.id, w.posted, w.entries from wallets w
    on conflict (wallet_id) do update set posted = excluded.posted, entries = excluded.entries
      where v.entries <> excluded.entries;
exception when serialization_failure then
  null; -- the other run's mark stands
end $$;
