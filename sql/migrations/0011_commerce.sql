-- What an order costs and who delivers it. Versions are rows: the newest one of a key is in force.

create table toprail.plans (
  name text primary key check (name ~ '^[a-z0-9_-]{1,40}$'),
  percent numeric(7, 4) not null check (percent between 0 and 100),
  fx_margin_percent numeric(7, 4) not null default 0 check (fx_margin_percent between 0 and 50),
  created_at timestamptz not null default toprail.now()
);
insert into toprail.plans (name, percent) values ('sandbox', 6), ('starter', 3), ('gold', 4), ('platinum', 5);

alter table toprail.accounts add foreign key (plan) references toprail.plans (name);

-- The most specific rate wins: account and operator, account, operator, plan.
create table toprail.price_rates (
  id bigint generated always as identity primary key,
  account_id bigint references toprail.accounts,
  operator_id integer,
  percent numeric(7, 4) not null check (percent between 0 and 100),
  created_at timestamptz not null default toprail.now(),
  check (account_id is not null or operator_id is not null)
);

create table toprail.providers (
  id text primary key check (id ~ '^[a-z0-9-]{1,40}$'),
  environment text not null check (environment in ('sandbox', 'live')),
  connector text not null,
  -- Addresses and secrets, sealed.
  config_sealed bytea not null,
  -- The capability record. Codes leave `refusedCodes` when a refusal turns out to be a lie, unless pinned.
  capability jsonb not null,
  capability_pinned boolean not null default false,
  -- Whether its cost is posted against a float paid ahead, or against what is owed.
  settlement text not null default 'payable' check (settlement in ('payable', 'float')),
  in_service boolean not null default true,
  created_at timestamptz not null default toprail.now(),
  unique (id, environment)
);

-- A route without an operator or product serves all of them. Its provider is of its own environment.
create table toprail.routes (
  id bigint generated always as identity primary key,
  environment text not null,
  provider_id text not null,
  operator_id integer,
  product_id integer,
  sku text check (length(sku) between 1 and 100),
  cost_percent numeric(7, 4) not null check (cost_percent between 0 and 200),
  priority integer not null default 100,
  in_service boolean not null default true,
  created_at timestamptz not null default toprail.now(),
  foreign key (provider_id, environment) references toprail.providers (id, environment)
);
create unique index routes_once on toprail.routes (provider_id, coalesce(operator_id, 0), coalesce(product_id, 0));

alter table toprail.price_rates enable row level security;
alter table toprail.price_rates force row level security;
create policy engine_all on toprail.price_rates to toprail_engine using (true) with check (true);

grant select on toprail.plans to toprail_app;
grant select, insert, update on toprail.plans, toprail.price_rates, toprail.providers, toprail.routes to toprail_engine;
