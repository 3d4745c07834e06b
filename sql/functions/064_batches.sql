-- Bulk orders: a file is taken in chunks, accepted whole, and fed row by row through the intake by whoever holds
-- the lease. Every write knows the fence of the batch; a stale one changes nothing.

-- An upload begins, or begins anew: what an earlier one with the same key had left behind is removed. A hash in the
-- answer: the key stands for a file that was accepted, of this content.
create or replace function toprail.open_batch(p_account bigint, p_id bigint, p_client text, p_key_hash uuid, p_quiet_seconds double precision)
returns table (id bigint, fence integer, content_hash uuid)
language plpgsql security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
declare
  v_now timestamptz := toprail.now();
  v_batch batches;
begin
  insert into batches (account_id, id, client_id, key_hash, state, next_wakeup, created_at)
    values (p_account, p_id, p_client, p_key_hash, 'receiving', v_now + make_interval(secs => p_quiet_seconds), v_now)
    on conflict (account_id, key_hash) do nothing;
  select * into v_batch from batches b where b.account_id = p_account and b.key_hash = p_key_hash for update;
  if v_batch.state = 'receiving' and v_batch.id <> p_id then
    delete from batch_rows r where r.account_id = p_account and r.batch_id = v_batch.id;
    update batches b set fence = b.fence + 1, client_id = p_client,
        next_wakeup = v_now + make_interval(secs => p_quiet_seconds)
      where b.account_id = p_account and b.id = v_batch.id returning b.* into v_batch;
  end if;
  return query select v_batch.id, v_batch.fence, v_batch.content_hash;
end $$;

-- A chunk of rows. False: the upload was overtaken by another one, or given up as dead.
create or replace function toprail.add_batch_rows(
  p_account bigint, p_id bigint, p_fence integer, p_quiet_seconds double precision,
  p_line integer[], p_request bytea[], p_reference bytea[], p_code text[], p_message text[]
) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update batches set next_wakeup = toprail.now() + make_interval(secs => p_quiet_seconds)
    where account_id = p_account and id = p_id and fence = p_fence and state = 'receiving';
  if not found then return false; end if;
  insert into batch_rows (account_id, batch_id, line, request_sealed, reference_sealed, outcome, code, message)
    select p_account, p_id, r.line, r.request, r.reference, case when r.code is not null then 'refused' end, r.code, r.message
    from unnest(p_line, p_request, p_reference, p_code, p_message) as r(line, request, reference, code, message);
  return true;
end $$;

-- All rows have come: from here on the batch is a promise.
create or replace function toprail.accept_batch(
  p_account bigint, p_id bigint, p_fence integer, p_content_hash uuid, p_rows integer
) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare v_now timestamptz := toprail.now();
begin
  update batches set state = 'running', row_count = p_rows, content_hash = p_content_hash, accepted_at = v_now, next_wakeup = v_now
    where account_id = p_account and id = p_id and fence = p_fence and state = 'receiving';
  if not found then return false; end if;
  perform append_events(array[p_account], array[null::bigint], array[null::integer], array['batch.accepted'],
    array[jsonb_build_object('batch', p_id::text, 'rows', p_rows)::text], v_now);
  return true;
end $$;

-- An upload that broke off, or from which nothing has come for long: as if it had never begun.
create or replace function toprail.drop_batch(p_account bigint, p_id bigint, p_fence integer) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  delete from batches where account_id = p_account and id = p_id and fence = p_fence and state = 'receiving';
  if not found then return false; end if;
  delete from batch_rows where account_id = p_account and batch_id = p_id;
  return true;
end $$;

-- The batch that has waited longest, leased: so several are worked on in turn.
create or replace function toprail.claim_batch(p_lease_seconds double precision)
returns table (account_id bigint, id bigint, client_id text, state text, fence integer, "position" integer)
language sql security definer set search_path = toprail, pg_temp as $$
  with due as (
    select d.account_id, d.id from batches d where d.next_wakeup <= toprail.now()
    order by d.next_wakeup limit 1 for update skip locked
  )
  update batches b set next_wakeup = toprail.now() + make_interval(secs => p_lease_seconds), fence = b.fence + 1
  from due d where b.account_id = d.account_id and b.id = d.id
  returning b.account_id, b.id, b.client_id, b.state, b.fence, b.position
$$;

create or replace function toprail.next_batch_seconds() returns double precision
language sql security definer set search_path = toprail, pg_temp as $$
  select extract(epoch from min(next_wakeup) - toprail.now())::double precision from batches where next_wakeup is not null
$$;

-- What became of some rows; those without an outcome ended in a fault and are tried again. The batch is due again
-- after `p_wait_seconds`, which ends the lease.
create or replace function toprail.decide_batch_rows(
  p_account bigint, p_id bigint, p_fence integer, p_position integer, p_wait_seconds double precision,
  p_line integer[], p_outcome text[], p_order bigint[], p_code text[], p_message text[]
) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update batches set position = greatest(position, p_position), next_wakeup = toprail.now() + make_interval(secs => p_wait_seconds)
    where account_id = p_account and id = p_id and fence = p_fence and completed_at is null;
  if not found then return false; end if;
  update batch_rows r set
      outcome = d.outcome, order_id = d.order_id, code = d.code, message = d.message,
      request_sealed = case when d.outcome is null then r.request_sealed end,
      reference_sealed = case when d.order_id is null then r.reference_sealed end,
      tries = case when d.outcome is null then least(r.tries + 1, 30000) else r.tries end
    from unnest(p_line, p_outcome, p_order, p_code, p_message) as d(line, outcome, order_id, code, message)
    -- The lines once more, for the index: without them a plan made before the table was analysed walks all rows.
    where r.account_id = p_account and r.batch_id = p_id and r.line = any (p_line) and r.line = d.line and r.outcome is null;
  return true;
end $$;

-- Every row has its outcome; those of a cancelled batch that were not placed get it here.
create or replace function toprail.complete_batch(p_account bigint, p_id bigint, p_fence integer) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare
  v_now timestamptz := toprail.now();
  v_batch batches;
begin
  update batches set state = case state when 'running' then 'completed' else state end, next_wakeup = null,
      completed_at = v_now
    where account_id = p_account and id = p_id and fence = p_fence and state in ('running', 'cancelled') and completed_at is null
    returning * into v_batch;
  if not found then return false; end if;
  update batch_rows set outcome = 'cancelled', request_sealed = null
    where account_id = p_account and batch_id = p_id and line > v_batch.position and outcome is null
      and v_batch.state = 'cancelled';
  perform append_events(array[p_account], array[null::bigint], array[null::integer], array['batch.completed'],
    array[jsonb_build_object('batch', p_id::text, 'rows', v_batch.row_count)::text], v_now);
  return true;
end $$;

-- Takes back what has not been placed. The worker's lease stays: what it is placing right now it still records. Returns
-- the state before; null when there is no such batch.
create or replace function toprail.cancel_batch(p_account bigint, p_id bigint) returns text
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare v_state text;
begin
  select state into v_state from batches where account_id = p_account and id = p_id for update;
  if v_state = 'running' then
    update batches set state = 'cancelled', cancelled_at = toprail.now() where account_id = p_account and id = p_id;
  end if;
  return v_state;
end $$;
