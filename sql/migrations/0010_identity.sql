-- Who may call: accounts, their clients, and the keys of the installation.

-- One row for the installation. The epoch is part of every reference that leaves for a provider; it is raised
-- after a restore, so that no reference is ever used twice. While sending is blocked, nothing leaves.
create table toprail.installation (
  one_row boolean primary key default true check (one_row),
  epoch integer not null default 1 check (epoch > 0),
  sending_blocked boolean not null default false
);
insert into toprail.installation default values;

create table toprail.accounts (
  id bigint generated always as identity (start with 1001) primary key,
  parent_id bigint references toprail.accounts,
  name text not null check (length(name) between 1 and 200),
  environment text not null check (environment in ('sandbox', 'live')),
  plan text not null,
  status text not null default 'active' check (status in ('active', 'suspended', 'closed')),
  created_at timestamptz not null default toprail.now(),
  unique (id, environment)
);

-- Secrets are 256 random bits, so a plain SHA-256 of them cannot be searched.
create table toprail.clients (
  id text primary key check (length(id) between 16 and 64),
  account_id bigint not null references toprail.accounts,
  name text not null check (length(name) between 1 and 200),
  scopes text[] not null,
  secret_hash bytea not null check (length(secret_hash) = 32),
  previous_secret_hash bytea check (length(previous_secret_hash) = 32),
  previous_secret_until timestamptz,
  api_key_hash bytea not null unique check (length(api_key_hash) = 32),
  revoked_at timestamptz,
  created_at timestamptz not null default toprail.now(),
  check ((previous_secret_hash is null) = (previous_secret_until is null))
);
create index clients_account on toprail.clients (account_id);

-- The data key seals personal data, the signing key tokens; both are wrapped by the master key, which the
-- database never sees.
create table toprail.installation_keys (
  id text primary key,
  purpose text not null check (purpose in ('data', 'signing')),
  public_jwk jsonb,
  sealed bytea not null,
  created_at timestamptz not null default toprail.now(),
  check ((purpose = 'signing') = (public_jwk is not null))
);
create unique index installation_keys_one_data on toprail.installation_keys (purpose) where purpose = 'data';

-- Lanes of order ids: a process leases one and heartbeats it.
create table toprail.lanes (
  lane smallint primary key check (lane between 0 and 63),
  holder uuid,
  expires_at timestamptz,
  check ((holder is null) = (expires_at is null))
);
insert into toprail.lanes (lane) select generate_series(0, 63);

alter table toprail.accounts enable row level security;
alter table toprail.accounts force row level security;
create policy own_account on toprail.accounts for select to toprail_app using (id = toprail.current_account());
create policy engine_all on toprail.accounts to toprail_engine using (true) with check (true);
create policy auditor_reads on toprail.accounts for select to toprail_auditor using (true);

alter table toprail.clients enable row level security;
alter table toprail.clients force row level security;
create policy own_account on toprail.clients for select to toprail_app using (account_id = toprail.current_account());
create policy engine_all on toprail.clients to toprail_engine using (true) with check (true);

grant select on toprail.accounts to toprail_app, toprail_auditor;
grant select (id, account_id, name, scopes, revoked_at, created_at) on toprail.clients to toprail_app;
grant select, insert, update on toprail.installation, toprail.accounts, toprail.clients, toprail.installation_keys,
  toprail.lanes to toprail_engine;
