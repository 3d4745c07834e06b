-- Schedules: each occurrence is decided once, by whoever holds the lease; its order's reference tells a crash from a
-- first time. Every write of a worker knows the fence.

-- `outcome`: created; replayed (this very schedule is there); reused (the reference stands for another); past.
create or replace function toprail.create_schedule(
  p_account bigint, p_id bigint, p_client text, p_reference uuid, p_fingerprint uuid, p_request bytea,
  p_reference_sealed bytea, p_starts_on timestamp, p_time_zone text, p_every text, p_interval integer, p_count integer,
  p_until date, p_first_due timestamptz
) returns table (outcome text, id bigint)
language plpgsql security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
declare
  v_now timestamptz := toprail.now();
  v_schedule schedules;
begin
  select * into v_schedule from schedules s where s.account_id = p_account and s.reference_hash = p_reference;
  if not found then
    if p_first_due <= v_now then
      return query select 'past'::text, p_id;
      return;
    end if;
    insert into schedules (account_id, id, client_id, reference_hash, fingerprint, request_sealed, reference_sealed,
        starts_on, time_zone, repeat_every, repeat_interval, repeat_count, repeat_until, state, next_due, next_wakeup, created_at)
      values (p_account, p_id, p_client, p_reference, p_fingerprint, p_request, p_reference_sealed, p_starts_on,
        p_time_zone, p_every, p_interval, p_count, p_until, 'active', p_first_due, p_first_due, v_now)
      on conflict (account_id, reference_hash) do nothing;
    select * into v_schedule from schedules s where s.account_id = p_account and s.reference_hash = p_reference;
  end if;
  return query select case when v_schedule.id = p_id then 'created'
    when v_schedule.fingerprint = p_fingerprint then 'replayed' else 'reused' end, v_schedule.id;
end $$;

-- Schedules that are due, leased, with the database's time by which they are decided.
create or replace function toprail.claim_schedules(p_limit integer, p_lease_seconds double precision)
returns table (account_id bigint, id bigint, client_id text, fence integer, request_sealed bytea, starts_on text,
  time_zone text, repeat_every text, repeat_interval integer, repeat_count integer, repeat_until text,
  next_number integer, resumed_at timestamptz, now timestamptz)
language sql security definer set search_path = toprail, pg_temp as $$
  with due as (
    select d.account_id, d.id from schedules d where d.next_wakeup <= toprail.now()
    order by d.next_wakeup limit p_limit for update skip locked
  )
  update schedules s set next_wakeup = toprail.now() + make_interval(secs => p_lease_seconds), fence = s.fence + 1
  from due d where s.account_id = d.account_id and s.id = d.id
  returning s.account_id, s.id, s.client_id, s.fence, s.request_sealed, to_char(s.starts_on, 'YYYY-MM-DD"T"HH24:MI:SS'),
    s.time_zone, s.repeat_every, s.repeat_interval, s.repeat_count, s.repeat_until::text, s.next_number, s.resumed_at,
    toprail.now()
$$;

create or replace function toprail.next_schedule_seconds() returns double precision
language sql security definer set search_path = toprail, pg_temp as $$
  select extract(epoch from min(next_wakeup) - toprail.now())::double precision from schedules where next_wakeup is not null
$$;

-- What became of some occurrences, in order, and what comes next; without a next one the schedule is completed. A
-- schedule that was paused or cancelled meanwhile stays so.
create or replace function toprail.decide_occurrences(
  p_account bigint, p_id bigint, p_fence integer, p_next_number integer, p_next_due timestamptz,
  p_number integer[], p_due timestamptz[], p_outcome text[], p_order bigint[], p_code text[], p_message text[]
) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_now timestamptz := toprail.now();
  v_was text;
  v_state text;
  v_types text[];
  v_bodies text[];
begin
  select state into v_was from schedules where account_id = p_account and id = p_id and fence = p_fence for update;
  if not found then return false; end if;
  v_state := case when v_was in ('active', 'paused') and p_next_due is null then 'completed' else v_was end;
  update schedules set state = v_state, next_number = p_next_number,
      next_due = case when v_state <> 'cancelled' then p_next_due end,
      next_wakeup = case when v_state = 'active' then p_next_due end
    where account_id = p_account and id = p_id;
  insert into schedule_occurrences (account_id, schedule_id, number, due_at, outcome, order_id, code, message, decided_at)
    select p_account, p_id, o.number, o.due, o.outcome, o.order_id, o.code, o.message, v_now
    from unnest(p_number, p_due, p_outcome, p_order, p_code, p_message) as o(number, due, outcome, order_id, code, message);
  select array_agg('schedule.occurrence_failed'::text order by o.number),
      array_agg(jsonb_build_object('schedule', p_id::text, 'occurrence', o.number, 'code', o.code)::text order by o.number)
    into v_types, v_bodies
    from unnest(p_number, p_outcome, p_code) as o(number, outcome, code) where o.outcome = 'failed';
  if v_state = 'completed' and v_was <> 'completed' then
    v_types := v_types || array['schedule.completed'];
    v_bodies := v_bodies || array[jsonb_build_object('schedule', p_id::text)::text];
  end if;
  if v_types is not null then
    perform append_events(array_fill(p_account, array[cardinality(v_types)]),
      array_fill(null::bigint, array[cardinality(v_types)]), array_fill(null::integer, array[cardinality(v_types)]),
      v_types, v_bodies, v_now);
  end if;
  return true;
end $$;

-- Pauses, resumes or cancels where the state allows it; asking again changes nothing. Returns the state before, null
-- when there is no such schedule. The lease of a worker stays: what it is placing right now it still records.
create or replace function toprail.change_schedule(p_account bigint, p_id bigint, p_from text[], p_to text)
returns text
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_now timestamptz := toprail.now();
  v_state text;
begin
  select state into v_state from schedules where account_id = p_account and id = p_id for update;
  if v_state = any (p_from) then
    update schedules set state = p_to,
        resumed_at = case when p_to = 'active' then v_now else resumed_at end,
        next_wakeup = case when p_to = 'active' then v_now end,
        next_due = case when p_to <> 'cancelled' then next_due end
      where account_id = p_account and id = p_id;
  end if;
  return v_state;
end $$;
