-- Status callbacks whose end is long ago are swept away.
create index status_callbacks_ended on toprail.status_callbacks (ended_at) where ended_at is not null;
