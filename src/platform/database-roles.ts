/**
 * The four roles and the database, made by whoever holds a superuser's login: the embedded start, or once for a
 * server of the user's. Everything here can be repeated.
 *
 * - toprail_owner: runs migrations, owns schema and tables. May become the engine (SET ROLE), but does not
 *   inherit its rights, so that row-level security holds for it too.
 * - toprail_engine: owns the batch functions, which cross accounts; nobody logs in as it.
 * - toprail_app: what the server logs in as. A member of nothing.
 * - toprail_auditor: reads the log.
 */
import { Client } from 'pg';

export const ROLES = {
  toprail_owner: 'login noinherit',
  toprail_engine: 'nologin noinherit',
  toprail_app: 'login noinherit',
  toprail_auditor: 'login noinherit',
} as const;
export type Role = keyof typeof ROLES;

const NEVER = 'nosuperuser nocreatedb nocreaterole noreplication nobypassrls';
/** Two preparations at once would race for the same role names, which are the whole cluster's. */
const PREPARE_LOCK = 7_467_001;
const CONNECT_TIMEOUT_MS = 5_000;

export interface PrepareOptions {
  /** Any database of the server, as a superuser or as a role that may create roles and databases. */
  readonly superuserUrl: string;
  readonly database: string;
  /** Left out, a role keeps the password that it has (or has none, which a socket with trust does not ask for). */
  readonly passwords?: Partial<Record<Role, string>>;
}

/** Creates what is missing of roles, database and grants, and sets the passwords that are given. */
export async function prepareDatabase(options: PrepareOptions): Promise<void> {
  const client = new Client({
    connectionString: options.superuserUrl,
    application_name: 'toprail prepare',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined); // shows as the failure of the statement that runs
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [PREPARE_LOCK]);
    await prepareRoles(client, options.passwords ?? {});
    await createMissingDatabase(client, options.database);
    await grantDatabase(client, options.database);
  } finally {
    await client.end();
  }
}

async function prepareRoles(client: Client, passwords: Partial<Record<Role, string>>): Promise<void> {
  for (const [role, attributes] of Object.entries(ROLES) as [Role, string][]) {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
    if (rowCount === 0) await client.query(`create role ${role} ${attributes} ${NEVER}`);
    const password = passwords[role];
    if (password !== undefined) {
      await client.query(`alter role ${role} password ${client.escapeLiteral(password)}`);
    }
  }
  // On PostgreSQL 16 and later the grant takes INHERIT from the role (noinherit) and SET is given by default;
  // before, membership alone allows SET ROLE. The same statement means the same on both.
  await client.query('grant toprail_engine to toprail_owner');
  const self = await client.query<{ super: boolean }>(
    'select rolsuper as super from pg_roles where rolname = current_user',
  );
  // A managed server's administrator is no superuser: to give the owner a database it must be able to become it.
  if (!self.rows[0]?.super) await client.query('grant toprail_owner to current_user');
}

async function createMissingDatabase(client: Client, database: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
  if (rowCount !== 0) return;
  const name = client.escapeIdentifier(database);
  await client.query(
    `create database ${name} owner toprail_owner template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`,
  );
}

/** Apart from creation, because a database cloned from a template does not take the template's grants with it. */
export async function grantDatabase(client: Client, database: string): Promise<void> {
  const name = client.escapeIdentifier(database);
  await client.query(`revoke all on database ${name} from public`);
  await client.query(`grant create, connect, temporary on database ${name} to toprail_owner`);
  await client.query(`grant connect on database ${name} to toprail_app, toprail_auditor`);
}
