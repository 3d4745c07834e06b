/** Every table that has an account's rows is closed to other accounts: read from the catalogue, so none is missed. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createDatabase, type Database } from '../../src/platform/postgres.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

interface TableRow {
  name: string;
  enabled: boolean;
  forced: boolean;
  is_partition: boolean;
  app_may_read: boolean;
  app_may_write: boolean;
  app_policies: (string | null)[];
}

const TABLES = `
  select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced, c.relispartition as is_partition,
    has_table_privilege('toprail_app', c.oid, 'select') or has_any_column_privilege('toprail_app', c.oid, 'select') as app_may_read,
    has_table_privilege('toprail_app', c.oid, 'insert, update, delete, truncate')
      or has_any_column_privilege('toprail_app', c.oid, 'insert, update') as app_may_write,
    array(select pg_get_expr(p.polqual, p.polrelid) from pg_policy p
      where p.polrelid = c.oid and ('toprail_app'::regrole = any (p.polroles) or 0 = any (p.polroles))) as app_policies
  from pg_class c
  where c.relnamespace = 'toprail'::regnamespace and c.relkind in ('r', 'p')
    and (c.relname = 'accounts' or exists (
      select from pg_attribute a where a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped))
  order by c.relname`;

/** Values that differ by account. Ids lie in partitions that exist: the current month's, for events the first. */
function sample(table: string, type: string): string {
  const values: Readonly<Record<string, string>> = {
    bigint: table === 'events' ? '$1' : '(toprail.first_id_at(toprail.now()) + $1)',
    integer: '1',
    smallint: '1',
    numeric: '1',
    boolean: 'true',
    text: "('sample-of-an-account-' || $1::text)",
    'text[]': 'array[]::text[]',
    bytea: 'sha256($1::text::bytea)',
    jsonb: "'{}'",
    uuid: 'gen_random_uuid()',
    'timestamp with time zone': 'toprail.now()',
    date: "date '2027-01-31'",
    'timestamp without time zone': "timestamp '2027-01-31 09:00'",
  };
  const value = values[type];
  assert(value !== undefined, `no sample of ${type}`);
  return value;
}

const READABLE_WITHOUT_ACCOUNT = `
  select c.relname as name from pg_class c
  where c.relnamespace = 'toprail'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
    and c.relname <> 'accounts'
    and not exists (
      select from pg_attribute a where a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped)
    and (has_table_privilege('toprail_app', c.oid, 'select, insert, update, delete, truncate')
      or has_any_column_privilege('toprail_app', c.oid, 'select, insert, update'))
  order by c.relname`;

/** What is the same for everybody. A table that is here because somebody forgot its account would be open to all. */
const PUBLIC = [
  'applied_functions',
  'catalogue_changes',
  'catalogue_versions',
  'clock',
  'countries',
  'detached_months',
  'exchange_rates',
  'migrations',
  'operator_prefixes',
  'operators',
  'plans',
  'products',
  'promotions',
];

describe('row-level security', () => {
  let clone: TestDatabase;
  let app: Database;
  let superuser: Database;
  before(async () => {
    clone = await cloneDatabase();
    app = createDatabase({ url: clone.appUrl, poolMax: 2, applicationName: 'row-level security test' });
    superuser = createDatabase({
      url: clone.superuserUrl,
      poolMax: 1,
      applicationName: 'row-level security test',
    });
    await app.query('select toprail.create_partitions()');
  });
  after(async () => {
    await app.end();
    await superuser.end();
    await clone.drop();
  });

  async function tables(): Promise<TableRow[]> {
    return (await superuser.query<TableRow>(TABLES)).rows;
  }

  test('every table with an account has forced row-level security, and the app only reads its own account', async () => {
    const found = (await tables()).filter((table) => !table.is_partition);
    assert.ok(found.length >= 15, `${found.length} tables`);
    for (const table of found) {
      assert.ok(table.enabled && table.forced, `${table.name} has no forced row-level security`);
      assert.ok(!table.app_may_write, `the app may write ${table.name}`);
      for (const policy of table.app_policies) {
        assert.match(
          policy ?? 'true',
          /\b(account_id|id) = toprail\.current_account\(\)/,
          `${table.name}: ${policy}`,
        );
      }
      if (table.app_may_read)
        assert.ok(table.app_policies.length > 0, `${table.name} is granted without a policy`);
    }
  });

  test('what the app reads of no account is the same for everybody', async () => {
    const { rows } = await superuser.query<{ name: string }>(READABLE_WITHOUT_ACCOUNT);
    assert.deepEqual(
      rows.map(({ name }) => name),
      PUBLIC,
    );
  });

  test('the app has no way around: no right on a partition, no membership, no bypass', async () => {
    const partitions = (await tables()).filter((table) => table.is_partition);
    assert.ok(partitions.length > 10);
    for (const table of partitions) {
      assert.ok(!table.app_may_read && !table.app_may_write, `the app has a right on ${table.name}`);
    }
    const { rows } = await superuser.query<{ bypass: boolean; members: bigint }>(
      `select rolbypassrls or rolsuper as bypass, (select count(*) from pg_auth_members where member = r.oid) as members
     from pg_roles r where rolname = 'toprail_app'`,
    );
    assert.deepEqual(rows, [{ bypass: false, members: 0n }]);
  });

  test('an account sees its own rows and none of another, in every table', async () => {
    const accountOf = async (name: string) =>
      (
        await app.query<{ id: bigint }>("select toprail.create_account($1, 'sandbox', 'gold', null) as id", [
          name,
        ])
      ).rows[0]?.id;
    const [a, b] = [await accountOf('A'), await accountOf('B')];
    assert(a !== undefined && b !== undefined);
    const filled = (await tables()).filter(
      (table) => !table.is_partition && table.app_may_read && table.name !== 'accounts',
    );
    for (const { name } of filled) await insertRows(name, [a, b]);
    for (const { name } of filled) {
      const count = (account?: bigint) => countRows(name, account);
      assert.deepEqual(
        { name, mine: await count(a), nobody: await count() },
        { name, mine: [a], nobody: [] },
      );
      assert.deepEqual(await count(b), [b]);
    }
    const own = await app.transaction((tx) => tx.query<{ id: bigint }>('select id from toprail.accounts'), {
      account: a,
    });
    assert.deepEqual(own.rows, [{ id: a }]);
  });

  /** The accounts whose rows can be seen. */
  async function countRows(table: string, account: bigint | undefined): Promise<bigint[]> {
    const { rows } = await app.transaction(
      (tx) => tx.query<{ account_id: bigint }>(`select distinct account_id from toprail.${table} order by 1`),
      account === undefined ? {} : { account },
    );
    return rows.map((row) => row.account_id);
  }

  /** One row per account, of whatever columns the table demands; its checks and foreign keys go first. */
  async function insertRows(table: string, accounts: readonly bigint[]): Promise<void> {
    const { rows: columns } = await superuser.query<{ name: string; type: string }>(
      `select a.attname as name, format_type(a.atttypid, null) as type from pg_attribute a
     where a.attrelid = ('toprail.' || $1)::regclass and a.attnum > 0 and not a.attisdropped
       and (a.attnotnull or a.attname = 'wallet_id') and a.attidentity = '' and a.attname <> 'account_id'`,
      [table],
    );
    // Only the policies are on trial.
    const { rows: checks } = await superuser.query<{ name: string }>(
      `select conname as name from pg_constraint where conrelid = ('toprail.' || $1)::regclass and contype in ('c', 'f') and conislocal`,
      [table],
    );
    for (const { name } of checks)
      await superuser.query(`alter table toprail.${table} drop constraint ${name}`);
    for (const account of accounts) {
      const names = ['account_id', ...columns.map(({ name }) => name)];
      const values = ['$1::bigint', ...columns.map(({ type }) => sample(table, type))];
      await superuser.query(
        `insert into toprail.${table} (${names.join(', ')}) values (${values.join(', ')})`,
        [account],
      );
    }
  }
});
