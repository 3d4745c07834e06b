-- What delivered and refused orders have taught about numbers that left their range: under a keyed hash of the number,
-- for all accounts, until it is too old to be believed.
create table toprail.learnt_ports (
  number_hash uuid primary key,
  -- The network that delivered; null when all that is known is who does not serve it.
  operator_id integer,
  -- Networks that refused it as another's.
  not_operators integer[] not null default '{}' check (cardinality(not_operators) <= 20),
  learnt_at timestamptz not null,
  expires_at timestamptz not null,
  check (operator_id is null or not operator_id = any (not_operators))
);
create index learnt_ports_expiry on toprail.learnt_ports (expires_at);

alter table toprail.learnt_ports enable row level security;
alter table toprail.learnt_ports force row level security;
create policy engine_all on toprail.learnt_ports to toprail_engine using (true) with check (true);
grant select, insert, update, delete on toprail.learnt_ports to toprail_engine;
