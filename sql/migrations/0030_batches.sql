-- Bulk orders: a file of rows, each of which becomes an order of its own. A batch moves no money; its rows go the
-- same way as any other order.

create table toprail.batches (
  account_id bigint not null references toprail.accounts,
  id bigint not null,
  -- In whose name the rows are placed.
  client_id text not null,
  -- Keyed hash of the client's Idempotency-Key.
  key_hash uuid not null,
  -- Keyed hash of the bytes of the file; known once all of them have come.
  content_hash uuid,
  state text not null check (state in ('receiving', 'running', 'completed', 'cancelled')),
  row_count integer check (row_count > 0),
  -- Every row up to this line has its outcome.
  position integer not null default 0,
  -- Raised by whoever takes the batch up: an upload that begins anew, a worker that claims it.
  fence integer not null default 1,
  next_wakeup timestamptz,
  created_at timestamptz not null,
  accepted_at timestamptz,
  cancelled_at timestamptz,
  -- Every row has its outcome. A cancelled batch gets there too.
  completed_at timestamptz,
  primary key (account_id, id),
  unique (account_id, key_hash),
  constraint batches_accepted check ((accepted_at is null) = (state = 'receiving')
    and (row_count is null) = (state = 'receiving') and (content_hash is null) = (state = 'receiving')),
  constraint batches_cancelled check ((cancelled_at is not null) = (state = 'cancelled')),
  constraint batches_completed check (completed_at is null or state in ('completed', 'cancelled')),
  constraint batches_done check (state <> 'completed' or completed_at is not null),
  -- Nothing sits without a next wake-up, and nothing that is done has one.
  constraint batches_wakeup check ((next_wakeup is null) = (completed_at is not null))
);
create index batches_due on toprail.batches (next_wakeup) where next_wakeup is not null;

-- What was asked is sealed and kept only until it is an order or a refusal. No key to its batch: rows come a
-- thousand at a time.
create table toprail.batch_rows (
  account_id bigint not null,
  batch_id bigint not null,
  -- In the file, from 1: where the row begins.
  line integer not null check (line > 0),
  request_sealed bytea,
  -- Kept where there is no order that has it.
  reference_sealed bytea,
  outcome text check (outcome in ('placed', 'replayed', 'refused', 'cancelled')),
  order_id bigint,
  code text,
  message text,
  -- How often placing it has ended in a fault.
  tries smallint not null default 0,
  primary key (account_id, batch_id, line),
  constraint batch_rows_request check ((request_sealed is not null) = (outcome is null)),
  constraint batch_rows_order check ((order_id is not null) = (coalesce(outcome, '') in ('placed', 'replayed'))),
  constraint batch_rows_code check ((code is not null) = (coalesce(outcome, '') = 'refused')
    and (message is not null) = (code is not null))
) with (fillfactor = 70);

do $$
declare v_table text;
begin
  foreach v_table in array array['batches', 'batch_rows'] loop
    execute format('alter table toprail.%I enable row level security', v_table);
    execute format('alter table toprail.%I force row level security', v_table);
    execute format('create policy own_account on toprail.%I for select to toprail_app
      using (account_id = toprail.current_account())', v_table);
    execute format('create policy engine_all on toprail.%I to toprail_engine using (true) with check (true)', v_table);
    execute format('create policy auditor_reads on toprail.%I for select to toprail_auditor using (true)', v_table);
    execute format('grant select on toprail.%I to toprail_app', v_table);
    execute format('grant select, insert, update, delete on toprail.%I to toprail_engine', v_table);
  end loop;
end $$;
