-- What a promotion says in other languages than English, by their code: title, title2, description, denominations and
-- local_denominations, all of them or none.
alter table toprail.promotions
  add column texts jsonb not null default '{}' check (jsonb_typeof(texts) = 'object');
