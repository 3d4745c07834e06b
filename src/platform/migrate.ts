/**
 * The schema's way up. Numbered files of `sql/migrations` run once each, in order, under an advisory lock; there
 * is no way down. Functions are not migrated but replaced: all of `sql/functions` is applied in one transaction
 * whenever its hash is not the one applied last.
 *
 * A migration is read as one script: no line of its comments may begin with "up migration" or "down migration",
 * which node-pg-migrate takes for section marks.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PG_MIGRATE_LOCK_ID, runner } from 'node-pg-migrate';
import { Client } from 'pg';
import { codeOf } from './postgres.ts';

const MIGRATIONS = fileURLToPath(new URL('../../sql/migrations/', import.meta.url));
const FUNCTIONS = fileURLToPath(new URL('../../sql/functions/', import.meta.url));
const MIGRATIONS_TABLE = 'migrations';
const CONNECT_TIMEOUT_MS = 5_000;

export interface MigrateOptions {
  /** The database, as toprail_owner. */
  readonly ownerUrl: string;
  readonly onProgress?: (line: string) => void;
  /** Folders to read instead of the project's own: for tests. */
  readonly directories?: SqlDirectories;
}

export interface SqlDirectories {
  readonly migrations: string;
  readonly functions: string;
}

const OWN: SqlDirectories = { migrations: MIGRATIONS, functions: FUNCTIONS };

export interface MigrateResult {
  readonly migrations: readonly string[];
  readonly functions: 'applied' | 'unchanged';
}

/** Brings the database up to the files. Waits while another process does the same. */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const progress = options.onProgress ?? (() => undefined);
  const directories = options.directories ?? OWN;
  const client = await connect(options.ownerUrl, 'toprail migrate');
  try {
    const steps: string[] = [];
    const ran = await runner({
      dbClient: client,
      dir: directories.migrations,
      direction: 'up',
      schema: 'toprail',
      createSchema: true,
      migrationsTable: MIGRATIONS_TABLE,
      advisoryLockMode: 'wait',
      singleTransaction: true,
      logger: { ...SILENT, info: (line: string) => steps.push(line) },
    }).catch((error: unknown) => {
      // The driver's error does not say which file it is about; the runner's log does: ### MIGRATION <file> (UP) ###
      const file = steps.findLast((step) => step.startsWith('### '))?.split(' ')[2] ?? 'bookkeeping';
      throw new Error(`migration ${file}: ${messageOf(error)}`, { cause: error });
    });
    const migrations = ran.map(({ name }) => name);
    for (const name of migrations) progress(`migrated ${name}`);
    const functions = await applyFunctions(client, await readFunctions(directories.functions));
    if (functions === 'applied') progress('applied sql/functions');
    return { migrations, functions };
  } finally {
    await client.end();
  }
}

/**
 * What `migrate` would still do, as the app's login can see it: names of migrations, and `sql/functions` when
 * these are not the ones applied last. A database that knows no schema has everything pending.
 */
export async function pendingMigrations(
  appUrl: string,
  directories: SqlDirectories = OWN,
): Promise<readonly string[]> {
  const wanted = (await sqlFiles(directories.migrations)).map((file) => file.slice(0, -'.sql'.length));
  const { hash } = await readFunctions(directories.functions);
  const client = await connect(appUrl, 'toprail pending migrations');
  try {
    const { rows: ran } = await client.query<{ name: string }>('select name from toprail.migrations');
    const pending = wanted.filter((name) => !ran.some((row) => row.name === name));
    const { rows: last } = await client.query<{ hash: string }>(LAST_APPLIED);
    return last[0]?.hash === hash ? pending : [...pending, 'sql/functions'];
  } catch (error) {
    if (NOT_MIGRATED.includes(codeOf(error) ?? '')) return [...wanted, 'sql/functions'];
    throw error;
  } finally {
    await client.end();
  }
}

/** Undefined schema, undefined table, insufficient privilege (the grants come with the first migration). */
const NOT_MIGRATED = ['3F000', '42P01', '42501'];
const LAST_APPLIED =
  'select hash, signatures from toprail.applied_functions order by applied_at desc, hash limit 1';

/** The driver raises the errors; what else the runner would print says nothing more. */
const nothing = () => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

interface FunctionsSource {
  readonly sql: string;
  /** SHA-256, hex. */
  readonly hash: string;
}

async function readFunctions(directory: string): Promise<FunctionsSource> {
  const files = await sqlFiles(directory);
  const texts = await Promise.all(files.map((file) => readFile(`${directory}/${file}`, 'utf8')));
  const sql = texts.join('\n');
  return { sql, hash: createHash('sha256').update(sql).digest('hex') };
}

/** File names in the order in which they apply. A missing folder has none. */
export async function sqlFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith('.sql')).sort();
}

/** A function's result or argument names changed: it cannot be replaced, only dropped and made anew. */
const CANNOT_REPLACE = '42P13';

async function applyFunctions(client: Client, source: FunctionsSource): Promise<'applied' | 'unchanged'> {
  try {
    return await applyFunctionsOnce(client, source, 'replace');
  } catch (error) {
    if (codeOf(error) !== CANNOT_REPLACE) throw error;
    return applyFunctionsOnce(client, source, 'drop first');
  }
}

/**
 * One transaction: replace all, drop what the last text defined and this one does not, set owner and grants,
 * note the hash. The files run as the engine, which so owns what they define.
 */
async function applyFunctionsOnce(
  client: Client,
  { sql, hash }: FunctionsSource,
  mode: 'replace' | 'drop first',
): Promise<'applied' | 'unchanged'> {
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [PG_MIGRATE_LOCK_ID]);
    const last = (await client.query<{ hash: string; signatures: string[] }>(LAST_APPLIED)).rows[0];
    if (last?.hash === hash) {
      await client.query('rollback');
      return 'unchanged';
    }
    await client.query('set local role toprail_engine');
    if (mode === 'drop first') await dropFunctions(client, last?.signatures ?? []);
    if (sql.trim() !== '') await client.query(sql);
    const { rows } = await client.query<{ signature: string }>(DEFINED_HERE);
    const signatures = rows.map(({ signature }) => signature);
    await dropFunctions(
      client,
      (last?.signatures ?? []).filter((old) => !signatures.includes(old)),
    );
    await client.query('set local role none');
    await setOwnerAndGrants(client);
    await client.query('delete from toprail.applied_functions');
    await client.query(
      'insert into toprail.applied_functions (hash, signatures, applied_at) values ($1, $2, clock_timestamp())',
      [hash, signatures],
    );
    await client.query('commit');
    return 'applied';
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Functions that this transaction has written: the transaction's own id is in their rows. */
const DEFINED_HERE = `
  select p.oid::regprocedure::text as signature
    from pg_proc p
   where p.pronamespace = 'toprail'::regnamespace and p.xmin = pg_current_xact_id()::xid
   order by 1`;

/** In one statement, because functions may depend on each other. The signatures are the catalogue's own text. */
async function dropFunctions(client: Client, signatures: readonly string[]): Promise<void> {
  if (signatures.length > 0) await client.query(`drop function if exists ${signatures.join(', ')}`);
}

/** Every security definer function of the schema is the engine's, and the app's alone to call. */
async function setOwnerAndGrants(client: Client): Promise<void> {
  const { rows } = await client.query<{ signature: string; owner: string; guarded: boolean }>(`
    select p.oid::regprocedure::text as signature, p.proowner::regrole::text as owner,
           coalesce(p.proconfig @> array['search_path=toprail, pg_temp'], false) as guarded
      from pg_proc p
     where p.pronamespace = 'toprail'::regnamespace and p.prosecdef
     order by 1`);
  for (const { signature, owner, guarded } of rows) {
    if (!guarded) throw new Error(`${signature} must have: set search_path = toprail, pg_temp`);
    if (owner !== 'toprail_engine') await client.query(`alter function ${signature} owner to toprail_engine`);
  }
  await client.query('set local role toprail_engine');
  for (const { signature } of rows) {
    await client.query(`revoke execute on function ${signature} from public`);
    await client.query(`grant execute on function ${signature} to toprail_app`);
  }
  await client.query('set local role none');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function connect(url: string, applicationName: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined); // shows as the failure of the statement that runs
  await client.connect();
  return client;
}
