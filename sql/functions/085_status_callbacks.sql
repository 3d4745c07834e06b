-- Status callbacks of A1Topup: gathered from the event log, claimed, told. Every write of a worker knows the fence.

-- Null: nobody is told any more. False: no such client, or revoked.
create or replace function toprail.set_client_callback(p_id text, p_url_sealed bytea) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update clients set callback_url_sealed = p_url_sealed where id = p_id and revoked_at is null;
  return found;
end $$;

-- Takes in the next events. True: there are more. One process at a time; another one finds the cursor taken.
create or replace function toprail.gather_status_callbacks(p_limit integer) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_from bigint;
  v_to bigint;
  v_end bigint;
begin
  select last_id into v_from from event_cursors where reader = 'status_callbacks' for update skip locked;
  if not found then return false; end if;
  select last_id into v_end from event_counter;
  if v_end = v_from then return false; end if;
  -- Asked after the counter: whoever was given an address before an order ended is seen.
  if exists (select from clients where callback_url_sealed is not null) then
    v_to := least(v_from + p_limit, v_end);
    insert into status_callbacks (account_id, order_id, outcome, client_id, next_wakeup, created_at)
      select e.account_id, e.order_id,
        case e.type when 'order.delivered' then 'success' when 'order.adjusted' then 'reversal' else 'failure' end,
        o.client_id, toprail.now(), toprail.now()
      from events e
      join orders o on o.account_id = e.account_id and o.id = e.order_id and o.dialect = 'a1topup'
      join clients c on c.id = o.client_id and c.callback_url_sealed is not null and c.revoked_at is null
      where e.id > v_from and e.id <= v_to
        and (e.type in ('order.delivered', 'order.failed', 'order.cancelled')
          or (e.type = 'order.adjusted' and e.body ->> 'cause' in ('OPERATOR_REVERSAL', 'DISPUTE_REFUND')))
      on conflict do nothing;
  else
    v_to := v_end;
  end if;
  update event_cursors set last_id = v_to where reader = 'status_callbacks';
  return v_to < v_end;
end $$;

-- Due rows, leased. One client has only so many places, of which `p_busy` names it once for each that is taken: an
-- address which answers nobody keeps no place of another's. The address is that of now; null when there is none any
-- more.
create or replace function toprail.claim_status_callbacks(
  p_limit integer, p_per_client integer, p_busy text[], p_lease_seconds double precision
) returns table (account_id bigint, order_id bigint, outcome text, client_id text, tries smallint, environment text,
  url_sealed bytea)
language sql security definer set search_path = toprail, pg_temp as $$
  with due as (
    select d.account_id, d.order_id, d.outcome
    from (select distinct s.client_id from status_callbacks s
      where s.next_wakeup <= toprail.now()) one
    cross join lateral (
      select s.account_id, s.order_id, s.outcome, s.next_wakeup from status_callbacks s
      where s.client_id = one.client_id and s.state = 'waiting' and s.next_wakeup <= toprail.now()
      order by s.next_wakeup
      limit greatest(p_per_client - (select count(*) from unnest(p_busy) b where b = one.client_id), 0)
      for update skip locked) d
    order by d.next_wakeup limit p_limit
  )
  update status_callbacks s set next_wakeup = toprail.now() + make_interval(secs => p_lease_seconds),
    tries = s.tries + 1
  from due d
  join accounts a on a.id = d.account_id
  where s.account_id = d.account_id and s.order_id = d.order_id and s.outcome = d.outcome
  returning s.account_id, s.order_id, s.outcome, s.client_id, s.tries, a.environment,
    (select c.callback_url_sealed from clients c where c.id = s.client_id and c.revoked_at is null)
$$;

-- What became of a try: told, dropped, exhausted, or waiting for the next one in so many seconds. False: the lease
-- was lost, and nothing has happened.
create or replace function toprail.record_status_callback(
  p_account bigint, p_order bigint, p_outcome text, p_tries smallint, p_state text, p_failure text,
  p_after_seconds double precision
) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update status_callbacks set state = p_state, last_failure = p_failure,
      next_wakeup = case when p_state = 'waiting' then toprail.now() + make_interval(secs => p_after_seconds) end,
      ended_at = case when p_state <> 'waiting' then toprail.now() end
    where account_id = p_account and order_id = p_order and outcome = p_outcome and tries = p_tries
      and state = 'waiting';
  return found;
end $$;

create or replace function toprail.next_status_callback_seconds() returns double precision
language sql security definer set search_path = toprail, pg_temp as $$
  select extract(epoch from min(next_wakeup) - toprail.now())::double precision from status_callbacks
  where next_wakeup is not null
$$;

-- What a client has not been told, the oldest first.
create or replace function toprail.list_status_callbacks(p_client text, p_limit integer)
returns table (order_id bigint, outcome text, state text, tries smallint, last_failure text, next_wakeup timestamptz,
  created_at timestamptz)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select s.order_id, s.outcome, s.state, s.tries, s.last_failure, s.next_wakeup, s.created_at
  from status_callbacks s where s.client_id = p_client and s.state in ('waiting', 'exhausted')
  order by s.created_at, s.order_id limit p_limit
$$;
