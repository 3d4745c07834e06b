/** What `verify` says of books that were spoilt on purpose. */
import { Client } from 'pg';
import type { VerifyForm } from '../../src/verify/verify.ts';
import type { TestDatabase } from '../harness/database.ts';

/** The checks that are broken once this was done to the books; it is undone afterwards. */
export async function foundAfter(
  { superuserUrl }: TestDatabase,
  sql: string,
  form: VerifyForm = 'full',
): Promise<string[]> {
  const superuser = new Client({ connectionString: superuserUrl });
  await superuser.connect();
  try {
    await superuser.query('set search_path = toprail, public');
    await superuser.query('begin');
    await superuser.query('set local session_replication_role = replica'); // no foreign keys either
    await superuser.query(sql);
    const { rows } = await superuser.query<{ name: string }>(
      'select name from toprail.verify_books($1) where violations > 0',
      [form],
    );
    return rows.map(({ name }) => name);
  } finally {
    await superuser.end(); // rolls back
  }
}
