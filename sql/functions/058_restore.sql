-- After a restore from a backup. What happened since the backup is known to providers only: references of the old epoch
-- may have been used, so none leaves again; what was open is verified; and nothing leaves at all until somebody who has
-- reconciled says so.

-- Returns the new epoch and how many orders are verified now.
create or replace function toprail.restore_epoch() returns table (epoch integer, orders bigint)
language plpgsql security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
declare
  v_epoch integer;
  v_orders bigint;
begin
  update installation set epoch = epoch + 1, sending_blocked = true, blocked_at = toprail.now() returning installation.epoch into v_epoch;
  update order_progress set next_wakeup = toprail.now(), fence = fence + 1 where next_wakeup is not null;
  get diagnostics v_orders = row_count;
  return query select v_epoch, v_orders;
end $$;

-- False: nothing was blocked.
create or replace function toprail.allow_sending() returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update installation set sending_blocked = false, blocked_at = null where sending_blocked;
  return found;
end $$;
