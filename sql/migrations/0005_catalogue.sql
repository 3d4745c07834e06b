-- What can be bought, from whom and for which numbers. Filled from the data files of the release by whoever runs
-- the migrations; read whole into memory when a server starts. No account owns a row, so there is no row-level
-- security; only the owner writes, except exchange rates, which an operator of the switch sets.

-- Which data was loaded, and when. The newest row is in force.
create table toprail.catalogue_versions (
  version text primary key check (length(version) between 1 and 64),
  loaded_at timestamptz not null default toprail.now()
);

create table toprail.countries (
  iso2 text primary key check (iso2 ~ '^[A-Z]{2}$'),
  iso3 text not null unique check (iso3 ~ '^[A-Z]{3}$'),
  name text not null,
  continent text not null check (continent ~ '^[A-Z]{2}$'),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  calling_codes text[] not null,
  flag text not null
);

create table toprail.operators (
  id integer primary key check (id > 0),
  name text not null check (length(name) between 1 and 200),
  country text not null references toprail.countries,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  bundle boolean not null,
  data boolean not null,
  pin boolean not null,
  combo boolean not null,
  supports_local_amounts boolean not null,
  commission_international numeric(7, 4) not null check (commission_international between 0 and 100),
  commission_local numeric(7, 4) not null check (commission_local between 0 and 100),
  -- Recipients are addresses of these domains; null: recipients are phone numbers.
  email_domains text[] check (cardinality(email_domains) > 0),
  -- The operator whose prefixes decide whether a number is served.
  network integer not null,
  product_id integer not null,
  code text unique check (code ~ '^[A-Z0-9]{1,20}$'),
  status text not null check (status in ('in_service', 'out_of_service')),
  list_order integer not null,
  source text not null,
  foreign key (network) references toprail.operators deferrable initially deferred
);
create index operators_country on toprail.operators (country);

-- Digits from the calling code on. The longest prefix of a number decides.
create table toprail.operator_prefixes (
  prefix text primary key check (prefix ~ '^[1-9][0-9]{0,14}$'),
  operator_id integer not null references toprail.operators
);

-- Amounts are minor units of the operator's currency: a range, or else fixed amounts.
create table toprail.products (
  id integer primary key check (id > 0),
  operator_id integer not null references toprail.operators,
  name text not null check (length(name) between 1 and 200),
  type text not null check (type in ('airtime', 'data', 'bundle', 'pin')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  minimum bigint check (minimum > 0),
  maximum bigint check (maximum >= minimum),
  fixed_amounts bigint[] check (cardinality(fixed_amounts) > 0 and 0 < all (fixed_amounts)),
  suggested bigint[] not null,
  most_popular bigint check (most_popular > 0),
  validity text not null,
  description text not null,
  source text not null,
  constraint products_denomination check (
    (minimum is null) = (maximum is null) and (minimum is null) = (fixed_amounts is not null)
  )
);
create index products_operator on toprail.products (operator_id);
alter table toprail.operators
  add foreign key (product_id) references toprail.products deferrable initially deferred;

create table toprail.promotions (
  id integer primary key check (id > 0),
  operator_id integer not null references toprail.operators,
  title text not null,
  title2 text not null,
  description text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  denominations text,
  local_denominations text,
  source text not null
);

-- One unit of the base is `rate` units of the quote. Rows are only added; the newest one of a pair is in force.
-- A rate that was set by hand (source 'manual') is never followed by one from a data file.
create table toprail.exchange_rates (
  id bigint generated always as identity primary key,
  base text not null default 'USD' check (base = 'USD'),
  quote text not null check (quote ~ '^[A-Z]{3}$'),
  rate numeric not null check (rate > 0),
  version text not null check (length(version) between 1 and 64),
  source text not null,
  valid_on date not null,
  created_at timestamptz not null default toprail.now(),
  unique (base, quote, version)
);

grant select on toprail.catalogue_versions, toprail.countries, toprail.operators, toprail.operator_prefixes,
  toprail.products, toprail.promotions, toprail.exchange_rates
  to toprail_app, toprail_engine, toprail_auditor;
grant insert on toprail.exchange_rates to toprail_engine;
