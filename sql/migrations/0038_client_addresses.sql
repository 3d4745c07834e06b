-- From which addresses a client may call. Null: from any.
alter table toprail.clients add column allow_from cidr[]
  constraint clients_allow_from check (cardinality(allow_from) between 1 and 100);

-- They tell the new column, too: made again with the functions.
drop function if exists toprail.find_client(text, bytea);
drop function if exists toprail.list_clients(bigint);
