-- A network has delivered to a number, or refused it as another's. What is too old to be believed is forgotten first,
-- whether it was swept yet or not.
create or replace function toprail.learn_port(
  p_number uuid, p_operator integer, p_serves boolean, p_keep_seconds double precision
) returns void
language sql security definer set search_path = toprail, pg_temp as $$
  delete from learnt_ports where number_hash = p_number and expires_at <= toprail.now();
  insert into learnt_ports as p (number_hash, operator_id, not_operators, learnt_at, expires_at)
    values (p_number, case when p_serves then p_operator end, case when p_serves then '{}' else array[p_operator] end,
      toprail.now(), toprail.now() + make_interval(secs => p_keep_seconds))
  on conflict (number_hash) do update set
    operator_id = case when p_serves then p_operator else nullif(p.operator_id, p_operator) end,
    not_operators = case when p_serves then array_remove(p.not_operators, p_operator)
      else (array_append(array_remove(p.not_operators, p_operator), p_operator))[greatest(1, cardinality(p.not_operators) - 18):] end,
    learnt_at = excluded.learnt_at, expires_at = excluded.expires_at
$$;

create or replace function toprail.find_port(p_number uuid) returns table (operator_id integer, not_operators integer[])
language sql stable security definer set search_path = toprail, pg_temp as $$
  select p.operator_id, p.not_operators from learnt_ports p where p.number_hash = p_number and p.expires_at > toprail.now()
$$;
