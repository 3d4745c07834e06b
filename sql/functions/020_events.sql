-- For the engine's own functions: without rights of its own, so nobody else can call it with effect.
-- Always the last statement before the commit: it locks the counter, and the lock holds to the commit, so ids
-- have no gaps and a reader with `id > cursor` never misses a late commit.
create or replace function toprail.append_events(
  p_account bigint[], p_order bigint[], p_seq integer[], p_type text[], p_body text[], p_at timestamptz
) returns bigint
language plpgsql as $$
declare
  v_count integer := coalesce(cardinality(p_type), 0);
  v_last bigint;
begin
  if v_count = 0 then return null; end if;
  update event_counter set last_id = last_id + v_count returning last_id into v_last;
  insert into events (id, account_id, order_id, seq, type, body, at)
    select v_last - v_count + e.ord, e.account_id, e.order_id, e.seq, e.type, e.body::jsonb, p_at
    from unnest(p_account, p_order, p_seq, p_type, p_body)
      with ordinality as e(account_id, order_id, seq, type, body, ord);
  return v_last;
end $$;

revoke execute on function toprail.append_events from public;
