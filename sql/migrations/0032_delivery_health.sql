-- How orders of each operator have ended, counted over all accounts in slots of ten minutes: the source of what the
-- switch says about an operator's health. No account, no order, and nobody reads it but through its function.
create table toprail.delivery_health (
  environment text not null check (environment in ('sandbox', 'live')),
  operator_id integer not null,
  slot timestamptz not null,
  -- -1: failed by the operator; otherwise how long the delivery took, by the bounds in `health.ts`.
  bucket smallint not null check (bucket >= -1),
  orders bigint not null check (orders > 0),
  primary key (environment, slot, operator_id, bucket)
);
grant select, insert, update, delete on toprail.delivery_health to toprail_engine;
