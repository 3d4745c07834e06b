/** What whoever holds the server's own login can do to the ledger past the functions that keep its rules. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

describe('the login of the server', () => {
  let db: TestDatabase;
  let app: Client;
  before(async () => {
    db = await cloneDatabase();
    app = new Client({ connectionString: db.appUrl });
    await app.connect();
    await app.query('select toprail.create_partitions()');
  });
  after(async () => {
    await app.end();
    await db.drop();
  });

  for (const inner of ['move_money', 'append_events']) {
    it(`cannot call ${inner}, which other functions of the engine use`, async () => {
      const { rows } = await app.query<{ may: boolean }>(
        "select bool_or(has_function_privilege('toprail_app', p.oid, 'execute')) as may from pg_proc p where p.pronamespace = 'toprail'::regnamespace and p.proname = $1",
        [inner],
      );
      assert.equal(rows[0]?.may, false);
    });
  }

  it('cannot read a partition past the policies of its table', async () => {
    const { rows } = await app.query<{ name: string }>(
      `select c.relname as name from pg_class c where c.relnamespace = 'toprail'::regnamespace and c.relispartition and c.relkind = 'r'
         and has_table_privilege('toprail_app', c.oid, 'select, insert, update, delete')`,
    );
    assert.deepEqual(rows, []);
    const partitions = await app.query("select 1 from pg_class where relispartition and relkind = 'r'");
    assert.ok(partitions.rows.length > 0);
  });
});
