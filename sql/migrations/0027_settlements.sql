-- What a day's end posts: shares of a reseller tree that were earned reach the wallet. One row an account, currency,
-- kind and day; its id is the source of its transfer.
create table toprail.settlements (
  account_id bigint not null references toprail.accounts,
  id bigint not null,
  kind text not null check (kind in ('reseller_shares', 'commissions')),
  currency text not null,
  day date not null,
  amount bigint not null check (amount > 0),
  created_at timestamptz not null,
  primary key (account_id, id),
  unique (kind, day, account_id, currency)
);

-- The legs of shares, in the order of their payees: what is owed is their sum.
set local role toprail_engine;
create index transfers_shares_owed on toprail.transfers (credit, currency) where credit like 'share:%';
create index transfers_shares_paid on toprail.transfers (debit, currency) where debit like 'share:%';
reset role;

alter table toprail.settlements enable row level security;
alter table toprail.settlements force row level security;
create policy own_account on toprail.settlements for select to toprail_app using (account_id = toprail.current_account());
create policy engine_all on toprail.settlements to toprail_engine using (true) with check (true);
create policy auditor_reads on toprail.settlements for select to toprail_auditor using (true);
grant select on toprail.settlements to toprail_app, toprail_auditor;
grant select, insert on toprail.settlements to toprail_engine;
