-- Where the commissions of an account go at the end of a day: to its bank. Without a row they stay in the wallet.
-- Beneficiary, account number and bank code are sealed.
create table toprail.payout_destinations (
  account_id bigint not null references toprail.accounts,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  sealed bytea not null,
  created_at timestamptz not null default toprail.now(),
  primary key (account_id, currency)
);

alter table toprail.payout_destinations enable row level security;
alter table toprail.payout_destinations force row level security;
create policy engine_all on toprail.payout_destinations to toprail_engine using (true) with check (true);
grant select, insert, update, delete on toprail.payout_destinations to toprail_engine;

-- Where a payout of a day went, as it was then: the bank's file can be written again for ever.
alter table toprail.settlements add column destination bytea,
  add constraint settlements_destination check ((destination is not null) = (kind = 'commissions'));
