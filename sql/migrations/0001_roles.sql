-- What each role may do in the schema, and the clock. The roles themselves are made by whoever prepares the
-- database (`toprail database prepare`, or the embedded start): only a superuser can. This file runs as
-- toprail_owner, who owns the schema and is no superuser.

-- The engine owns the batch functions: it has to be able to own things here.
grant usage, create on schema toprail to toprail_engine;
grant usage on schema toprail to toprail_app, toprail_auditor;

-- A server that knows only the app's login must be able to see whether migrations are pending.
create table toprail.applied_functions (
  hash        text        not null primary key, -- SHA-256 of all of sql/functions in name order, hex
  signatures  text[]      not null,             -- what that text defined, so that the next one drops what is gone
  applied_at  timestamptz not null
);
grant select on toprail.migrations, toprail.applied_functions to toprail_app, toprail_auditor;

-- At most one row; moved only by tests, empty in production.
create table toprail.clock (
  only_row boolean  not null primary key default true check (only_row),
  shift    interval not null
);
grant select on toprail.clock to toprail_engine, toprail_app, toprail_auditor;

-- The only time in SQL.
create function toprail.now() returns timestamptz
  language sql stable parallel safe
  return clock_timestamp() + coalesce((select shift from toprail.clock), interval '0');

-- The account that a transaction acts for, set by the application at its start; null lets it see no account.
create function toprail.current_account() returns bigint
  language sql stable parallel safe
  return nullif(current_setting('toprail.account_id', true), '')::bigint;

grant execute on function toprail.now(), toprail.current_account()
  to toprail_engine, toprail_app, toprail_auditor;
