/** Versions that an installation makes of its catalogue: one per import or command, named by its time. */
import { assert } from '../core/assert.ts';
import type { Queryable } from './seed.ts';

/** From here to its end the transaction makes this version; others that change the catalogue wait for it. */
export async function beginVersion(db: Queryable, by: 'import' | 'command'): Promise<string> {
  const { rows } = await db.query(
    `select $1::text || to_char(toprail.now() at time zone 'UTC', '-YYYYMMDD"T"HH24MISSUS"Z"') as version`,
    [by],
  );
  const [row] = rows as { version: string }[];
  assert(row, 'a select without from has one row');
  await db.query("select toprail.begin_catalogue_version($1, 'installation')", [row.version]);
  return row.version;
}

/** Returns whether there is such an operator. Releases leave alone what was set by hand. */
export async function setOperatorStatus(
  db: Queryable,
  operatorId: number,
  status: 'in_service' | 'out_of_service',
): Promise<'changed' | 'unchanged' | 'unknown'> {
  const { rows } = await db.query('select status from toprail.operators where id = $1 for update', [
    `${operatorId}`,
  ]);
  const [row] = rows as { status: string }[];
  if (!row) return 'unknown';
  if (row.status === status) return 'unchanged';
  await beginVersion(db, 'command');
  await db.query("update toprail.operators set status = $2, set_by = 'installation' where id = $1", [
    `${operatorId}`,
    status,
  ]);
  return 'changed';
}
