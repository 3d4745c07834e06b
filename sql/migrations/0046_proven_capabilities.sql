-- When a conformance run has shown what a provider's record claims, and who ran it.
alter table toprail.providers add column proven_at timestamptz;
alter table toprail.providers add column proven_by text check (length(proven_by) between 1 and 200);
alter table toprail.providers add constraint providers_proven check ((proven_at is null) = (proven_by is null));
