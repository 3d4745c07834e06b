-- Where the event log has been read to, by whoever reads all of it: one row for each reader.
create table toprail.event_cursors (
  reader text primary key,
  -- Every event up to this id has been taken in.
  last_id bigint not null
);
insert into toprail.event_cursors (reader, last_id) select 'status_callbacks', last_id from toprail.event_counter;
alter table toprail.event_cursors enable row level security;
alter table toprail.event_cursors force row level security;
create policy engine_all on toprail.event_cursors to toprail_engine using (true) with check (true);
grant select, update on toprail.event_cursors to toprail_engine;

-- Where a client of A1Topup hears how its recharges have ended. Sealed: an address may hold secrets.
alter table toprail.clients add column callback_url_sealed bytea;

-- Status callbacks: what such a client is to be told, from the event log. A due row until it was told, or nobody
-- listened for too long.
create table toprail.status_callbacks (
  account_id bigint not null references toprail.accounts,
  order_id bigint not null,
  outcome text not null check (outcome in ('success', 'failure', 'reversal')),
  client_id text not null,
  -- dropped: there is no address any more.
  state text not null default 'waiting' check (state in ('waiting', 'told', 'exhausted', 'dropped')),
  -- Raised by whoever claims the row, which makes it the fence too.
  tries smallint not null default 0,
  next_wakeup timestamptz,
  -- Why the last try failed: a status or a code, never a word of an address or an answer.
  last_failure text,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (account_id, order_id, outcome),
  constraint status_callbacks_wakeup check ((next_wakeup is not null) = (state = 'waiting')),
  constraint status_callbacks_ended check ((ended_at is null) = (state = 'waiting'))
) with (fillfactor = 80);
create index status_callbacks_due on toprail.status_callbacks (next_wakeup) where next_wakeup is not null;
create index status_callbacks_untold on toprail.status_callbacks (client_id, next_wakeup)
  where state in ('waiting', 'exhausted');

alter table toprail.status_callbacks enable row level security;
alter table toprail.status_callbacks force row level security;
create policy own_account on toprail.status_callbacks for select to toprail_app
  using (account_id = toprail.current_account());
create policy engine_all on toprail.status_callbacks to toprail_engine using (true) with check (true);
create policy auditor_reads on toprail.status_callbacks for select to toprail_auditor using (true);
grant select on toprail.status_callbacks to toprail_app, toprail_auditor;
grant select, insert, update, delete on toprail.status_callbacks to toprail_engine;
