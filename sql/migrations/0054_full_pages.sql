-- Half-empty pages were kept for updates in place, which these tables never have: each update changes a column that an
-- index knows (the wake-up, the state of an attempt). Room comes back by vacuum instead, and the tables are half as large.
-- Partitions belong to the role that makes them.
set local role toprail_engine;
do $$
declare v_table text;
begin
  for v_table in select p.inhrelid::regclass::text from pg_inherits p
    where p.inhparent in ('toprail.order_progress'::regclass, 'toprail.attempts'::regclass) loop
    execute format('alter table %s reset (fillfactor)', v_table);
  end loop;
end $$;
reset role;
