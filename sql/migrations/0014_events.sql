-- The event log: one row per state change, written in the transaction of the change. Ids have no gaps and
-- appear in commit order, because the counter's row is locked last and held to the commit.

create table toprail.event_counter (
  one_row boolean primary key default true check (one_row),
  last_id bigint not null default 0
) with (fillfactor = 10);
insert into toprail.event_counter default values;

create table toprail.events (
  id bigint not null,
  account_id bigint not null,
  order_id bigint,
  -- Position in the order's own history, from 1 without gaps; null for events that are not of an order.
  seq integer,
  type text not null,
  body jsonb not null,
  at timestamptz not null,
  primary key (account_id, id),
  check ((order_id is null) = (seq is null))
) partition by range (id);
create index events_order on toprail.events (order_id) where order_id is not null;
-- Rows lie in the order of their ids, so a block range is enough for whoever reads the whole log.
create index events_id on toprail.events using brin (id) with (pages_per_range = 8, autosummarize = on);

alter table toprail.events enable row level security;
alter table toprail.events force row level security;
create policy own_account on toprail.events for select to toprail_app using (account_id = toprail.current_account());
create policy engine_all on toprail.events to toprail_engine using (true) with check (true);
create policy auditor_reads on toprail.events for select to toprail_auditor using (true);

grant select on toprail.events to toprail_app, toprail_auditor;
grant select, update on toprail.event_counter to toprail_engine;
alter table toprail.events owner to toprail_engine;
