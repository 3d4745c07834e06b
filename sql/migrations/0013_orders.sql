-- Orders: what was asked (insert-only) apart from where it stands (one updated row).

-- Personal data, place one: recipients. Sealed, found by a keyed hash. Erasing a person blanks the row.
create table toprail.recipients (
  account_id bigint not null references toprail.accounts,
  id bigint not null,
  kind text not null check (kind in ('phone', 'email')),
  value_hash uuid not null,
  value_sealed bytea,
  primary key (account_id, id),
  unique (account_id, kind, value_hash)
);

-- One namespace of references per account over all dialects, for ever.
create table toprail.order_references (
  account_id bigint not null references toprail.accounts,
  reference_hash uuid not null,
  fingerprint uuid not null,
  order_id bigint not null,
  primary key (account_id, reference_hash)
);

create table toprail.orders (
  account_id bigint not null,
  id bigint not null,
  client_id text not null,
  dialect text not null,
  wallet_id bigint not null,
  recipient_id bigint not null,
  product_id integer not null,
  operator_id integer not null,
  country text not null,
  amount_mode text not null check (amount_mode in ('send', 'receive')),
  send_amount bigint not null check (send_amount > 0),
  currency text not null,
  receive_amount bigint not null check (receive_amount > 0),
  receive_currency text not null,
  fx_rate numeric not null check (fx_rate > 0),
  discount bigint not null check (discount >= 0),
  commission bigint not null check (commission >= 0),
  fee bigint not null check (fee >= 0),
  tax bigint not null check (tax >= 0),
  cost bigint not null check (cost > 0),
  -- Every other input of the price: mid rate, margin, rule, percentages, versions, remainders.
  pricing jsonb not null,
  -- Available balance around the hold, in the order in which the batch decided.
  balance_before bigint not null,
  balance_after bigint not null,
  minimum_receive bigint check (minimum_receive > 0),
  deadline_at timestamptz,
  created_at timestamptz not null,
  -- Personal data, place two: reference text, sender, address, user agent. The one column erasure may blank.
  private bytea,
  primary key (account_id, id),
  constraint orders_cost check (cost = send_amount - discount + fee + tax),
  constraint orders_balance check (balance_after = balance_before - cost),
  constraint orders_one_mode check (discount = 0 or commission = 0)
) partition by range (id);

create table toprail.order_progress (
  account_id bigint not null,
  order_id bigint not null,
  state text not null check (
    state in ('ACCEPTED', 'DISPATCHING', 'IN_DOUBT', 'REVIEW', 'DELIVERED', 'FAILED', 'CANCELLED')),
  hold text not null,
  hold_wallet_id bigint not null,
  hold_amount bigint not null check (hold_amount > 0),
  -- The last attempt, live or not.
  attempt smallint not null,
  -- Raised by each write; a write that knows an older one changes nothing.
  fence integer not null default 1,
  event_seq integer not null,
  doubt_since timestamptz,
  next_wakeup timestamptz,
  failure_code text,
  delivered_amount bigint,
  provider_reference text,
  completed_at timestamptz,
  primary key (order_id, account_id),
  constraint order_progress_hold check (hold = case state
    when 'DELIVERED' then 'CAPTURED' when 'FAILED' then 'RELEASED' when 'CANCELLED' then 'RELEASED' else 'ACTIVE' end),
  -- Nothing sits without a next wake-up, and nothing that has ended has one.
  constraint order_progress_wakeup check ((next_wakeup is null) = (state in ('DELIVERED', 'FAILED', 'CANCELLED'))),
  constraint order_progress_completed check (
    (completed_at is not null) = (state in ('DELIVERED', 'FAILED', 'CANCELLED'))),
  constraint order_progress_failure check ((failure_code is not null) = (state = 'FAILED')),
  constraint order_progress_delivered check ((delivered_amount is not null) = (state = 'DELIVERED'))
) partition by range (order_id);
create index order_progress_due on toprail.order_progress (next_wakeup) where next_wakeup is not null;

create table toprail.attempts (
  account_id bigint not null,
  order_id bigint not null,
  number smallint not null check (number > 0),
  provider_id text not null,
  sku text not null,
  epoch integer not null,
  -- Keyed hash of what is asked: the same reference is never sent with another content.
  instruction_hash uuid not null,
  provider_cost bigint not null check (provider_cost >= 0),
  provider_cost_wallet bigint not null check (provider_cost_wallet >= 0),
  state text not null check (state in ('READY', 'SENDING', 'PENDING', 'UNKNOWN', 'CONFLICT', 'CONFIRMED', 'REFUSED')),
  created_at timestamptz not null,
  sent_at timestamptz,
  primary key (order_id, number, account_id),
  constraint attempts_sent check (sent_at is not null or state in ('READY', 'REFUSED'))
) partition by range (order_id);
create unique index attempts_one_live on toprail.attempts (order_id)
  where state in ('READY', 'SENDING', 'PENDING', 'UNKNOWN', 'CONFLICT');
create unique index attempts_one_confirmed on toprail.attempts (order_id) where state = 'CONFIRMED';

-- What anyone said about an attempt, append-only. Raw answers are hashed, never kept.
create table toprail.evidence (
  account_id bigint not null,
  order_id bigint not null,
  attempt smallint not null,
  seq integer not null,
  source text not null check (source in ('submit', 'query', 'callback', 'statement', 'recovery')),
  verdict text not null check (
    verdict in ('delivered', 'refused', 'pending', 'unknown', 'unsent', 'not_found', 'reversed')),
  code text,
  provider_reference text,
  delivered_amount bigint,
  raw_hash bytea,
  received_at timestamptz not null,
  primary key (order_id, attempt, seq, account_id)
) partition by range (order_id);

-- PIN codes, sealed; they stand nowhere else.
create table toprail.vouchers (
  account_id bigint not null,
  order_id bigint not null,
  sealed bytea not null,
  primary key (account_id, order_id)
);

-- What follows a terminal state: each cause once.
create table toprail.adjustments (
  account_id bigint not null,
  id bigint not null,
  order_id bigint not null,
  cause text not null check (
    cause in ('OPERATOR_REVERSAL', 'LATE_DELIVERY', 'PARTIAL', 'DISPUTE_REFUND', 'CORRECTION')),
  -- What the customer's wallet gained.
  amount bigint not null check (amount >= 0),
  currency text not null,
  created_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, order_id, cause)
);

create table toprail.review_cases (
  account_id bigint not null,
  order_id bigint not null,
  reason text not null check (reason in ('conflict', 'in_doubt_too_long', 'dispatching_too_long')),
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (account_id, order_id, reason)
);

-- Callbacks of providers, each notice once; a due row until it has been acted on.
create table toprail.callback_inbox (
  provider_id text not null references toprail.providers,
  notice text not null check (length(notice) between 1 and 200),
  order_id bigint not null,
  attempt smallint not null,
  verdict text not null,
  code text,
  provider_reference text,
  delivered_amount bigint,
  raw_hash bytea,
  received_at timestamptz not null,
  next_wakeup timestamptz,
  tries smallint not null default 0,
  primary key (provider_id, notice)
);
create index callback_inbox_due on toprail.callback_inbox (next_wakeup) where next_wakeup is not null;

do $$
declare v_table text;
begin
  foreach v_table in array array['recipients', 'order_references', 'orders', 'order_progress', 'attempts', 'evidence',
    'vouchers', 'adjustments', 'review_cases'] loop
    execute format('alter table toprail.%I enable row level security', v_table);
    execute format('alter table toprail.%I force row level security', v_table);
    execute format('create policy own_account on toprail.%I for select to toprail_app
      using (account_id = toprail.current_account())', v_table);
    execute format('create policy engine_all on toprail.%I to toprail_engine using (true) with check (true)', v_table);
    execute format('create policy auditor_reads on toprail.%I for select to toprail_auditor using (true)', v_table);
    execute format('grant select on toprail.%I to toprail_app', v_table);
  end loop;
end $$;

grant select on toprail.orders, toprail.order_progress, toprail.attempts, toprail.evidence, toprail.adjustments,
  toprail.review_cases to toprail_auditor;
grant select, insert, delete on toprail.recipients, toprail.order_references to toprail_engine;
grant select, insert on toprail.vouchers, toprail.adjustments to toprail_engine;
grant select, insert, update on toprail.review_cases, toprail.callback_inbox to toprail_engine;
alter table toprail.orders owner to toprail_engine;
alter table toprail.order_progress owner to toprail_engine;
alter table toprail.attempts owner to toprail_engine;
alter table toprail.evidence owner to toprail_engine;
