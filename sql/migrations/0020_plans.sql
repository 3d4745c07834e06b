-- Plans: products beside an operator's main one, of a fixed amount, with what they contain and how long they last.
-- The code is how integrations without numeric ids name one (`BND001`).
alter table toprail.products
  add column code text unique check (code ~ '^[A-Z0-9]{1,20}$'),
  add column validity_days integer check (validity_days > 0),
  add column data_megabytes integer check (data_megabytes > 0),
  add column voice_minutes integer check (voice_minutes > 0),
  add column messages integer check (messages > 0);
