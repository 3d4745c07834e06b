-- Schedules: orders that are placed later, once or again and again. A schedule holds no money; each occurrence is an
-- order of its own, or says why there is none.

create table toprail.schedules (
  account_id bigint not null references toprail.accounts,
  id bigint not null,
  -- In whose name the orders are placed.
  client_id text not null,
  -- Keyed hashes: the client's own name of the schedule, and all that was asked.
  reference_hash uuid not null,
  fingerprint uuid not null,
  -- The order, as it was asked for, and the name. What erasure may blank.
  request_sealed bytea,
  reference_sealed bytea,
  -- Wall-clock time of the first occurrence in the zone; `starts_on` names no instant.
  starts_on timestamp not null,
  time_zone text not null,
  repeat_every text check (repeat_every in ('day', 'week', 'month')),
  repeat_interval integer check (repeat_interval between 1 and 1000),
  repeat_count integer check (repeat_count > 0),
  repeat_until date,
  state text not null check (state in ('active', 'paused', 'completed', 'cancelled')),
  -- The occurrence that comes next, from 1, and when; no time: none is left.
  next_number integer not null default 1 check (next_number > 0),
  next_due timestamptz,
  -- What was due before the schedule was resumed is not placed.
  resumed_at timestamptz,
  fence integer not null default 1,
  next_wakeup timestamptz,
  created_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, reference_hash),
  constraint schedules_repeat check ((repeat_every is null) = (repeat_interval is null)
    and (repeat_every is not null or (repeat_count is null and repeat_until is null))
    and (repeat_count is null or repeat_until is null)),
  -- An active schedule has a next wake-up, and no other has one.
  constraint schedules_wakeup check ((next_wakeup is not null) = (state = 'active')),
  constraint schedules_next check (next_due is not null or state in ('completed', 'cancelled'))
);
create index schedules_due on toprail.schedules (next_wakeup) where next_wakeup is not null;

create table toprail.schedule_occurrences (
  account_id bigint not null,
  schedule_id bigint not null,
  number integer not null check (number > 0),
  due_at timestamptz not null,
  outcome text not null check (outcome in ('placed', 'failed', 'skipped')),
  order_id bigint,
  code text,
  message text,
  decided_at timestamptz not null,
  primary key (account_id, schedule_id, number),
  constraint schedule_occurrences_order check ((order_id is not null) = (outcome = 'placed')),
  constraint schedule_occurrences_code check ((code is not null) = (outcome = 'failed')
    and (message is not null) = (code is not null))
);

do $$
declare v_table text;
begin
  foreach v_table in array array['schedules', 'schedule_occurrences'] loop
    execute format('alter table toprail.%I enable row level security', v_table);
    execute format('alter table toprail.%I force row level security', v_table);
    execute format('create policy own_account on toprail.%I for select to toprail_app
      using (account_id = toprail.current_account())', v_table);
    execute format('create policy engine_all on toprail.%I to toprail_engine using (true) with check (true)', v_table);
    execute format('create policy auditor_reads on toprail.%I for select to toprail_auditor using (true)', v_table);
    execute format('grant select on toprail.%I to toprail_app', v_table);
    execute format('grant select, insert, update on toprail.%I to toprail_engine', v_table);
  end loop;
end $$;
