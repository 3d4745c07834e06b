-- Guards that an account may have: against the same recharge twice within some time, and against too much in a day.
alter table toprail.accounts
  add column repeat_window_seconds integer not null default 0 check (repeat_window_seconds between 0 and 86400);

-- The last order of each content of a guarded account. The content is a keyed hash of recipient, product and amount.
create table toprail.recent_orders (
  account_id bigint not null references toprail.accounts,
  fingerprint uuid not null,
  order_id bigint not null,
  at timestamptz not null,
  primary key (account_id, fingerprint)
);

-- Limits of a day (UTC) and what the day has seen: orders accepted, whatever became of them.
alter table toprail.wallets
  add column day_orders_max integer check (day_orders_max >= 0),
  add column day_amount_max bigint check (day_amount_max >= 0),
  add column day date,
  add column day_orders integer not null default 0 check (day_orders >= 0),
  add column day_amount bigint not null default 0 check (day_amount >= 0);

alter table toprail.recent_orders enable row level security;
alter table toprail.recent_orders force row level security;
create policy engine_all on toprail.recent_orders to toprail_engine using (true) with check (true);
grant select, insert, update, delete on toprail.recent_orders to toprail_engine;
