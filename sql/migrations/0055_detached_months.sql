-- Months that were taken out of the live tables. Their partitions lie in a schema of their own as plain tables, which
-- nobody but the engine and the owner can read; what goes on from them here is kept apart.

create schema toprail_archive;
grant usage, create on schema toprail_archive to toprail_engine;

-- Months go from the oldest and come back from the newest: every order and transfer with an id below the highest
-- `past_id` is detached, and every event below the highest one of a range of events.
create table toprail.detached_months (
  month date primary key check (extract(day from month) = 1),
  first_id bigint not null unique,
  past_id bigint not null unique,
  -- When its last transfer was posted: orders of a month may end in the next one.
  posted_until timestamptz not null,
  detached_at timestamptz not null,
  constraint detached_months_ids check (first_id < past_id)
);

-- Where its rows lie, and the ranges of events that went with it.
create table toprail.detached_partitions (
  partition name primary key,
  table_name name not null,
  month date not null references toprail.detached_months,
  first_id bigint not null,
  past_id bigint not null,
  constraint detached_partitions_ids check (first_id < past_id)
);

-- What a wallet's statement goes on from. Entries of a month are not all below those of the next one: what stands
-- between them is there still.
create table toprail.detached_wallets (
  account_id bigint not null,
  wallet_id bigint not null,
  month_id bigint not null references toprail.detached_months (first_id),
  -- How many entries went, and what they moved.
  entries bigint not null check (entries > 0),
  moved bigint not null,
  last_entry bigint not null check (last_entry > 0),
  last_posted bigint not null,
  primary key (account_id, wallet_id, month_id)
);
create index detached_wallets_wallet on toprail.detached_wallets (wallet_id, last_entry);

alter table toprail.detached_wallets enable row level security;
alter table toprail.detached_wallets force row level security;
create policy own_account on toprail.detached_wallets for select to toprail_app
  using (account_id = toprail.current_account());
create policy engine_all on toprail.detached_wallets to toprail_engine using (true) with check (true);
create policy auditor_reads on toprail.detached_wallets for select to toprail_auditor using (true);

grant select on toprail.detached_months, toprail.detached_wallets to toprail_app;
grant select on toprail.detached_months, toprail.detached_partitions, toprail.detached_wallets to toprail_auditor;
grant select, insert, delete on toprail.detached_months, toprail.detached_partitions, toprail.detached_wallets to toprail_engine;
grant delete on toprail.verify_marks to toprail_engine;
