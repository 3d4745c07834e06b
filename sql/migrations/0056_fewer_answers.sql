-- The batch tells what is not as asked, in columns of their own: a function's columns cannot be replaced.
drop function if exists toprail.accept_orders(
  boolean, double precision, uuid[], text[], integer[], bigint[], bigint[], text[], text[], bigint[], uuid[], uuid[],
  text[], uuid[], bytea[], integer[], integer[], text[], text[], bigint[], text[], bigint[], text[], numeric[],
  bigint[], bigint[], bigint[], bigint[], bigint[], text[], uuid[], bigint[], integer[], bytea[],
  text[], text[], uuid[], bigint[], bigint[], boolean[], bigint[]);
