-- Statements speak of times, and rows lie in the order of theirs: a block range finds those of a period, for next to
-- nothing at each insert.
set local role toprail_engine;
create index attempts_sent on toprail.attempts using brin (sent_at) with (pages_per_range = 32, autosummarize = on);
create index transfers_created on toprail.transfers using brin (created_at) with (pages_per_range = 32, autosummarize = on);
reset role;

-- Since when nothing is sent: what providers say about the time before has to be looked at first.
alter table toprail.installation add column blocked_at timestamptz;
update toprail.installation set blocked_at = toprail.now() where sending_blocked;
