/** Roles, migrations and functions, on the embedded PostgreSQL and on 15 where its binaries are installed. */
import assert from 'node:assert/strict';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { prepareDatabase } from '../../src/platform/database-roles.ts';
import type { EmbeddedCluster } from '../../src/platform/embedded/cluster.ts';
import { migrate, pendingMigrations, type SqlDirectories } from '../../src/platform/migrate.ts';
import { postgres15Cluster, testCluster } from '../harness/database.ts';
import { ask, freshDirectory } from './embedded-kit.ts';

const SQL = join(import.meta.dirname, '..', '..', 'sql');
const clusters = { 'embedded PostgreSQL': await testCluster(), 'PostgreSQL 15': await postgres15Cluster() };

for (const [name, cluster] of Object.entries(clusters)) {
  describe(name, { skip: cluster ? false : `${name} is not installed` }, () => {
    if (cluster) tests(cluster);
  });
}

function tests(cluster: EmbeddedCluster): void {
  test('a database is prepared and migrated, again without effect, and functions when they change', async (t) => {
    const { database, directories, ownerUrl, appUrl } = await scratch(cluster, t);
    const superuserUrl = cluster.url('postgres', 'postgres');
    await prepareDatabase({ superuserUrl, database });
    await prepareDatabase({ superuserUrl, database });
    assert.deepEqual(await pendingMigrations(appUrl, directories), ['0001_roles', 'sql/functions']);
    await Promise.all([migrate({ ownerUrl, directories }), migrate({ ownerUrl, directories })]);
    assert.deepEqual(await pendingMigrations(appUrl, directories), []);
    assert.deepEqual(await migrate({ ownerUrl, directories }), { migrations: [], functions: 'unchanged' });
    assert.equal(await ask(appUrl, 'select toprail.answer()'), 42);
    await assert.rejects(ask(cluster.url('toprail_auditor', database), 'select toprail.answer()'), /denied/);

    // Another result type: it cannot be replaced, so it is dropped and made anew; the other is gone.
    await writeFile(join(directories.functions, '010_answer.sql'), definer('answer', 'text', "'42'"));
    await rm(join(directories.functions, '020_gone.sql'));
    await writeFile(join(directories.migrations, '0002_more.sql'), 'create table toprail.more (id int8);');
    assert.deepEqual(await pendingMigrations(appUrl, directories), ['0002_more', 'sql/functions']);
    const result = await migrate({ ownerUrl, directories });
    assert.deepEqual(result, { migrations: ['0002_more'], functions: 'applied' });
    assert.equal(await ask(appUrl, 'select toprail.answer()'), '42');
    await assert.rejects(ask(appUrl, 'select toprail.gone()'), /does not exist/);
    const owner = `select proowner::regrole::text from pg_proc where oid = 'toprail.answer'::regproc`;
    assert.equal(await ask(appUrl, owner), 'toprail_engine');

    const open = definer('open', 'int4', '1').replace('set search_path = toprail, pg_temp', '');
    await writeFile(join(directories.functions, '030_open.sql'), open);
    await assert.rejects(migrate({ ownerUrl, directories }), /must have: set search_path/);
    await rm(join(directories.functions, '030_open.sql'));
    await writeFile(join(directories.migrations, '0003_wrong.sql'), 'create tabel x ();');
    await assert.rejects(migrate({ ownerUrl, directories }), /migration 0003_wrong: syntax error/);
  });

  test('no role can do more than it should', async (t) => {
    const { database, directories, ownerUrl, appUrl } = await scratch(cluster, t);
    await prepareDatabase({ superuserUrl: cluster.url('postgres', 'postgres'), database });
    await migrate({ ownerUrl, directories });
    for (const role of ['toprail_engine', 'toprail_owner', 'toprail_auditor', 'postgres']) {
      await assert.rejects(ask(appUrl, `set role ${role}`), /permission denied/, role);
    }
    await ask(ownerUrl, 'set role toprail_engine');
    const inherits = `select pg_has_role('toprail_owner', 'toprail_engine', 'usage')`;
    assert.equal(await ask(ownerUrl, inherits), false);
    await assert.rejects(ask(cluster.url('toprail_engine', database), 'select 1'), /not permitted to log in/);
    await assert.rejects(ask(appUrl, 'create table toprail.x ()'), /permission denied/);
    await assert.rejects(ask(appUrl, 'create table public.x ()'), /permission denied/);
    await assert.rejects(
      ask(appUrl, `insert into toprail.clock (shift) values ('1 hour')`),
      /permission denied/,
    );
    await ask(ownerUrl, `insert into toprail.clock (shift) values ('1 hour')`);
    const ahead = `select toprail.now() - clock_timestamp() > interval '59 minutes'`;
    assert.equal(await ask(appUrl, ahead), true);
  });

  // Found by an upgrade by hand: partitions belong to the engine's role, which a migration had forgotten.
  test('regression: an installation that has orders is brought up to date', async (t) => {
    const { database, directories, ownerUrl, appUrl } = await scratch(cluster, t);
    await prepareDatabase({ superuserUrl: cluster.url('postgres', 'postgres'), database });
    const old = (await readdir(join(SQL, 'migrations'))).filter((file) => file < '0049');
    for (const file of old) await cp(join(SQL, 'migrations', file), join(directories.migrations, file));
    await cp(join(SQL, 'functions', '010_partitions.sql'), join(directories.functions, '010_partitions.sql'));
    await migrate({ ownerUrl, directories });
    assert.ok(Number(await ask(appUrl, 'select toprail.create_partitions()')) > 0);
    const superuserUrl = cluster.url('postgres', database);
    const half = `do $$ declare t text; begin for t in select inhrelid::regclass from pg_inherits
      where inhparent = 'toprail.attempts'::regclass loop execute format('alter table %s set (fillfactor = 50)', t);
      end loop; end $$`;
    await ask(superuserUrl, half);
    const pricing = { fxMid: '1', rateRule: 'list', rounding: { cost: '1/3' }, shares: [] };
    await ask(
      superuserUrl,
      `insert into toprail.orders select 1, toprail.first_id_at(now()) + n, 'c', 'native', 1, 1, 1, 1, 'HT', 'send', 100,
         'USD', 100, 'USD', 1, 0, 0, 0, 0, 100, '${JSON.stringify(pricing)}', 500, 400, null, null, now(), null
       from generate_series(1, 3) as n`,
    );
    await migrate({ ownerUrl });
    const kept =
      'select distinct pricing::text || (select terms::text from toprail.pricing_terms t where t.id = terms_id)';
    assert.equal(
      await ask(superuserUrl, `${kept} from toprail.orders`),
      '{"shares": [], "rounding": {"cost": "1/3"}}{"fxMid": "1", "rateRule": "list"}',
    );
    const full = `select count(*)::int from pg_class where relname like 'attempts_2%' and relkind = 'r' and reloptions is not null`;
    assert.equal(await ask(superuserUrl, full), 0);
  });
}

/** A name for a database of its own, and SQL files to change. */
async function scratch(cluster: EmbeddedCluster, t: { after(work: () => Promise<void>): void }) {
  const directory = await freshDirectory(t);
  const directories: SqlDirectories = { migrations: join(directory, 'm'), functions: join(directory, 'f') };
  await mkdir(directories.migrations);
  await mkdir(directories.functions);
  await cp(join(SQL, 'migrations', '0001_roles.sql'), join(directories.migrations, '0001_roles.sql'));
  await writeFile(join(directories.functions, '010_answer.sql'), definer('answer', 'int4', '42'));
  await writeFile(join(directories.functions, '020_gone.sql'), definer('gone', 'int4', '1'));
  scratches += 1;
  const database = `clone_${process.pid}_scratch_${scratches}`;
  t.after(async () => {
    await ask(cluster.url('postgres', 'postgres'), `drop database if exists ${database} with (force)`);
  });
  const ownerUrl = cluster.url('toprail_owner', database);
  return { database, directories, ownerUrl, appUrl: cluster.url('toprail_app', database) };
}
let scratches = 0;

function definer(name: string, type: string, value: string): string {
  return `create or replace function toprail.${name}() returns ${type} language sql stable security definer
    set search_path = toprail, pg_temp as $$ select ${value}::${type} $$;`;
}
