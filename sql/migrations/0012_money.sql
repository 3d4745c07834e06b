-- The ledger. Only wallets are rows that change; everything else is a sum over transfers.

create table toprail.wallets (
  account_id bigint not null references toprail.accounts,
  id bigint generated always as identity (start with 5001),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  opening bigint not null default 0,
  posted bigint not null default 0,
  held bigint not null default 0,
  credit_limit bigint not null default 0,
  -- Lines of its statement so far: each transfer that touches it gets the next number, without gaps.
  entries bigint not null default 0,
  created_at timestamptz not null default toprail.now(),
  updated_at timestamptz not null default toprail.now(),
  primary key (account_id, id),
  unique (id),
  unique (account_id, currency),
  constraint wallets_held check (held >= 0),
  constraint wallets_credit_limit check (credit_limit >= 0),
  constraint wallets_available check (posted - held >= -credit_limit)
) with (fillfactor = 50);

-- One row is one movement with both legs. `source_id` is an order, a funding or an adjustment; the key makes
-- each business effect post at most once. A transfer touches at most one wallet, of `account_id`.
create table toprail.transfers (
  account_id bigint not null,
  source_id bigint not null,
  kind text not null,
  seq smallint not null default 0,
  debit text not null,
  credit text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  wallet_id bigint,
  wallet_entry bigint,
  wallet_posted_after bigint,
  created_at timestamptz not null,
  primary key (source_id, kind, seq, account_id),
  constraint transfers_two_legs check (debit <> credit),
  constraint transfers_wallet_leg check (
    (wallet_id is not null) = (debit = 'wallet' or credit = 'wallet')
    and (wallet_id is null) = (wallet_posted_after is null)
    and (wallet_id is null) = (wallet_entry is null))
) partition by range (source_id);
create index transfers_wallet on toprail.transfers (wallet_id, wallet_entry) where wallet_id is not null;

-- Keys of fundings: the same key and content posts once.
create table toprail.money_requests (
  account_id bigint not null references toprail.accounts,
  key_hash uuid not null,
  fingerprint uuid not null,
  source_id bigint not null,
  reason text not null check (length(reason) between 1 and 500),
  actor text not null,
  created_at timestamptz not null,
  primary key (account_id, key_hash)
);

alter table toprail.wallets enable row level security;
alter table toprail.wallets force row level security;
create policy own_account on toprail.wallets for select to toprail_app using (account_id = toprail.current_account());
create policy engine_all on toprail.wallets to toprail_engine using (true) with check (true);
create policy auditor_reads on toprail.wallets for select to toprail_auditor using (true);

alter table toprail.transfers enable row level security;
alter table toprail.transfers force row level security;
-- An account sees what moved its wallet, not what the platform earned or paid with it.
create policy own_account on toprail.transfers for select to toprail_app
  using (account_id = toprail.current_account() and wallet_id is not null);
create policy engine_all on toprail.transfers to toprail_engine using (true) with check (true);
create policy auditor_reads on toprail.transfers for select to toprail_auditor using (true);

alter table toprail.money_requests enable row level security;
alter table toprail.money_requests force row level security;
create policy engine_all on toprail.money_requests to toprail_engine using (true) with check (true);

grant select on toprail.wallets, toprail.transfers to toprail_app, toprail_auditor;
grant select, insert, update on toprail.wallets to toprail_engine;
grant select, insert on toprail.money_requests to toprail_engine;
alter table toprail.transfers owner to toprail_engine;
