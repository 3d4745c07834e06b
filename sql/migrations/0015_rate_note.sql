-- Where whoever set a rate by hand has it from. `source` says only that it was set by hand.
alter table toprail.exchange_rates add column note text check (length(note) between 1 and 200);
