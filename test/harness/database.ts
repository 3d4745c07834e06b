/**
 * Real PostgreSQL for tests, with production's durability. One embedded cluster serves all test files of a run;
 * each file clones its databases from a template that was migrated once for this state of the SQL files.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { Client } from 'pg';
import { grantDatabase, prepareDatabase } from '../../src/platform/database-roles.ts';
import { type EmbeddedCluster, startEmbedded } from '../../src/platform/embedded/cluster.ts';
import { isAlive } from '../../src/platform/embedded/postmaster.ts';
import { migrate, sqlFiles } from '../../src/platform/migrate.ts';

const TEST_DATA_DIR = process.env.TOPRAIL_TEST_DATA_DIR ?? join(tmpdir(), `toprail-test-${userInfo().uid}`);
const POSTGRES_15 = '/usr/lib/postgresql/15';
const SQL = join(import.meta.dirname, '..', '..', 'sql');
/** Held while a template is made and while leftovers are dropped, across all test processes of the cluster. */
const TEMPLATE_LOCK = 7_467_002;
/** Templates of other states of the SQL files that are kept: other working copies may use them. */
const TEMPLATES_MAX = 4;
const HASH_DIGITS = 12;

export interface TestDatabase {
  readonly name: string;
  readonly appUrl: string;
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  /** Ends its sessions and drops it. */
  drop(): Promise<void>;
}

let shared: Promise<EmbeddedCluster> | undefined;
let shared15: Promise<EmbeddedCluster> | undefined;

/** The cluster of this run: started by the first process that asks, adopted by the others. */
export function testCluster(): Promise<EmbeddedCluster> {
  shared ??= startEmbedded({ dataDir: TEST_DATA_DIR });
  return shared;
}

/** The oldest PostgreSQL that the SQL is written for, where its binaries are installed. */
export async function postgres15Cluster(): Promise<EmbeddedCluster | undefined> {
  if (!existsSync(join(POSTGRES_15, 'bin', 'postgres'))) return undefined;
  const binaries = { directory: POSTGRES_15, version: '15' };
  shared15 ??= startEmbedded({ dataDir: `${TEST_DATA_DIR}-15`, binaries });
  return shared15;
}

/** Lets go of the clusters. They stop with the last test process, or with a runner that holds them longer. */
export async function stopTestCluster(): Promise<void> {
  const clusters = [shared, shared15];
  shared = shared15 = undefined;
  for (const cluster of clusters) await (await cluster)?.stop();
}

// In a test file the end of its tests is the end of its hold; a runner says so itself.
if (process.argv[1]?.endsWith('.test.ts')) after(stopTestCluster);

const templates = new Map<EmbeddedCluster, Promise<string>>();
let clones = 0;

/** Measured with the real schema on 18: `wal_log` 240 ms, `file_copy` 450 ms (it writes two checkpoints). */
const STRATEGY = 'wal_log';

/** A new database with all migrations and functions, of the shared cluster unless another is given. */
export async function cloneDatabase(given?: EmbeddedCluster): Promise<TestDatabase> {
  const cluster = given ?? (await testCluster());
  if (!templates.has(cluster)) templates.set(cluster, makeTemplate(cluster));
  const template = await templates.get(cluster);
  clones += 1;
  const name = `clone_${process.pid}_${clones}`;
  await asSuperuser(cluster, async (client) => {
    await client.query(
      `create database ${name} template ${template} owner toprail_owner strategy ${STRATEGY}`,
    );
    await grantDatabase(client, name);
  });
  return {
    name,
    appUrl: cluster.url('toprail_app', name),
    ownerUrl: cluster.url('toprail_owner', name),
    superuserUrl: cluster.url('postgres', name),
    drop: () =>
      asSuperuser(cluster, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

/** Finds or makes the migrated template of these SQL files, and drops what killed processes have left. */
async function makeTemplate(cluster: EmbeddedCluster): Promise<string> {
  const name = `template_${await hashOfSql()}`;
  await asSuperuser(cluster, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rows } = await client.query<{ name: string; done: boolean }>(
      `select datname as name, datistemplate as done from pg_database
        where datname ~ '^(template|clone)_[0-9a-f]' order by oid desc`,
    );
    if (rows.some((row) => row.name === name && row.done)) return;
    for (const leftover of await leftovers(rows, name)) {
      await client.query(`alter database ${leftover} is_template false`);
      await client.query(`drop database ${leftover} with (force)`);
    }
    await prepareDatabase({ superuserUrl: cluster.url('postgres', 'postgres'), database: name });
    await migrate({ ownerUrl: cluster.url('toprail_owner', name) });
    await client.query(`alter database ${name} is_template true allow_connections false`);
  });
  return name;
}

async function leftovers(found: readonly { name: string }[], wanted: string): Promise<string[]> {
  const old = found
    .filter(({ name }) => name.startsWith('template_') && name !== wanted)
    .slice(TEMPLATES_MAX);
  const halfMade = found.filter(({ name }) => name === wanted);
  const dead: { name: string }[] = [];
  for (const database of found) {
    const pid = /^clone_(\d+)_/.exec(database.name)?.[1];
    if (pid !== undefined && !(await isAlive(Number(pid)))) dead.push(database);
  }
  return [...old, ...halfMade, ...dead].map(({ name }) => name);
}

/** Of the runner's own source too: what it grants is in the template. */
async function hashOfSql(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['migrations', 'functions']) {
    for (const file of await sqlFiles(join(SQL, folder))) {
      hash.update(`${folder}/${file}\0`).update(await readFile(join(SQL, folder, file)));
    }
  }
  for (const file of ['migrate.ts', 'database-roles.ts']) {
    hash.update(await readFile(join(SQL, '..', 'src', 'platform', file)));
  }
  return hash.digest('hex').slice(0, HASH_DIGITS);
}

async function asSuperuser(cluster: EmbeddedCluster, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: cluster.url('postgres', 'postgres') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
