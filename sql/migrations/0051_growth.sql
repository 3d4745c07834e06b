-- What keeps an installation cheap to run however old it is: a mark from which the checks go on, and books that are
-- summed up once a month's orders have ended.

-- Where the last clean run of `verify` stood. What changes later is found from here.
create table toprail.verify_marks (
  one_row boolean primary key default true check (one_row),
  at timestamptz not null,
  event_id bigint not null,
  -- The highest id of an order or of another source of transfers.
  source_id bigint not null,
  -- Lines of statements up to it were judged.
  line_id bigint not null,
  -- Orders that were left for the next run: their operator may still have been busy.
  left_orders bigint[] not null
);

-- Balance and entries of each wallet at the mark.
create table toprail.verified_wallets (
  account_id bigint not null,
  wallet_id bigint primary key,
  posted bigint not null,
  entries bigint not null
);

-- Transfers whose source is below `before_id` never change and never become more: their orders have ended, all of
-- them before `until`. They are summed up in `closed_sums`.
create table toprail.books_closed (
  one_row boolean primary key default true check (one_row),
  before_id bigint not null default 0,
  until timestamptz not null default '-infinity'
);
insert into toprail.books_closed default values;

-- One row for everything equal that a month has posted; the month is named by the first id in it.
create table toprail.closed_sums (
  account_id bigint not null,
  month_id bigint not null,
  kind text not null,
  debit text not null,
  credit text not null,
  currency text not null,
  amount bigint not null check (amount > 0),
  entries bigint not null check (entries > 0),
  primary key (account_id, month_id, kind, debit, credit, currency)
);

do $$
declare v_table text;
begin
  foreach v_table in array array['verified_wallets', 'closed_sums'] loop
    execute format('alter table toprail.%I enable row level security', v_table);
    execute format('alter table toprail.%I force row level security', v_table);
    execute format('create policy engine_all on toprail.%I to toprail_engine using (true) with check (true)', v_table);
    execute format('create policy auditor_reads on toprail.%I for select to toprail_auditor using (true)', v_table);
  end loop;
end $$;
grant select on toprail.verify_marks, toprail.verified_wallets, toprail.books_closed, toprail.closed_sums to toprail_auditor;
grant select, insert, update on toprail.verify_marks, toprail.verified_wallets, toprail.closed_sums to toprail_engine;
grant select, update on toprail.books_closed to toprail_engine;

-- By order or source, for those few that are looked at. Where rows lie in the order of their ids a block range will do.
create index quotes_used on toprail.quotes (order_id) where order_id is not null;
create index money_requests_source on toprail.money_requests (source_id);
create index adjustments_id on toprail.adjustments (id);
create index order_references_order on toprail.order_references using brin (order_id)
  with (pages_per_range = 8, autosummarize = on);
set local role toprail_engine;
create index orders_id on toprail.orders using brin (id) with (pages_per_range = 8, autosummarize = on);
reset role;
