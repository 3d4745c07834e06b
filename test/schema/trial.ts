/**
 * Guards on trial, in a database of their own: what the catalogue of PostgreSQL knows of them, whether a sin is
 * refused, and by whom, and whether it goes in once the guard is dropped. Each trial is a transaction that is
 * rolled back.
 */
import { Client, DatabaseError } from 'pg';
import { cloneDatabase } from '../harness/database.ts';
import { type Row, WORLD } from './guard.ts';
import type { Case } from './guards.ts';

const UNIQUE_OR_EXCLUDED = ['p', 'u', 'x'];

/** Constraints (but for "not null", which the types of the code know), unique indexes, and triggers. */
const GUARDS_OF = `
  with guarded as (
    select oid, relname from pg_class where relnamespace = 'toprail'::regnamespace and relname = any ($1))
  select g.relname as table, k.conname as guard, k.contype::text as kind
    from pg_constraint k join guarded g on g.oid = k.conrelid where k.contype in ('c', 'u', 'p', 'f', 'x')
  union all
  select g.relname, c.relname, 'i' from pg_index i join guarded g on g.oid = i.indrelid join pg_class c on c.oid = i.indexrelid
    where i.indisunique and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype = any ($2))
  union all
  select g.relname, t.tgname, 't' from pg_trigger t join guarded g on g.oid = t.tgrelid where not t.tgisinternal
  order by 1, 2`;

export interface Guard {
  readonly table: string;
  readonly guard: string;
  readonly kind: string;
}

export interface Court {
  readonly client: Client;
  close(): Promise<void>;
}

export async function openCourt(): Promise<Court> {
  const clone = await cloneDatabase();
  const client = new Client({ connectionString: clone.superuserUrl });
  await client.connect();
  for (const statement of WORLD) await client.query(statement);
  return {
    client,
    close: async () => {
      await client.end();
      await clone.drop();
    },
  };
}

/** What guards these tables now, sorted by table and name. */
export async function guardsOf(client: Client, tables: readonly string[]): Promise<Guard[]> {
  return (await client.query<Guard>(GUARDS_OF, [tables, UNIQUE_OR_EXCLUDED])).rows;
}

/** The guard that refuses the last of the rows; nothing if all go in. */
export async function refusal(
  client: Client,
  into: string,
  rows: readonly Row[],
): Promise<string | undefined> {
  for (const [index, row] of rows.entries()) {
    try {
      await client.query('savepoint sin');
      await client.query(insertOf(into, row));
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.constraint === undefined) throw error;
      await client.query('rollback to savepoint sin');
      const guard = await guardOfWhole(client, error.constraint);
      if (index === rows.length - 1) return guard;
      throw new Error(`${into}: the innocent row before the sin is refused by ${guard}`, { cause: error });
    }
  }
  return undefined;
}

/** Runs `work` and takes everything back that it did. */
export async function inVain<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    return await work();
  } finally {
    await client.query('rollback');
  }
}

/** Takes the guard down, and with it whatever rests on it. */
export async function drop(client: Client, guard: Guard): Promise<void> {
  const statements: Readonly<Record<string, string>> = {
    i: `drop index toprail.${guard.guard} cascade`,
    t: `drop trigger ${guard.guard} on toprail.${guard.table} cascade`,
  };
  await client.query(
    statements[guard.kind] ?? `alter table toprail.${guard.table} drop constraint ${guard.guard} cascade`,
  );
}

export interface Verdict {
  /** Who refuses the sin while all guards stand. */
  readonly standing: string | undefined;
  /** Who refuses it with this guard gone, and who with the one behind it gone too. */
  readonly dropped: string | undefined;
  readonly bothDropped?: string | undefined;
}

export async function judge(client: Client, guards: readonly Guard[], trial: Case): Promise<Verdict> {
  const find = (name: string) => guards.find(({ guard }) => guard === name);
  const [guard, behind] = [find(trial.guard), trial.behind === undefined ? undefined : find(trial.behind)];
  if (guard === undefined) throw new Error(`${trial.table} has no guard ${trial.guard}`);
  const refused = () => refusal(client, trial.into, trial.rows);
  const standing = await inVain(client, refused);
  const dropped = await inVain(client, async () => {
    await drop(client, guard);
    return refused();
  });
  if (behind === undefined) return { standing, dropped };
  const bothDropped = await inVain(client, async () => {
    await drop(client, guard);
    await drop(client, behind);
    return refused();
  });
  return { standing, dropped, bothDropped };
}

/** What is found of a guard that is needed. */
export function needed(trial: Case): Verdict {
  return trial.behind === undefined
    ? { standing: trial.refusedBy, dropped: undefined }
    : { standing: trial.refusedBy, dropped: trial.behind, bothDropped: undefined };
}

function insertOf(table: string, row: Row): string {
  return `insert into toprail.${table} (${Object.keys(row).join(', ')}) overriding system value
    values (${Object.values(row).join(', ')})`;
}

/** The index of a partition has a name of its own: the guard is the index of the whole table. */
async function guardOfWhole(client: Client, name: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select p.relname as name from pg_class c join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
      where c.relnamespace = 'toprail'::regnamespace and c.relname = $1 and c.relkind = 'i'`,
    [name],
  );
  return rows[0]?.name ?? name;
}
