/**
 * No policy is missing: a role with a right on a table of closed rows, but without a policy there, sees nothing and
 * is told nothing, so the auditor's checks would find the books in order.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Court, inVain, openCourt } from './trial.ts';

const BLIND_ROLES = `
  select c.relname as table, r.rolname as role
  from pg_class c cross join pg_roles r
  where c.relnamespace = 'toprail'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relrowsecurity
    and r.rolname in ('toprail_app', 'toprail_engine', 'toprail_auditor')
    and (has_table_privilege(r.oid, c.oid, 'select, insert, update, delete') or has_any_column_privilege(r.oid, c.oid, 'select'))
    and not exists (select from pg_policy p where p.polrelid = c.oid and r.oid = any (p.polroles))
  order by 1, 2`;

const POLICIES = `
  select c.relname as table, p.polname as policy,
    array(select rolname::text from pg_roles where oid = any (p.polroles) order by 1) as roles
  from pg_policy p join pg_class c on c.oid = p.polrelid
  where c.relnamespace = 'toprail'::regnamespace order by 1, 2`;

/** These open rows to a role without a right on the table, which is to say to nobody. */
const IDLE = [
  'batch_rows.auditor_reads',
  'batches.auditor_reads',
  'order_references.auditor_reads',
  'recipients.auditor_reads',
  'schedule_occurrences.auditor_reads',
  'schedules.auditor_reads',
  'vouchers.auditor_reads',
];

describe('policies', () => {
  let court: Court;
  before(async () => {
    court = await openCourt();
  });
  after(() => court.close());

  const blindRoles = async () => (await court.client.query(BLIND_ROLES)).rows;

  test('whoever has a right on a table with row-level security has a policy there', async () => {
    assert.deepEqual(await blindRoles(), []);
  });

  test('a dropped policy makes its role blind, so the test above fails', async () => {
    const { rows } = await court.client.query<{ table: string; policy: string; roles: string[] }>(POLICIES);
    const idle: string[] = [];
    for (const { table, policy, roles } of rows) {
      const blind = await inVain(court.client, async () => {
        await court.client.query(`drop policy ${policy} on toprail.${table}`);
        return blindRoles();
      });
      if (blind.length === 0) idle.push(`${table}.${policy}`);
      else
        assert.deepEqual(
          blind,
          roles.map((role) => ({ table, role })),
        );
    }
    assert.ok(rows.length > IDLE.length);
    assert.deepEqual(idle, IDLE);
  });
});
