/** What a request that is refused may not change: every table but those that hold questions, not orders or money. */
import type { TestApp } from '../harness/app.ts';

/** A naughty text may be a good one here: a quote is asked for, a plan is made, a session is opened. */
const MAY_CHANGE = [
  'quotes',
  'sessions',
  'refresh_tokens',
  'schedules',
  'schedule_occurrences',
  'batches',
  'batch_rows',
];

export async function stored(app: TestApp): Promise<Readonly<Record<string, string>>> {
  const tables = await app.rows<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'toprail'::regnamespace and relkind in ('r', 'p') and not relispartition
       and relname <> all ($1) order by relname`,
    [MAY_CHANGE],
  );
  const counts: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await app.rows<{ n: string }>(`select count(*)::text as n from toprail.${name}`);
    counts[name] = row?.n ?? '';
  }
  const [money] = await app.rows<{ sum: string }>('select sum(held + posted)::text as sum from wallets');
  return { ...counts, money: money?.sum ?? '' };
}
