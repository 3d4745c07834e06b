-- Disputes. An open one is a due row until its provider was asked, and again once it was decided.

-- Outcomes: opened; open_already (the order has one that was not withdrawn); not_delivered; too_late; not_found.
create or replace function toprail.open_dispute(
  p_account bigint, p_id bigint, p_order bigint, p_reason text, p_note bytea, p_within_seconds double precision
) returns table (outcome text, id bigint)
language plpgsql security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
declare
  v_now timestamptz := toprail.now();
  v_progress order_progress;
  v_id bigint;
begin
  -- The row's lock: of two claims at once one is the first.
  select * into v_progress from order_progress p where p.account_id = p_account and p.order_id = p_order for update;
  if v_progress.order_id is null then return query select 'not_found', null::bigint; return; end if;
  select d.id into v_id from disputes d where d.account_id = p_account and d.order_id = p_order and d.state <> 'withdrawn';
  if v_id is not null then return query select 'open_already', v_id; return; end if;
  if v_progress.state <> 'DELIVERED' then return query select 'not_delivered', null::bigint; return; end if;
  if v_progress.completed_at + make_interval(secs => p_within_seconds) < v_now then
    return query select 'too_late', null::bigint;
    return;
  end if;
  insert into disputes (account_id, id, order_id, reason, note, created_at, next_wakeup)
    values (p_account, p_id, p_order, p_reason, p_note, v_now, v_now);
  perform append_events(array[p_account], array[null::bigint], array[null::integer], array['dispute.opened'],
    array[json_build_object('dispute', p_id, 'disputed', p_order, 'reason', p_reason)::text], v_now);
  return query select 'opened', p_id;
end $$;

-- False: there is no open dispute of this id that was not decided.
create or replace function toprail.withdraw_dispute(p_account bigint, p_id bigint) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_now timestamptz := toprail.now();
  v_order bigint;
begin
  update disputes set state = 'withdrawn', closed_at = v_now, next_wakeup = null, fence = fence + 1
    where account_id = p_account and id = p_id and state = 'open' and decision is null returning order_id into v_order;
  if v_order is null then return false; end if;
  perform append_events(array[p_account], array[null::bigint], array[null::integer], array['dispute.closed'],
    array[json_build_object('dispute', p_id, 'disputed', v_order, 'outcome', 'withdrawn')::text], v_now);
  return true;
end $$;

-- False: there is no open dispute of this id that was not decided.
create or replace function toprail.decide_dispute(p_id bigint, p_decision text, p_actor text) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update disputes set decision = p_decision, decided_by = p_actor, decided_at = toprail.now(), next_wakeup = toprail.now(),
      fence = fence + 1
    where id = p_id and state = 'open' and decision is null;
  return found;
end $$;

-- Each claim is a lease by the database's clock and raises the fence.
create or replace function toprail.claim_due_disputes(p_limit integer, p_lease_seconds double precision)
returns table (account_id bigint, id bigint, order_id bigint, decision text, fence integer)
language sql security definer set search_path = toprail, pg_temp as $$
  with due as (
    select d.account_id, d.id from disputes d where d.next_wakeup <= toprail.now()
    order by d.next_wakeup limit p_limit for update skip locked
  )
  update disputes d set next_wakeup = toprail.now() + make_interval(secs => p_lease_seconds), fence = d.fence + 1
  from due where d.account_id = due.account_id and d.id = due.id
  returning d.account_id, d.id, d.order_id, d.decision, d.fence
$$;

-- What the provider says now; the dispute waits for a decision. A stale fence changes nothing.
create or replace function toprail.note_dispute_verdict(p_account bigint, p_id bigint, p_fence integer, p_verdict text)
returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update disputes set provider_verdict = p_verdict, provider_asked_at = toprail.now(), next_wakeup = null, fence = fence + 1
    where account_id = p_account and id = p_id and fence = p_fence and state = 'open';
  return found;
end $$;

create or replace function toprail.close_dispute(p_account bigint, p_id bigint, p_fence integer, p_state text)
returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_now timestamptz := toprail.now();
  v_order bigint;
begin
  update disputes set state = p_state, closed_at = v_now, next_wakeup = null, fence = fence + 1
    where account_id = p_account and id = p_id and fence = p_fence and state = 'open' returning order_id into v_order;
  if v_order is null then return false; end if;
  perform append_events(array[p_account], array[null::bigint], array[null::integer], array['dispute.closed'],
    array[json_build_object('dispute', p_id, 'disputed', v_order, 'outcome', p_state)::text], v_now);
  return true;
end $$;

create or replace function toprail.list_disputes(p_state text) returns setof toprail.disputes
language sql stable security definer set search_path = toprail, pg_temp as $$
  select * from disputes where p_state is null or state = p_state order by created_at, id
$$;

create or replace function toprail.next_dispute_seconds() returns double precision
language sql stable security definer set search_path = toprail, pg_temp as $$
  select extract(epoch from min(next_wakeup) - toprail.now())::double precision from disputes where next_wakeup is not null
$$;
