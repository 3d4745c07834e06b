-- The inputs of a price that many orders share (rates, percentages, versions) stand once, under a name made of their
-- content; an order keeps what is its own: what rounding left out, and who gets which share.
drop function if exists toprail.accept_orders(
  boolean, double precision, integer[], bigint[], bigint[], text[], text[], bigint[], uuid[], uuid[], text[], uuid[], bytea[],
  integer[], integer[], text[], text[], bigint[], text[], bigint[], text[], numeric[], bigint[], bigint[], bigint[], bigint[],
  bigint[], text[], bigint[], integer[], bytea[], text[], text[], uuid[], bigint[], bigint[], boolean[], bigint[]);

create table toprail.pricing_terms (
  id uuid primary key,
  terms jsonb not null
);
grant select, insert on toprail.pricing_terms to toprail_engine;
grant select on toprail.pricing_terms to toprail_auditor;

set local role toprail_engine;
alter table toprail.orders add column terms_id uuid;
insert into toprail.pricing_terms (id, terms)
  select distinct md5((o.pricing - 'rounding' - 'shares')::text)::uuid, o.pricing - 'rounding' - 'shares' from toprail.orders o;
update toprail.orders o set terms_id = md5((o.pricing - 'rounding' - 'shares')::text)::uuid,
  pricing = o.pricing - array(select k from jsonb_object_keys(o.pricing) as k where k not in ('rounding', 'shares'));
alter table toprail.orders alter column terms_id set not null;
reset role;

-- Every reference and recipient belongs to an order (checks A2 and E3), whose wallet names an account that exists. To ask
-- again for each row cost a tenth of accepting it.
alter table toprail.order_references drop constraint order_references_account_id_fkey;
alter table toprail.recipients drop constraint recipients_account_id_fkey;
