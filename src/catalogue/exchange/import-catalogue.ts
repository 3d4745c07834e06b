/**
 * Imports files of the catalogue: all of what they say or nothing, in the caller's transaction, as a version of its
 * own. A trial does all of it, so that the database has its say too, and takes it back.
 */
import { codeOf } from '../../platform/postgres.ts';
import type { Queryable } from '../seed.ts';
import { loadCatalogue, readRows } from '../store.ts';
import { upsert } from '../tables.ts';
import { beginVersion } from '../version.ts';
import { type Change, danglingReferences, difference } from './difference.ts';
import type { Fault, Reading } from './files.ts';
import { PART_NAMES, type PartName, type Row } from './parts.ts';

export type Imported =
  | { readonly kind: 'refused'; readonly faults: readonly Fault[] }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'imported' | 'tried'; readonly version: string; readonly changes: readonly Change[] };

export interface ImportOptions {
  readonly unlisted: 'keep' | 'withdraw';
  readonly isTrial: boolean;
}

/** `db` is a transaction of the owner of the schema. */
export async function importCatalogue(
  db: Queryable,
  reading: Reading,
  { unlisted, isTrial }: ImportOptions,
): Promise<Imported> {
  if (reading.faults.length > 0) return { kind: 'refused', faults: reading.faults };
  await db.query('savepoint before_import');
  const takeBack = () => db.query('rollback to savepoint before_import');
  const version = await beginVersion(db, 'import');
  const before = await readRows(db);
  const dangling = danglingReferences(before, reading);
  const changes = dangling.length > 0 ? [] : difference(before, reading, unlisted);
  if (changes.length === 0) {
    await takeBack();
    return dangling.length > 0 ? { kind: 'refused', faults: dangling } : { kind: 'unchanged' };
  }
  try {
    for (const part of PART_NAMES) await writePart(db, part, changes, version);
    await db.query('set constraints all immediate');
    await loadCatalogue(db); // asserts what whoever reads it next relies on
  } catch (error) {
    if (!REFUSALS.includes(codeOf(error) ?? '')) throw error;
    await takeBack();
    return { kind: 'refused', faults: [faultOf(error)] };
  }
  if (isTrial) await takeBack();
  return { kind: isTrial ? 'tried' : 'imported', version, changes };
}

/** Violated: not null, a foreign key, a unique index (two rows with one short code), a check. */
const REFUSALS = ['23502', '23503', '23505', '23514'];

/** What only the whole shows belongs to no line. */
function faultOf(error: unknown): Fault {
  const { message, detail = '' } = error as Error & { readonly detail?: string }; // of the driver, by its code
  return {
    part: 'operators',
    line: 0,
    column: '',
    issue: detail === '' ? message : `${message} (${detail})`,
  };
}

async function writePart(
  db: Queryable,
  part: PartName,
  changes: readonly Change[],
  version: string,
): Promise<void> {
  const ours = changes.filter((change) => change.part === part);
  if (ours.length === 0) return;
  const written = ours.filter(({ kind }) => kind !== 'withdrawn').map(({ row }) => row);
  const gone = ours.filter(({ kind }) => kind === 'withdrawn').map(({ row }) => row);
  const write = (sql: string, rows: readonly Row[], ...more: string[]) =>
    rows.length === 0 ? undefined : db.query(sql, [JSON.stringify(rows), ...more]);
  switch (part) {
    case 'operators':
    case 'products':
      await write(upsert(part, 'installation'), written);
      await write(
        `update toprail.${part} set status = 'out_of_service', set_by = 'installation'
         where id in (select id from jsonb_to_recordset($1::jsonb) as gone (id integer))`,
        gone,
      );
      return;
    case 'promotions':
      await write(upsert(part, 'installation'), written);
      await write(
        `delete from toprail.promotions
         where id in (select id from jsonb_to_recordset($1::jsonb) as gone (id integer))`,
        gone,
      );
      return;
    case 'prefixes':
      await write(upsert('operator_prefixes', 'installation'), written);
      await write(
        `delete from toprail.operator_prefixes
         where prefix in (select prefix from jsonb_to_recordset($1::jsonb) as gone (prefix text))`,
        gone,
      );
      return;
    case 'rates':
      await write(
        `insert into toprail.exchange_rates (quote, rate, version, source, note, valid_on)
         select quote, rate, $2, 'manual', 'imported', valid_on
         from jsonb_to_recordset($1::jsonb) as given (quote text, rate numeric, valid_on date)`,
        written,
        version,
      );
      return;
  }
}
