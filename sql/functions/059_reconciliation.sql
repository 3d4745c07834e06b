-- Statements of providers: taken in, matched, judged, given to their orders. What a line amounts to is decided outside,
-- by pure functions; here are the sets.

-- The version under which the mapping stands: the latest one, where nothing is new.
create or replace function toprail.keep_statement_mapping(p_provider text, p_name text, p_mapping text) returns integer
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_last statement_mappings;
begin
  -- The provider's row is the lock: of two at once one is the first.
  perform 1 from providers p where p.id = p_provider for update;
  if not found then raise exception 'there is no provider %', p_provider using errcode = 'TR003'; end if;
  select * into v_last from statement_mappings m where m.provider_id = p_provider and m.name = p_name
    order by m.version desc limit 1;
  if v_last.mapping = p_mapping::jsonb then return v_last.version; end if;
  insert into statement_mappings (provider_id, name, version, mapping, created_at)
    values (p_provider, p_name, coalesce(v_last.version, 0) + 1, p_mapping::jsonb, toprail.now());
  return coalesce(v_last.version, 0) + 1;
end $$;

-- The latest version of each; of one provider or all.
create or replace function toprail.read_statement_mappings(p_provider text) returns setof toprail.statement_mappings
language sql stable security definer set search_path = toprail, pg_temp as $$
  select distinct on (provider_id, name) * from statement_mappings
  where p_provider is null or provider_id = p_provider
  order by provider_id, name, version desc
$$;

-- The same file given in the same way is the same statement, however often: what of it is stored stands.
create or replace function toprail.open_statement(
  p_provider text, p_fingerprint uuid, p_mapping_name text, p_mapping_version integer, p_from timestamptz, p_to timestamptz,
  p_complete boolean, p_window_seconds integer, p_cost_tolerance bigint
) returns table (id bigint, finished boolean, stored_to integer)
language plpgsql security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
begin
  if not exists (select from providers p where p.id = p_provider) then
    raise exception 'there is no provider %', p_provider using errcode = 'TR003';
  end if;
  insert into statements (provider_id, fingerprint, mapping_name, mapping_version, period_from, period_to, complete,
      window_seconds, cost_tolerance, imported_at)
    values (p_provider, p_fingerprint, p_mapping_name, p_mapping_version, p_from, p_to, p_complete, p_window_seconds,
      p_cost_tolerance, toprail.now())
    on conflict do nothing;
  return query select s.id, s.finished_at is not null,
      coalesce((select max(r.number) from statement_rows r where r.statement_id = s.id), 0)
    from statements s where s.provider_id = p_provider and s.fingerprint = p_fingerprint;
end $$;

-- The next lines of a file, in its order. Of equal lines the first in each file is the same line, the second another.
create or replace function toprail.add_statement_rows(
  p_statement bigint, p_number integer[], p_content uuid[], p_issue text[], p_verdict text[],
  p_epoch integer[], p_order bigint[], p_attempt smallint[], p_their_reference text[], p_recipients text[],
  p_code text[], p_amount bigint[], p_currency text[], p_cost bigint[], p_cost_currency text[], p_at timestamptz[]
) returns void
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_provider text := (select s.provider_id from statements s where s.id = p_statement);
  v_occurrence integer[];
begin
  select array_agg(coalesce(b.seen, 0) + g.nth order by g.n) into v_occurrence
  from (
    select u.content, u.n, row_number() over (partition by u.content order by u.n) as nth
    from unnest(p_content) with ordinality as u(content, n)
  ) g
  left join (
    select l.content, max(l.occurrence) as seen
    from statement_lines l join statement_rows r on r.line_id = l.id
    where l.provider_id = v_provider and l.content = any (p_content)
      and r.statement_id = p_statement and r.number < p_number[1]
    group by l.content
  ) b on b.content = g.content;

  insert into statement_lines (provider_id, content, occurrence, statement_id, issue, verdict, named_epoch, named_order,
      named_attempt, their_reference, recipients, code, amount, currency, cost, cost_currency, at)
    select v_provider, u.content, u.occurrence, p_statement, u.issue, u.verdict, u.epoch, u.order_id, u.attempt,
      u.their_reference, u.recipients::uuid[], u.code, u.amount, u.currency, u.cost, u.cost_currency, u.at
    from unnest(p_content, v_occurrence, p_issue, p_verdict, p_epoch, p_order, p_attempt, p_their_reference, p_recipients,
        p_code, p_amount, p_currency, p_cost, p_cost_currency, p_at) with ordinality
      as u(content, occurrence, issue, verdict, epoch, order_id, attempt, their_reference, recipients, code, amount,
        currency, cost, cost_currency, at, n)
    order by u.n
    on conflict do nothing;
  insert into statement_rows (statement_id, number, line_id)
    select p_statement, u.number, l.id
    from unnest(p_number, p_content, v_occurrence) as u(number, content, occurrence)
    join statement_lines l on l.provider_id = v_provider and l.content = u.content and l.occurrence = u.occurrence
    on conflict do nothing;
end $$;

create or replace function toprail.finish_statement(p_statement bigint, p_line_count integer, p_left_out integer) returns void
language sql security definer set search_path = toprail, pg_temp as $$
  update statements s set finished_at = toprail.now(), line_count = p_line_count, left_out = p_left_out,
      period_from = coalesce(s.period_from, t.first), period_to = coalesce(s.period_to, t.last + interval '1 second')
    from (select min(l.at) as first, max(l.at) as last from statement_rows r join statement_lines l on l.id = r.line_id
      where r.statement_id = p_statement) t
    where s.id = p_statement and s.finished_at is null
$$;

create or replace function toprail.list_statements(p_provider text, p_limit integer) returns setof toprail.statements
language sql stable security definer set search_path = toprail, pg_temp as $$
  select * from statements where p_provider is null or provider_id = p_provider order by id desc limit p_limit
$$;

-- Those that name an attempt of ours, or cannot be read; or the others, whose attempts have to be looked for.
create or replace function toprail.read_unjudged_lines(p_provider text, p_nameless boolean, p_after bigint, p_limit integer)
returns table (id bigint, statement_id bigint, readable boolean, named boolean, their_reference text, verdict text, amount bigint, currency text, cost bigint,
  cost_currency text, at timestamptz, period_from timestamptz, period_to timestamptz, window_seconds integer,
  cost_tolerance bigint)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select l.id, l.statement_id, l.issue is null, l.named_order is not null, l.their_reference, l.verdict, l.amount, l.currency,
    l.cost, l.cost_currency, l.at, s.period_from, s.period_to, s.window_seconds, s.cost_tolerance
  from statement_lines l join statements s on s.id = l.statement_id
  where l.provider_id = p_provider and l.outcome is null and l.id > p_after
    and (l.issue is null and l.named_order is null) = p_nameless
  order by l.id limit p_limit
$$;

-- For the function after these, and without rights of their own. Their numbers of rows are what the planner is to think
-- of: of tables that have just been filled it believes one row, and goes through the other side for each (20,000 orders
-- and 5,000 such lines: 30 s instead of 0.8).

-- Lines that do not name their attempt, with the time in which it was sent.
create or replace function toprail.nameless_lines(p_lines bigint[])
returns table (id bigint, their_reference text, recipients uuid[], amount bigint, currency text, first timestamptz,
  last timestamptz)
language plpgsql stable rows 5000 as $$
#variable_conflict use_column
begin
  return query
    select l.id, l.their_reference, l.recipients, l.amount, l.currency,
      l.at - make_interval(secs => s.window_seconds), l.at + make_interval(secs => s.window_seconds)
    from statement_lines l join statements s on s.id = l.statement_id
    where l.id = any (p_lines) and l.issue is null and l.named_order is null;
end $$;

-- What was sent to a provider in a time, for whom and how much.
create or replace function toprail.attempts_sent_between(p_provider text, p_from timestamptz, p_to timestamptz)
returns table (account_id bigint, order_id bigint, number smallint, sent_at timestamptz, recipient uuid, amount bigint,
  currency text)
language plpgsql stable rows 20000 as $$
#variable_conflict use_column
begin
  return query
    with sent as materialized (
      select a.account_id, a.order_id, a.number, a.sent_at from attempts a
      where a.provider_id = p_provider and a.sent_at between p_from and p_to
    ), ordered as materialized (
      select s.*, o.recipient_id, o.receive_amount, o.receive_currency
      from sent s join orders o on o.account_id = s.account_id and o.id = s.order_id
    )
    select s.account_id, s.order_id, s.number, s.sent_at, r.value_hash, s.receive_amount, s.receive_currency
    from ordered s join recipients r on r.account_id = s.account_id and r.id = s.recipient_id;
end $$;

-- By what names the provider has called what was sent to it in a time.
create or replace function toprail.references_heard_between(p_provider text, p_from timestamptz, p_to timestamptz)
returns table (account_id bigint, order_id bigint, number smallint, sent_at timestamptz, reference text)
language plpgsql stable rows 20000 as $$
#variable_conflict use_column
begin
  return query
    with sent as materialized (
      select a.account_id, a.order_id, a.number, a.sent_at from attempts a
      where a.provider_id = p_provider and a.sent_at between p_from and p_to
    )
    select distinct s.account_id, s.order_id, s.number, s.sent_at, e.provider_reference
    from sent s join evidence e on e.order_id = s.order_id and e.attempt = s.number and e.account_id = s.account_id
    where e.provider_reference is not null;
end $$;

revoke execute on function toprail.nameless_lines, toprail.attempts_sent_between, toprail.references_heard_between from public;

-- The attempts that lines may be about, each as it stands: the one that a line names; else those by the provider's own
-- reference (of an earlier line that was matched, or of what the provider told us), and those of the recipient, amount
-- and currency, of about the time.
create or replace function toprail.find_line_candidates(p_provider text, p_lines bigint[])
returns table (line_id bigint, matched_by text, account_id bigint, order_id bigint, attempt smallint, epoch integer,
  state text, in_review boolean, sent_at timestamptz, asked bigint, delivered bigint, currency text, provider_cost bigint,
  is_late boolean, is_reversed boolean, heard_delivered boolean, told text[])
language plpgsql stable security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
declare
  v_from timestamptz;
  v_to timestamptz;
begin
  select min(n.first), max(n.last) into v_from, v_to from nameless_lines(p_lines) n;
  return query
    with nameless as materialized (
      select * from nameless_lines(p_lines)
    ), hashed as materialized (
      select n.*, h.hash from nameless n, unnest(n.recipients) as h(hash)
    ), found as materialized (
      select l.id as line_id, 'our_reference' as matched_by, a.account_id, a.order_id, a.number
        from statement_lines l
        join attempts a on a.order_id = l.named_order and a.number = l.named_attempt
        where l.id = any (p_lines) and a.provider_id = p_provider and a.epoch = l.named_epoch
      union
      select n.id, 'their_reference', e.account_id, e.order_id, e.attempt
        from nameless n
        join statement_lines e on e.provider_id = p_provider and e.their_reference = n.their_reference
        where e.order_id is not null
      union
      select n.id, 'their_reference', x.account_id, x.order_id, x.number
        from references_heard_between(p_provider, v_from, v_to) x
        join nameless n on n.their_reference = x.reference
        where x.sent_at between n.first and n.last
      union
      select n.id, 'recipient', x.account_id, x.order_id, x.number
        from attempts_sent_between(p_provider, v_from, v_to) x
        join hashed n on n.hash = x.recipient and n.amount = x.amount and n.currency = x.currency
        where x.sent_at between n.first and n.last
    )
    select f.line_id, f.matched_by, f.account_id, f.order_id, f.number, a.epoch, a.state, p.state = 'REVIEW', a.sent_at,
      o.receive_amount, p.delivered_amount, o.receive_currency, a.provider_cost,
      exists (select from adjustments j where j.account_id = o.account_id and j.order_id = o.id and j.cause = 'LATE_DELIVERY'),
      exists (select from adjustments j where j.account_id = o.account_id and j.order_id = o.id and j.cause = 'OPERATOR_REVERSAL'),
      exists (select from evidence e where e.order_id = a.order_id and e.attempt = a.number and e.account_id = a.account_id
        and e.verdict in ('delivered', 'reversed')),
      -- What a line of another file says under the provider's same reference is that line, said anew; and what only
      -- looks alike takes nothing from a line that names the attempt.
      array(select distinct t.verdict from statement_lines t where t.order_id = f.order_id and t.attempt = f.number
        and t.outcome <> 'duplicate' and t.id <> f.line_id and (t.matched_by <> 'recipient' or f.matched_by = 'recipient')
        and (t.their_reference is distinct from l.their_reference or l.their_reference is null
          or exists (select from statement_rows r where r.line_id = t.id and r.statement_id = l.statement_id)))
    from found f
    join statement_lines l on l.id = f.line_id
    join attempts a on a.order_id = f.order_id and a.number = f.number and a.account_id = f.account_id
    join orders o on o.account_id = f.account_id and o.id = f.order_id
    join order_progress p on p.order_id = f.order_id and p.account_id = f.account_id;
end $$;

-- Writes what was decided of lines, and opens their breaks. A line is judged once; one that turns up for an attempt that
-- was missing closes that break.
create or replace function toprail.judge_lines(
  p_line bigint[], p_outcome text[], p_due boolean[], p_account bigint[], p_order bigint[], p_attempt smallint[],
  p_matched_by text[]
) returns void
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_now timestamptz := toprail.now();
begin
  with judged as (
    update statement_lines l set outcome = u.outcome, due = u.due, account_id = u.account_id, order_id = u.order_id,
        attempt = u.attempt, matched_by = u.matched_by
      from unnest(p_line, p_outcome, p_due, p_account, p_order, p_attempt, p_matched_by)
        as u(line_id, outcome, due, account_id, order_id, attempt, matched_by)
      where l.id = u.line_id and l.outcome is null
      returning l.*
  ), answered as (
    update statement_breaks b set closed_at = v_now, closed_by = 'line', closing_id = j.line_id
      from (select order_id, attempt, min(id) as line_id from judged where order_id is not null group by order_id, attempt) j
      where b.class = 'missing_with_them' and b.closed_at is null and b.order_id = j.order_id and b.attempt = j.attempt
  )
  insert into statement_breaks (provider_id, class, statement_id, line_id, account_id, order_id, attempt, day, amount,
      currency, opened_at)
    select j.provider_id, j.outcome, j.statement_id, j.id, j.account_id, j.order_id, j.attempt,
      (coalesce(j.at, s.period_from, v_now) at time zone 'UTC')::date, j.amount, j.currency, v_now
    from judged j join statements s on s.id = j.statement_id
    where j.outcome not in ('matched', 'ended')
    order by j.id;
end $$;

create or replace function toprail.read_due_lines(p_provider text, p_after bigint, p_limit integer)
returns table (id bigint, content uuid, outcome text, verdict text, code text, their_reference text, amount bigint,
  order_id bigint, attempt smallint)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select l.id, l.content, l.outcome, l.verdict, l.code, l.their_reference, l.amount, l.order_id, l.attempt
  from statement_lines l where l.provider_id = p_provider and l.due and l.id > p_after
  order by l.id limit p_limit
$$;

-- Their orders have been given what these lines say. A break is closed by the adjustment that it has led to, where it has.
create or replace function toprail.settle_lines(p_line bigint[], p_adjustment bigint[]) returns void
language sql security definer set search_path = toprail, pg_temp as $$
  update statement_lines set due = false where id = any (p_line);
  update statement_breaks b set closed_at = toprail.now(), closed_by = 'adjustment', closing_id = u.adjustment
    from unnest(p_line, p_adjustment) as u(line_id, adjustment)
    where b.line_id = u.line_id and u.adjustment is not null and b.closed_at is null;
$$;

-- Attempts that a complete statement should have and has not: what complete statements cover together holds the time of
-- the send, as far as clocks may differ, and the time in which it settles. One of an open attempt is found again by
-- each such statement, since it is an answer of its own.
create or replace function toprail.find_absences(
  p_statement bigint, p_horizon_seconds double precision, p_after bigint, p_limit integer
) returns table (order_id bigint, attempt smallint, is_open boolean)
language sql stable security definer set search_path = toprail, pg_temp as $$
  with terms as (
    select s.provider_id, s.period_from, s.period_to, make_interval(secs => s.window_seconds) as width,
      make_interval(secs => s.window_seconds + p_horizon_seconds) as settled,
      (select range_agg(tstzrange(c.period_from, c.period_to)) from statements c
        where c.provider_id = s.provider_id and c.complete and (c.finished_at is not null or c.id = s.id)) as covered
    from statements s where s.id = p_statement and s.complete
  ), sent as materialized (
    select a.* from terms t, attempts a
    where a.provider_id = t.provider_id and a.sent_at between t.period_from - t.settled and t.period_to
      and t.covered @> tstzrange(a.sent_at - t.width, a.sent_at + t.settled)
  )
  select a.order_id, a.number, a.state <> 'CONFIRMED' from sent a
  where a.state in ('SENDING', 'PENDING', 'UNKNOWN', 'CONFLICT', 'CONFIRMED') and a.order_id > p_after
    and not exists (select from statement_lines l where l.order_id = a.order_id and l.attempt = a.number)
    and not (a.state = 'CONFIRMED' and exists (select from statement_breaks b where b.class = 'missing_with_them'
      and b.order_id = a.order_id and b.attempt = a.number))
  order by a.order_id limit p_limit
$$;

create or replace function toprail.open_absences(p_statement bigint, p_order bigint[], p_attempt smallint[]) returns void
language sql security definer set search_path = toprail, pg_temp as $$
  insert into statement_breaks (provider_id, class, statement_id, account_id, order_id, attempt, day, amount, currency,
      opened_at)
    select a.provider_id, 'missing_with_them', p_statement, a.account_id, a.order_id, a.number,
      (a.sent_at at time zone 'UTC')::date, o.receive_amount, o.receive_currency, toprail.now()
    from unnest(p_order, p_attempt) as u(order_id, attempt)
    join attempts a on a.order_id = u.order_id and a.number = u.attempt
    join orders o on o.account_id = a.account_id and o.id = a.order_id
    order by a.order_id
    on conflict do nothing
$$;

-- Breaks that what has happened since has answered: both sides say the same now. Returns how many.
create or replace function toprail.close_answered_breaks(p_provider text) returns bigint
language sql security definer set search_path = toprail, pg_temp as $$
  with answered as (
    select b.id, j.id as adjustment_id
    from statement_breaks b
    join attempts a on a.order_id = b.order_id and a.number = b.attempt
    left join statement_lines l on l.id = b.line_id
    left join adjustments j on j.account_id = b.account_id and j.order_id = b.order_id and j.cause = 'OPERATOR_REVERSAL'
    where b.closed_at is null and (p_provider is null or b.provider_id = p_provider) and (
      (b.class = 'missing_with_them' and (a.state = 'REFUSED' or j.id is not null))
      or (b.class = 'status' and l.verdict = 'delivered' and a.state = 'CONFIRMED')
      or (b.class = 'status' and l.verdict = 'refused' and (a.state = 'REFUSED' or j.id is not null))
      or (b.class = 'status' and l.verdict = 'reversed' and j.id is not null))
  ), closed as (
    update statement_breaks b set closed_at = toprail.now(),
        closed_by = case when w.adjustment_id is null then 'order' else 'adjustment' end, closing_id = w.adjustment_id
      from answered w where b.id = w.id and b.closed_at is null returning 1
  )
  select count(*) from closed
$$;

-- By a person who has cleared it with the provider. False: there is no such open break.
create or replace function toprail.close_break(p_id bigint, p_person text, p_note bytea) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update statement_breaks set closed_at = toprail.now(), closed_by = 'person', closing_person = p_person, closing_note = p_note
    where id = p_id and closed_at is null;
  return found;
end $$;

create or replace function toprail.list_breaks(
  p_provider text, p_class text, p_state text, p_statement bigint, p_after bigint, p_limit integer
) returns table (id bigint, provider_id text, class text, statement_id bigint, number integer, issue text, verdict text,
  their_reference text, order_id bigint, attempt smallint, amount bigint, currency text, at timestamptz, day date,
  opened_at timestamptz, closed_at timestamptz, closed_by text, closing_id bigint, closing_person text, closing_note bytea)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select b.id, b.provider_id, b.class, b.statement_id,
    (select min(r.number) from statement_rows r where r.statement_id = b.statement_id and r.line_id = b.line_id),
    l.issue, l.verdict, l.their_reference, b.order_id, b.attempt, b.amount, b.currency, l.at, b.day, b.opened_at,
    b.closed_at, b.closed_by, b.closing_id, b.closing_person, b.closing_note
  from statement_breaks b left join statement_lines l on l.id = b.line_id
  where (p_provider is null or b.provider_id = p_provider) and (p_class is null or b.class = p_class)
    and (p_statement is null or b.statement_id = p_statement) and b.id > p_after
    and case p_state when 'open' then b.closed_at is null when 'closed' then b.closed_at is not null else true end
  order by b.id limit p_limit
$$;

-- How the lines of a statement came out, those of them that earlier files had brought included.
create or replace function toprail.count_outcomes(p_statement bigint) returns table (outcome text, lines bigint)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select l.outcome, count(*) from statement_rows r join statement_lines l on l.id = r.line_id
    where r.statement_id = p_statement group by l.outcome
  union all
  select b.class, count(*) from statement_breaks b where b.statement_id = p_statement and b.class = 'missing_with_them'
    group by b.class
$$;

-- Days (UTC) of a provider: lines by outcome, breaks by class, and what it has charged by its lines and by our books.
-- What it says of a reversal it gives back.
create or replace function toprail.report_statements(p_provider text, p_from date, p_to date)
returns table (day date, currency text, what text, lines bigint, amount bigint, open bigint, closed bigint, theirs bigint,
  ours bigint)
language plpgsql stable security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
declare
  v_detached date := (select max(posted_until) at time zone 'UTC' from detached_months);
begin
  if p_from <= v_detached then
    raise exception 'what was posted by % is detached: reports begin the day after', v_detached using errcode = 'TR003';
  end if;
  return query
  with bounds as (
    select p_from::timestamp at time zone 'UTC' as first, (p_to + 1)::timestamp at time zone 'UTC' as past
  ), lines as materialized (
    select l.*, (l.at at time zone 'UTC')::date as day from statement_lines l, bounds b
    where l.provider_id = p_provider and l.at >= b.first and l.at < b.past
  ), counted as (
    select l.day, l.currency, l.outcome as what, count(*) as lines, sum(l.amount) as amount, 0 as open, 0 as closed,
      0 as theirs, 0 as ours
    from lines l where l.outcome in ('matched', 'ended') group by 1, 2, 3
    union all
    select b.day, b.currency, b.class, count(b.line_id), sum(b.amount), count(*) filter (where b.closed_at is null),
      count(b.closed_at), 0, 0
    from statement_breaks b where b.provider_id = p_provider and b.day between p_from and p_to group by 1, 2, 3
    union all
    select l.day, l.cost_currency, 'cost', 0, 0, 0, 0, sum(case l.verdict when 'reversed' then -l.cost else l.cost end), 0
    from lines l where l.cost is not null
      -- Not what a later file says anew.
      and not exists (select from statement_lines n where n.provider_id = l.provider_id
        and n.their_reference = l.their_reference and n.verdict = l.verdict and n.statement_id > l.statement_id)
    group by 1, 2
    union all
    select (t.created_at at time zone 'UTC')::date, t.currency, 'cost', 0, 0, 0, 0, 0,
      sum(case when t.credit in ('payable:' || p_provider, 'float:' || p_provider) then t.amount else -t.amount end)
    from transfers t, bounds b
    where t.created_at >= b.first and t.created_at < b.past
      -- Ids are as old as what they are for: nothing has one of after the period, and closed books end before it.
      and t.source_id < first_id_at((p_to + 1)::timestamp at time zone 'UTC' + interval '1 hour')
      and t.source_id >= (select case when p_from::timestamp at time zone 'UTC' >= c.until + interval '1 hour' then c.before_id else 0 end
        from books_closed c)
      and ('payable:' || p_provider in (t.debit, t.credit) or 'float:' || p_provider in (t.debit, t.credit))
    group by 1, 2
  )
  select c.day, c.currency, c.what, sum(c.lines)::bigint, coalesce(sum(c.amount), 0)::bigint, sum(c.open)::bigint,
    sum(c.closed)::bigint, sum(c.theirs)::bigint, sum(c.ours)::bigint
  from counted c group by 1, 2, 3 order by 1, 2, 3;
end $$;

-- What stands in the way of sending again after a restore: attempts from before it that nobody knows the end of, breaks
-- that are open, and providers in service of whom no statement was read since.
create or replace function toprail.read_gap()
returns table (blocked boolean, attempts_open bigint, breaks_open bigint, providers_unread text[])
language sql stable security definer set search_path = toprail, pg_temp as $$
  select i.sending_blocked,
    (select count(*) from attempts a where a.epoch < i.epoch and a.state in ('READY', 'SENDING', 'PENDING', 'UNKNOWN', 'CONFLICT')),
    (select count(*) from statement_breaks b where b.closed_at is null),
    array(select p.id from providers p where p.in_service and not exists (select from statements s
      where s.provider_id = p.id and s.finished_at >= i.blocked_at) order by p.id)
  from installation i
$$;
