-- "Successful, but not received": an account's claim about a delivered order, and what became of it. Its note is sealed.
create table toprail.disputes (
  account_id bigint not null references toprail.accounts,
  id bigint not null,
  order_id bigint not null,
  reason text not null check (reason in ('not_received', 'wrong_amount', 'wrong_recipient')),
  note bytea,
  state text not null default 'open' check (state in ('open', 'refunded', 'confirmed', 'withdrawn')),
  -- What the provider says when it is asked again; null until it was.
  provider_verdict text,
  provider_asked_at timestamptz,
  decision text check (decision in ('refund', 'confirm')),
  decided_by text check (length(decided_by) between 1 and 200),
  decided_at timestamptz,
  created_at timestamptz not null,
  closed_at timestamptz,
  next_wakeup timestamptz,
  fence integer not null default 1,
  primary key (account_id, id),
  check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null)),
  check ((closed_at is not null) = (state <> 'open')),
  check (state = 'open' or next_wakeup is null)
);
create unique index disputes_one_an_order on toprail.disputes (account_id, order_id) where state <> 'withdrawn';
create index disputes_due on toprail.disputes (next_wakeup) where next_wakeup is not null;

alter table toprail.disputes enable row level security;
alter table toprail.disputes force row level security;
create policy own_account on toprail.disputes for select to toprail_app using (account_id = toprail.current_account());
create policy engine_all on toprail.disputes to toprail_engine using (true) with check (true);
create policy auditor_reads on toprail.disputes for select to toprail_auditor using (true);
grant select on toprail.disputes to toprail_app;
grant select (account_id, id, order_id, reason, state, provider_verdict, provider_asked_at, decision, decided_by, decided_at,
  created_at, closed_at) on toprail.disputes to toprail_auditor;
grant select, insert, update on toprail.disputes to toprail_engine;
