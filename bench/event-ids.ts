/**
 * What the one event counter costs: for the time of some work, events have ids of a sequence, for which nobody waits. They
 * would no longer appear in the order of commits, so this is for measuring only.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchServer } from './servers.ts';

const FUNCTION = join(import.meta.dirname, '..', 'sql', 'functions', '020_events.sql');
const COUNTED = 'update event_counter set last_id = last_id + v_count returning last_id into v_last;';
const NUMBERED = 'v_last - v_count + e.ord';

export async function withSequence<T>({ ask, command }: BenchServer, work: () => Promise<T>): Promise<T> {
  const counting = await readFile(FUNCTION, 'utf8');
  if (!counting.includes(COUNTED) || !counting.includes(NUMBERED))
    throw new Error('append_events is another than it was');
  const last = await ask('select last_id as n from toprail.event_counter');
  await command(`create sequence toprail.bench_event_ids start ${last + 1}`);
  await command('grant usage on sequence toprail.bench_event_ids to toprail_engine');
  await command(counting.replace(COUNTED, '').replace(NUMBERED, "nextval('toprail.bench_event_ids')"));
  try {
    return await work();
  } finally {
    await command(counting);
    await command('update toprail.event_counter set last_id = (select max(id) from toprail.events)');
    await command('drop sequence toprail.bench_event_ids');
  }
}
