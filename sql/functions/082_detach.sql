-- Months that nobody asks about any more leave the live tables, whole and one at a time, and can come back.

-- Every order, transfer and other source of money with an id below it is detached.
create or replace function toprail.detached_before() returns bigint
language sql stable set search_path = toprail, pg_temp as $$
  select coalesce(max(past_id), 0) from detached_months
$$;

create or replace function toprail.events_detached_before() returns bigint
language sql stable set search_path = toprail, pg_temp as $$
  select coalesce(max(past_id), 0) from detached_partitions where table_name = 'events'
$$;

create or replace function toprail.month_end(p_month date) returns timestamptz
language sql immutable as $$
  select (p_month + interval '1 month') at time zone 'UTC'
$$;

-- Why a month cannot go, in a line; null: it can. What is still to be done about one of its orders is in the way,
-- wherever it stands. Asked under the lock, too: each of these is found by an index of what is due, or is few.
create or replace function toprail.detach_obstacle(p_month date) returns text
language plpgsql stable set search_path = toprail, pg_temp as $$
declare
  v_months_kept constant integer := 2; -- besides the one that is
  v_end timestamptz := month_end(p_month);
  v_first bigint := first_id_at(p_month::timestamp at time zone 'UTC');
  v_past bigint := first_id_at(v_end);
  v_found bigint;
begin
  if p_month >= date_trunc('month', toprail.now() at time zone 'UTC') - make_interval(months => v_months_kept) then
    return format('this month and the %s before it stay', v_months_kept);
  end if;
  if (select before_id from books_closed) < v_past then return 'the books are not closed beyond it'; end if;
  select order_id into v_found from order_progress where order_id >= v_first and order_id < v_past and next_wakeup is not null limit 1;
  if found then return format('ord_%s has not ended', v_found); end if;
  select order_id into v_found from (
    select order_id from review_cases where closed_at is null union all
    select order_id from review_decisions where ended_at is null) r where order_id >= v_first and order_id < v_past limit 1;
  if found then return format('ord_%s is in review', v_found); end if;
  select id into v_found from disputes where state = 'open' and order_id >= v_first and order_id < v_past limit 1;
  if found then return format('the dispute dsp_%s is open', v_found); end if;
  select id into v_found from statement_breaks where closed_at is null and order_id >= v_first and order_id < v_past limit 1;
  if found then return format('the break brk_%s is open', v_found); end if;
  select statement_id into v_found from (
    select statement_id, coalesce(order_id, named_order) as about from statement_lines where outcome is null union all
    select statement_id, order_id from statement_lines where due) l
    where about is null or about >= v_first and about < v_past limit 1;
  if found then return format('the statement stm_%s has lines that are not done: import it again', v_found); end if;
  select id into v_found from batches where next_wakeup is not null and id < v_past limit 1;
  if found then return format('the batch bat_%s is not done', v_found); end if;
  select id into v_found from schedules where state = 'active' and next_due < v_end limit 1;
  if found then return format('the schedule sch_%s has an occurrence of that time to come', v_found); end if;
  select order_id into v_found from callback_inbox where next_wakeup is not null and order_id >= v_first and order_id < v_past limit 1;
  if found then return format('a callback about ord_%s waits', v_found); end if;
  select order_id into v_found from status_callbacks where next_wakeup is not null and order_id >= v_first and order_id < v_past limit 1;
  if found then return format('a client is still to be told of ord_%s', v_found); end if;
  select e.order_id into v_found from event_cursors c join events e on e.id > c.last_id
    where e.order_id >= v_first and e.order_id < v_past limit 1;
  if found then return format('events of ord_%s are not read yet', v_found); end if;
  return null;
end $$;
revoke execute on function toprail.detach_obstacle from public;

-- The months before `p_before` that stand in the live tables, the oldest first.
create or replace function toprail.list_detachable(p_before date)
returns table (month date, row_count bigint, bytes bigint, obstacle text)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select m.month, m.row_count, m.bytes, detach_obstacle(m.month)
  from (
    select (time_of_id(p.first_id) at time zone 'UTC')::date as month,
      sum(p.row_count) filter (where p.table_name = 'orders')::bigint as row_count, sum(p.bytes + p.index_bytes)::bigint as bytes
    from list_partitions() p where p.table_name <> 'events' group by 1
  ) m where m.month < p_before order by m.month
$$;

-- The live tables for one change of their partitions. Whoever holds one keeps everybody behind us waiting as well, so
-- we wait for little at a time, and less than it takes PostgreSQL to see a deadlock.
create or replace function toprail.lock_partitions() returns void
language plpgsql set search_path = toprail, pg_temp set lock_timeout = '300ms' as $$
declare
  v_tries constant integer := 20;
begin
  for v_try in 1 .. v_tries loop
    begin
      lock table only order_progress, only attempts, only evidence, only orders, only transfers, only events in access exclusive mode;
      return;
    exception when lock_not_available then
      if v_try = v_tries then
        raise exception 'somebody has been reading the tables for long (a dump, a report): try again' using errcode = 'TR003';
      end if;
      perform pg_sleep(0.2);
    end;
  end loop;
end $$;
revoke execute on function toprail.lock_partitions from public;

-- Takes the oldest month out, with the ranges of events that have nothing of a later one. Returns how many orders went.
-- Nothing is deleted.
create or replace function toprail.detach_month(p_month date) returns bigint
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_end timestamptz := month_end(p_month);
  v_first bigint := first_id_at(p_month::timestamp at time zone 'UTC');
  v_past bigint := first_id_at(v_end);
  v_orders bigint;
  v_obstacle text;
  v_range record;
  v_partition record;
  v_posted_until timestamptz;
  v_events_past bigint := 0;
begin
  perform pg_advisory_xact_lock(hashtext('toprail.create_partitions'));
  if v_first is distinct from (select min(first_id) from list_partitions() where table_name = 'orders') then
    raise exception '% is not the oldest month', to_char(p_month, 'YYYY-MM') using errcode = 'TR003';
  end if;
  v_obstacle := detach_obstacle(p_month);
  if v_obstacle is not null then
    raise exception '% stays: %', to_char(p_month, 'YYYY-MM'), v_obstacle using errcode = 'TR003';
  end if;

  -- The books are closed: nothing moves money under these ids any more, so all this is read without a lock.
  select count(*) into v_orders from order_progress where order_id >= v_first and order_id < v_past;
  select coalesce(max(created_at), p_month::timestamp at time zone 'UTC') into v_posted_until
    from transfers where source_id >= v_first and source_id < v_past;
  for v_range in select p.first_id, p.past_id from list_partitions() p where p.table_name = 'events' order by p.first_id loop
    exit when v_range.past_id > (select last_id from event_counter)
      or exists (select from event_cursors where last_id < v_range.past_id - 1)
      or exists (select from events where id >= v_range.first_id and id < v_range.past_id and (at >= v_end or order_id >= v_past));
    v_events_past := v_range.past_id;
  end loop;
  insert into detached_months (month, first_id, past_id, posted_until, detached_at)
    values (p_month, v_first, v_past, v_posted_until, toprail.now());
  insert into detached_wallets (account_id, wallet_id, month_id, entries, moved, last_entry, last_posted)
    select g.account_id, g.wallet_id, v_first, g.entries, g.moved, g.last_entry, t.wallet_posted_after
    from (
      select account_id, wallet_id, count(*) as entries, sum(case when credit = 'wallet' then amount else -amount end) as moved,
        max(wallet_entry) as last_entry
      from transfers where source_id >= v_first and source_id < v_past and wallet_id is not null
      group by account_id, wallet_id
    ) g
    join transfers t on t.wallet_id = g.wallet_id and t.wallet_entry = g.last_entry;

  perform lock_partitions();
  v_obstacle := detach_obstacle(p_month); -- nobody adds to it any more
  if v_obstacle is not null then
    raise exception '% stays: %', to_char(p_month, 'YYYY-MM'), v_obstacle using errcode = 'TR003';
  end if;
  for v_partition in
    select p.* from list_partitions() p
    where case when p.table_name = 'events' then p.past_id <= v_events_past else p.first_id = v_first end
  loop
    execute format('alter table toprail.%I detach partition toprail.%I', v_partition.table_name, v_partition.partition);
    execute format('alter table toprail.%I set schema toprail_archive', v_partition.partition);
    insert into detached_partitions (partition, table_name, month, first_id, past_id)
      values (v_partition.partition, v_partition.table_name, p_month, v_partition.first_id, v_partition.past_id);
  end loop;
  -- What the last clean run of `verify` has seen of wallets and events has to reach beyond.
  delete from verify_marks m where m.event_id < v_events_past - 1 or exists (
    select from detached_wallets d left join verified_wallets v on v.wallet_id = d.wallet_id
    where d.month_id = v_first and d.last_entry > coalesce(v.entries, 0));
  return v_orders;
end $$;

-- Puts the month that went last back where it was. The next incremental `verify` looks at everything.
create or replace function toprail.attach_month(p_month date) returns bigint
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_month detached_months;
  v_orders bigint;
  v_last date := (select max(month) from detached_months);
  v_partition record;
begin
  perform pg_advisory_xact_lock(hashtext('toprail.create_partitions'));
  select * into v_month from detached_months where month = p_month;
  if v_month.month is null then
    raise exception '% is not detached', to_char(p_month, 'YYYY-MM') using errcode = 'TR003';
  end if;
  if p_month <> v_last then
    raise exception '% went later: attach it first', to_char(v_last, 'YYYY-MM') using errcode = 'TR003';
  end if;
  for v_partition in select * from detached_partitions where month = p_month loop
    if to_regclass('toprail_archive.' || quote_ident(v_partition.partition)) is null then
      raise exception 'toprail_archive.% is not there any more', v_partition.partition using errcode = 'TR003';
    end if;
    execute format('alter table toprail_archive.%I set schema toprail', v_partition.partition);
    execute format('alter table toprail.%I attach partition toprail.%I for values from (%s) to (%s)', v_partition.table_name,
      v_partition.partition, v_partition.first_id, v_partition.past_id);
  end loop;
  delete from detached_partitions where month = p_month;
  delete from detached_wallets where month_id = v_month.first_id;
  delete from detached_months where month = p_month;
  delete from verify_marks;
  select count(*) into v_orders from order_progress where order_id >= v_month.first_id and order_id < v_month.past_id;
  return v_orders;
end $$;
