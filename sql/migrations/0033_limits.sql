-- How much a client and an account may ask. Null: the default of the release.
alter table toprail.clients add column requests_per_second integer check (requests_per_second > 0);
alter table toprail.accounts add column lookups_per_minute integer check (lookups_per_minute > 0);

-- It tells the new column, too: made again with the functions.
drop function if exists toprail.list_clients(bigint);
