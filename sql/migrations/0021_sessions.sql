-- Sessions of clients that log in with their credentials and refresh: one row per refresh token that is good for
-- one more use. Tokens are 256 random bits, so a plain SHA-256 of them cannot be searched.
create table toprail.sessions (
  refresh_hash bytea primary key check (length(refresh_hash) = 32),
  client_id text not null references toprail.clients,
  expires_at timestamptz not null,
  created_at timestamptz not null default toprail.now()
);
create index sessions_client on toprail.sessions (client_id, created_at);

-- How often a client has logged out. An access token of a session carries the count at its issue; another count
-- means that the session has ended.
alter table toprail.clients add column logouts integer not null default 0 check (logouts >= 0);

alter table toprail.sessions enable row level security;
alter table toprail.sessions force row level security;
create policy engine_all on toprail.sessions to toprail_engine using (true) with check (true);
grant select, insert, delete on toprail.sessions to toprail_engine;
