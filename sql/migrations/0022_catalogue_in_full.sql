-- Bills and games beside airtime: whom an operator serves is more than a phone number or an address, and products
-- say their class, their tax, their circle and their texts in other languages.

-- Of `player` and `account`: how the number is called, and what the whole of it looks like. Servers: of games whose
-- players choose one.
alter table toprail.operators
  add column recipient_kind text not null default 'phone'
    check (recipient_kind in ('phone', 'email', 'player', 'account')),
  add column input_label text check (length(input_label) between 1 and 60),
  add column input_pattern text check (length(input_pattern) between 1 and 100),
  add column servers text[] check (cardinality(servers) > 0);
update toprail.operators set recipient_kind = 'email' where email_domains is not null;
alter table toprail.operators add constraint operators_recipient check (
  (recipient_kind = 'email') = (email_domains is not null)
  and (recipient_kind in ('player', 'account')) = (input_label is not null and input_pattern is not null)
  and (servers is null or recipient_kind = 'player')
);

-- The class is what price lists tell apart; the circle is a telecom circle of India. Names and descriptions hold
-- other languages than English by their code. Products are never deleted, since orders refer to them.
alter table toprail.products
  drop constraint products_type_check,
  add constraint products_type_check
    check (type in ('airtime', 'data', 'bundle', 'combo', 'pin', 'bill', 'gaming')),
  add column class text not null default 'mobile' check (
    class in ('mobile', 'dth', 'postpaid', 'electricity', 'fastag', 'gift_card', 'gaming')),
  add column talk_time bigint check (talk_time > 0),
  add column circle text check (circle ~ '^[A-Z]{2}$'),
  add column tax_percent numeric(7, 4) not null default 0 check (tax_percent between 0 and 100),
  add column tax_included boolean not null default true,
  add column names jsonb not null default '{}' check (jsonb_typeof(names) = 'object'),
  add column descriptions jsonb not null default '{}' check (jsonb_typeof(descriptions) = 'object'),
  add column status text not null default 'in_service' check (status in ('in_service', 'out_of_service'));
alter table toprail.products add constraint products_class check (
  (type = 'gaming') = (class = 'gaming')
  and (type <> 'bill' or class in ('dth', 'postpaid', 'electricity', 'fastag'))
);

-- Who wrote a row last. What the installation has set itself, by an import or a command, is no longer followed by
-- the data of releases.
alter table toprail.operators add column set_by text not null default 'release'
  check (set_by in ('release', 'installation'));
alter table toprail.products add column set_by text not null default 'release'
  check (set_by in ('release', 'installation'));
alter table toprail.promotions add column set_by text not null default 'release'
  check (set_by in ('release', 'installation'));
alter table toprail.operator_prefixes add column set_by text not null default 'release'
  check (set_by in ('release', 'installation'));
alter table toprail.catalogue_versions add column set_by text not null default 'release'
  check (set_by in ('release', 'installation'));
