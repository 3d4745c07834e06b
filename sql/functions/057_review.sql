-- Review cases and the decisions that end them; corrections, which are decided in the same way.

-- Open cases, and corrections that were asked for, which have no case. `unmapped` is what providers have said in words
-- that nobody has mapped.
create or replace function toprail.list_review_cases() returns table (
  account_id bigint, order_id bigint, reason text, opened_at timestamptz, currency text, unmapped text[],
  outcome text, amount bigint, evidence bytea, requested_by text, approved_by text
)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select c.account_id, c.order_id, c.reason, c.opened_at, o.currency,
    array(select distinct e.code from evidence e
      join attempts t on t.order_id = e.order_id and t.number = e.attempt and t.account_id = e.account_id
      join providers p on p.id = t.provider_id
      where e.order_id = c.order_id and e.account_id = c.account_id and e.code is not null
        and (e.verdict = 'unmapped' or (e.verdict = 'refused' and not p.capability -> 'refusedCodes' ? e.code))
      order by e.code),
    d.outcome, d.amount, d.evidence, d.requested_by, d.approved_by
  from (
    select r.account_id, r.order_id, r.reason, r.opened_at from review_cases r where r.closed_at is null
    union all
    select n.account_id, n.order_id, 'correction', n.requested_at from review_decisions n
      where n.ended_at is null and n.outcome = 'corrected'
  ) c
  join orders o on o.account_id = c.account_id and o.id = c.order_id
  left join review_decisions d on d.account_id = c.account_id and d.order_id = c.order_id and d.ended_at is null
  order by c.opened_at, c.order_id
$$;

-- Outcomes: requested; not_in_review; not_ended and corrected_already (of corrections); open_already (another decision
-- waits for its approval).
create or replace function toprail.request_decision(
  p_id bigint, p_order bigint, p_outcome text, p_amount bigint, p_evidence bytea, p_actor text
) returns text
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_progress order_progress;
begin
  -- The row's lock: of two requests at once one is the first.
  select * into v_progress from order_progress p where p.order_id = p_order for update;
  if p_outcome <> 'corrected' then
    if v_progress.state is distinct from 'REVIEW' then return 'not_in_review'; end if;
  elsif v_progress.completed_at is null then
    return 'not_ended';
  elsif exists (select from adjustments a where a.account_id = v_progress.account_id and a.order_id = p_order and a.cause = 'CORRECTION') then
    return 'corrected_already';
  end if;
  if exists (select from review_decisions d where d.account_id = v_progress.account_id and d.order_id = p_order and d.ended_at is null) then
    return 'open_already';
  end if;
  insert into review_decisions (account_id, order_id, id, outcome, amount, evidence, requested_by, requested_at)
    values (v_progress.account_id, p_order, p_id, p_outcome, p_amount, p_evidence, p_actor, toprail.now());
  return 'requested';
end $$;

-- Outcomes: approved; same_person; not_open. The table itself refuses one person in both places.
create or replace function toprail.approve_decision(p_order bigint, p_actor text) returns text
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_requested_by text;
begin
  select d.requested_by into v_requested_by from review_decisions d
    where d.order_id = p_order and d.ended_at is null and d.approved_by is null for update;
  if v_requested_by is null then return 'not_open'; end if;
  if lower(v_requested_by) = lower(p_actor) then return 'same_person'; end if;
  update review_decisions set approved_by = p_actor, approved_at = toprail.now(), next_wakeup = toprail.now(), fence = fence + 1
    where order_id = p_order and ended_at is null;
  return 'approved';
end $$;

-- Takes a request away that nobody has approved. False: there is none.
create or replace function toprail.reject_decision(p_order bigint, p_actor text) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update review_decisions set ending = 'rejected', ended_by = p_actor, ended_at = toprail.now(), fence = fence + 1
    where order_id = p_order and ended_at is null and approved_by is null;
  return found;
end $$;

-- Each claim is a lease by the database's clock and raises the fence.
create or replace function toprail.claim_due_decisions(p_limit integer, p_lease_seconds double precision)
returns table (account_id bigint, id bigint, order_id bigint, outcome text, amount bigint, requested_at timestamptz,
  fence integer)
language sql security definer set search_path = toprail, pg_temp as $$
  with due as (
    select d.account_id, d.id from review_decisions d where d.next_wakeup <= toprail.now()
    order by d.next_wakeup limit p_limit for update skip locked
  )
  update review_decisions d set next_wakeup = toprail.now() + make_interval(secs => p_lease_seconds), fence = d.fence + 1
  from due where d.account_id = due.account_id and d.id = due.id
  returning d.account_id, d.id, d.order_id, d.outcome, d.amount, d.requested_at, d.fence
$$;

create or replace function toprail.end_decision(p_account bigint, p_id bigint, p_fence integer, p_ending text) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update review_decisions set ending = p_ending, ended_at = toprail.now(), next_wakeup = null, fence = fence + 1
    where account_id = p_account and id = p_id and fence = p_fence and ended_at is null;
  return found;
end $$;

create or replace function toprail.next_decision_seconds() returns double precision
language sql stable security definer set search_path = toprail, pg_temp as $$
  select extract(epoch from min(next_wakeup) - toprail.now())::double precision from review_decisions where next_wakeup is not null
$$;
