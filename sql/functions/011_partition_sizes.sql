-- What is stored where, for whoever runs the switch. Rows as PostgreSQL has counted them last; null: never.

-- A partition is closed when the books are closed beyond it: whatever is in it has ended and is summed up.
create or replace function toprail.list_partitions()
returns table (table_name text, partition text, first_id bigint, past_id bigint, row_count bigint, bytes bigint,
  index_bytes bigint, closed boolean)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select t.relname, p.relname, b.bounds[1]::bigint, b.bounds[2]::bigint, nullif(p.reltuples::bigint, -1),
    pg_table_size(p.oid), pg_indexes_size(p.oid),
    t.relname <> 'events' and b.bounds[2]::bigint <= (select before_id from books_closed)
  from pg_class t
  join pg_inherits i on i.inhparent = t.oid join pg_class p on p.oid = i.inhrelid
  cross join lateral (select regexp_match(pg_get_expr(p.relpartbound, p.oid), '\(''?(\d+)''?\) TO \(''?(\d+)''?\)') as bounds) b
  where t.relnamespace = 'toprail'::regnamespace and t.relkind = 'p'
  order by t.relname, b.bounds[1]::bigint
$$;

-- Every index with something in it; those of partitions together.
create or replace function toprail.list_indexes()
returns table (table_name text, index_name text, bytes bigint)
language sql stable security definer set search_path = toprail, pg_temp as $$
  select t.relname, i.relname, s.bytes
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
  cross join lateral (select case when i.relkind = 'i' then pg_relation_size(i.oid)
    else (select sum(pg_relation_size(r.relid))::bigint from pg_partition_tree(i.oid) r) end as bytes) s
  where t.relnamespace = 'toprail'::regnamespace and t.relkind in ('r', 'p') and not i.relispartition and s.bytes > 0
  order by s.bytes desc, i.relname
$$;
