-- What providers say in their statements, compared with our books. A line is kept once, however many files hold it; it
-- has no personal data in clear: whom it is for is a keyed hash, and what cannot be read is not kept.

-- How a provider's file is to be read. A version is never changed; statements name theirs.
create table toprail.statement_mappings (
  provider_id text not null references toprail.providers,
  name text not null check (name ~ '^[a-z0-9_-]{1,40}$'),
  version integer not null check (version > 0),
  mapping jsonb not null,
  created_at timestamptz not null,
  primary key (provider_id, name, version)
);

-- One file, as it was given: of this content, read by this mapping, for this period.
create table toprail.statements (
  id bigint generated always as identity primary key,
  provider_id text not null references toprail.providers,
  fingerprint uuid not null,
  -- Null: our own format.
  mapping_name text,
  mapping_version integer,
  -- Of files that do not say their period, that of their lines, once all are read.
  period_from timestamptz,
  period_to timestamptz,
  -- Whether what is not in it has not happened at the provider.
  complete boolean not null,
  -- Terms of the mapping: how far a line's time may lie from our send, and by how much a charge may be off (rounding).
  window_seconds integer not null check (window_seconds > 0),
  cost_tolerance bigint not null check (cost_tolerance >= 0),
  line_count integer,
  left_out integer,
  imported_at timestamptz not null,
  finished_at timestamptz,
  unique (provider_id, fingerprint),
  foreign key (provider_id, mapping_name, mapping_version)
    references toprail.statement_mappings (provider_id, name, version),
  check (period_from < period_to),
  check (not complete or period_from is not null),
  check ((finished_at is null) = (line_count is null) and (finished_at is null) = (left_out is null))
);

create table toprail.statement_lines (
  id bigint generated always as identity primary key,
  provider_id text not null references toprail.providers,
  -- Keyed hash of what it says, and which of the equal lines of one file it is: so the same line of another file is
  -- this one.
  content uuid not null,
  occurrence integer not null check (occurrence > 0),
  -- The one that brought it first.
  statement_id bigint not null references toprail.statements,

  -- What it says. Either it can be read, or this is why not.
  issue text check (length(issue) between 1 and 200),
  verdict text check (verdict in ('delivered', 'refused', 'reversed')),
  -- Ours, where it has the form of ours.
  named_epoch integer,
  named_order bigint,
  named_attempt smallint,
  their_reference text check (length(their_reference) between 1 and 200),
  -- Hashed as `recipients` are, once for each kind that it can be of.
  recipients uuid[],
  code text check (length(code) between 1 and 100),
  amount bigint check (amount >= 0),
  currency text,
  cost bigint check (cost >= 0),
  cost_currency text,
  at timestamptz,

  -- What it is about, by which of the three ways of matching.
  account_id bigint,
  order_id bigint,
  attempt smallint,
  matched_by text check (matched_by in ('our_reference', 'their_reference', 'recipient')),
  -- It agrees, it has ended the order, or its one class of break; null until it is judged.
  outcome text check (outcome in ('matched', 'ended', 'malformed', 'unknown_reference', 'missing_with_us', 'duplicate',
    'currency', 'amount', 'reversed', 'late', 'status', 'fee', 'out_of_window')),
  -- It is evidence that its order has not been given yet.
  due boolean not null default false,

  unique (provider_id, content, occurrence),
  check ((issue is null) = (verdict is not null)),
  check ((verdict is null) = (at is null) and (verdict is null) = (currency is null)),
  check ((cost is null) = (cost_currency is null)),
  check ((named_order is null) = (named_attempt is null) and (named_order is null) = (named_epoch is null)),
  check ((order_id is null) = (matched_by is null) and (order_id is null) = (attempt is null)
    and (order_id is null) = (account_id is null)),
  check (not due or (order_id is not null and outcome is not null))
);
create index statement_lines_unjudged on toprail.statement_lines (provider_id, id) where outcome is null;
create index statement_lines_due on toprail.statement_lines (provider_id, id) where due;
create index statement_lines_attempt on toprail.statement_lines (order_id, attempt) where order_id is not null;
create index statement_lines_theirs on toprail.statement_lines (provider_id, their_reference)
  where their_reference is not null;
create index statement_lines_at on toprail.statement_lines (provider_id, at);

-- Which file has which line where.
create table toprail.statement_rows (
  statement_id bigint not null references toprail.statements,
  -- Of the file, from 1.
  number integer not null check (number > 0),
  line_id bigint not null references toprail.statement_lines,
  primary key (statement_id, number)
);
create index statement_rows_line on toprail.statement_rows (line_id);

create table toprail.statement_breaks (
  id bigint generated always as identity primary key,
  provider_id text not null references toprail.providers,
  class text not null check (class in ('malformed', 'unknown_reference', 'missing_with_us', 'missing_with_them',
    'duplicate', 'currency', 'amount', 'reversed', 'late', 'status', 'fee', 'out_of_window')),
  -- The one that brought it up.
  statement_id bigint not null references toprail.statements,
  -- Null where the break is that there is none.
  line_id bigint unique references toprail.statement_lines,
  account_id bigint,
  order_id bigint,
  attempt smallint,
  day date not null,
  amount bigint,
  currency text,
  opened_at timestamptz not null,
  closed_at timestamptz,
  -- An adjustment, a later line, the order's own end, or a person with a note, which is sealed since it may quote one.
  closed_by text check (closed_by in ('adjustment', 'line', 'order', 'person')),
  closing_id bigint,
  closing_person text check (length(closing_person) between 1 and 200),
  closing_note bytea,
  check ((line_id is null) = (class = 'missing_with_them')),
  check (class <> 'missing_with_them' or order_id is not null),
  check ((order_id is null) = (attempt is null) and (order_id is null) = (account_id is null)),
  check ((closed_at is null) = (closed_by is null)),
  check ((closing_id is null) = (closed_by is null or closed_by in ('order', 'person'))),
  check ((closing_person is null) = (closed_by is distinct from 'person')
    and (closing_person is null) = (closing_note is null))
);
create unique index statement_breaks_absent on toprail.statement_breaks (order_id, attempt)
  where class = 'missing_with_them';
create index statement_breaks_open on toprail.statement_breaks (provider_id, id) where closed_at is null;
create index statement_breaks_day on toprail.statement_breaks (provider_id, day);

do $$
declare v_table text;
begin
  foreach v_table in array array['statement_lines', 'statement_breaks'] loop
    execute format('alter table toprail.%I enable row level security', v_table);
    execute format('alter table toprail.%I force row level security', v_table);
    execute format('create policy engine_all on toprail.%I to toprail_engine using (true) with check (true)', v_table);
    execute format('create policy auditor_reads on toprail.%I for select to toprail_auditor using (true)', v_table);
  end loop;
end $$;
grant select, insert on toprail.statement_mappings, toprail.statement_rows to toprail_engine;
grant select, insert, update on toprail.statements, toprail.statement_lines, toprail.statement_breaks to toprail_engine;
grant select on toprail.statement_mappings, toprail.statements, toprail.statement_rows, toprail.statement_lines
  to toprail_auditor;
grant select (id, provider_id, class, statement_id, line_id, account_id, order_id, attempt, day, amount, currency, opened_at,
  closed_at, closed_by, closing_id, closing_person) on toprail.statement_breaks to toprail_auditor;
