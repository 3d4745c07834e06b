-- Prices promised until a time, each for one order.
create table toprail.quotes (
  account_id bigint not null references toprail.accounts,
  id bigint not null,
  product_id integer not null,
  wallet_currency text not null,
  amount_mode text not null check (amount_mode in ('send', 'receive')),
  -- The whole price with every input of it, as text of JSON.
  price text not null,
  minimum_receive bigint check (minimum_receive > 0),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- Set once, by the batch that accepts the order.
  order_id bigint,
  primary key (account_id, id),
  check (expires_at > created_at)
);
create index quotes_unused on toprail.quotes (expires_at) where order_id is null;

alter table toprail.quotes enable row level security;
alter table toprail.quotes force row level security;
create policy own_account on toprail.quotes for select to toprail_app using (account_id = toprail.current_account());
create policy engine_all on toprail.quotes to toprail_engine using (true) with check (true);
grant select on toprail.quotes to toprail_app;
grant select, insert, update, delete on toprail.quotes to toprail_engine;
