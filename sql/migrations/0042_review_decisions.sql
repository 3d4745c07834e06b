-- What people decide about an order that nobody else can end: one asks for it with evidence, another approves. The
-- evidence is sealed, since it may quote a person.
create table toprail.review_decisions (
  account_id bigint not null references toprail.accounts,
  order_id bigint not null,
  id bigint not null,
  outcome text not null check (outcome in ('delivered', 'failed')),
  evidence bytea not null,
  requested_by text not null check (length(requested_by) between 1 and 200),
  requested_at timestamptz not null,
  approved_by text check (length(approved_by) between 1 and 200),
  approved_at timestamptz,
  -- applied; rejected by whoever else; overtaken: the order had ended by itself.
  ending text check (ending in ('applied', 'rejected', 'overtaken')),
  ended_by text check (length(ended_by) between 1 and 200),
  ended_at timestamptz,
  next_wakeup timestamptz,
  fence integer not null default 1,
  primary key (account_id, id),
  constraint review_decisions_two_people check (approved_by is null or lower(approved_by) <> lower(requested_by)),
  check ((approved_by is null) = (approved_at is null)),
  check ((ending is null) = (ended_at is null)),
  check (next_wakeup is null or (approved_by is not null and ending is null))
);
create unique index review_decisions_one_open on toprail.review_decisions (account_id, order_id) where ended_at is null;
create index review_decisions_due on toprail.review_decisions (next_wakeup) where next_wakeup is not null;

alter table toprail.review_decisions enable row level security;
alter table toprail.review_decisions force row level security;
create policy engine_all on toprail.review_decisions to toprail_engine using (true) with check (true);
grant select, insert, update on toprail.review_decisions to toprail_engine;

-- A decision is evidence like any other, and says what it is.
set local role toprail_engine;
alter table toprail.evidence drop constraint evidence_source_check;
alter table toprail.evidence add constraint evidence_source_check
  check (source in ('submit', 'query', 'callback', 'statement', 'recovery', 'decision'));
reset role;
