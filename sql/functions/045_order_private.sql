-- The sealed personal data of an order, replaced where it is still what the caller has read. Blank stays blank: an
-- order whose person was erased takes nothing new.
create or replace function toprail.replace_order_private(
  p_account bigint, p_order bigint, p_read bytea, p_private bytea
) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update orders set private = p_private where account_id = p_account and id = p_order and private = p_read;
  return found;
end $$;
