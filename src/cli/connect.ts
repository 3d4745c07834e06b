/**
 * Which database this is: the one that `TOPRAIL_DATABASE_URL` names, else the embedded one of the data directory,
 * which is started when it does not run and let go at the end. Afterwards the schema is up to date and the
 * catalogue is loaded, or there was one clear line.
 */
import { seedCatalogue } from '../catalogue/seed.ts';
import type { Config } from '../config.ts';
import { type Clock, systemClock } from '../core/time.ts';
import { ensureKeys, type Keys } from '../identity/keys.ts';
import { findMasterKey } from '../identity/master-key.ts';
import type { Vault } from '../platform/crypto.ts';
import { prepareDatabase } from '../platform/database-roles.ts';
import { type EmbeddedCluster, findRunning, startEmbedded } from '../platform/embedded/cluster.ts';
import { migrate, pendingMigrations } from '../platform/migrate.ts';
import { createDatabase, type Database } from '../platform/postgres.ts';
import { CommandFault } from './fault.ts';

export const EMBEDDED_DATABASE = 'toprail';
export const SETTINGS_CHANNEL = 'toprail_settings';
/** Of a command: one statement at a time, and one to spare. */
const POOL_MAX = 2;
/** Commands may touch whole tables, and wait for others that bring up the same database. */
export const STATEMENT_MS_MAX = 60_000;
/** Held while the catalogue is written: processes that start together would lock its rows crosswise. */
const CATALOGUE_LOCK = 7_467_003;

export interface Installation {
  /** Logs in as toprail_app. */
  readonly appUrl: string;
  /** Logs in as toprail_owner. */
  readonly ownerUrl: string | undefined;
  /** The embedded server, when it is that one. */
  readonly cluster: EmbeddedCluster | undefined;
  close(): Promise<void>;
}

type Progress = (line: string) => void;

/** Throws an error of one line when the database cannot be used. */
export async function openInstallation(config: Config, onProgress: Progress): Promise<Installation> {
  if (config.databaseUrl !== undefined) {
    await bringUpOwn(config.databaseUrl, config.databaseOwnerUrl, onProgress);
    return {
      appUrl: config.databaseUrl,
      ownerUrl: config.databaseOwnerUrl,
      cluster: undefined,
      close: () => Promise.resolve(),
    };
  }
  const { dataDir } = config;
  const cluster = (await findRunning(dataDir)) ?? (await startEmbedded({ dataDir, onProgress }));
  try {
    const ownerUrl = cluster.url('toprail_owner', EMBEDDED_DATABASE);
    await prepareDatabase({ superuserUrl: cluster.url('postgres', 'postgres'), database: EMBEDDED_DATABASE });
    await bringUp(ownerUrl, onProgress);
    const appUrl = cluster.url('toprail_app', EMBEDDED_DATABASE);
    return { appUrl, ownerUrl, cluster, close: () => cluster.stop() };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function bringUpOwn(appUrl: string, ownerUrl: string | undefined, onProgress: Progress): Promise<void> {
  if (ownerUrl !== undefined) {
    await bringUp(ownerUrl, onProgress);
    return;
  }
  const pending = await pendingMigrations(appUrl);
  if (pending.length === 0) return;
  const first = pending.slice(0, 3).join(', ');
  const more = pending.length > 3 ? ` and ${pending.length - 3} more` : '';
  throw new CommandFault(
    `the database is not up to date (${first}${more}): set TOPRAIL_DATABASE_OWNER_URL, or run "toprail database migrate" with it`,
  );
}

/** Migrations, functions and the catalogue of this release. Can be repeated; waits for others that do the same. */
export async function bringUp(ownerUrl: string, onProgress: Progress): Promise<void> {
  await migrate({ ownerUrl, onProgress });
  const owner = createDatabase({
    url: ownerUrl,
    poolMax: 1,
    applicationName: 'toprail catalogue',
    statementMsMax: STATEMENT_MS_MAX,
  });
  try {
    const outcome = await owner.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [CATALOGUE_LOCK]);
      return seedCatalogue(tx);
    });
    if (outcome === 'seeded') onProgress('loaded the catalogue');
  } finally {
    await owner.end();
  }
}

/** What a command works with. */
export interface Session {
  /** As toprail_app. */
  readonly database: Database;
  readonly ownerUrl: string | undefined;
  readonly vault: Vault;
  readonly keys: Keys;
  readonly clock: Clock;
}

interface SessionOptions {
  readonly onProgress?: Progress;
}

/** Opens the installation for the duration of `work`. */
export async function withDatabase<T>(
  config: Config,
  work: (session: Session) => Promise<T>,
  { onProgress = () => undefined }: SessionOptions = {},
): Promise<T> {
  const installation = await openInstallation(config, onProgress);
  const database = createDatabase({
    url: installation.appUrl,
    poolMax: POOL_MAX,
    applicationName: 'toprail command',
    statementMsMax: STATEMENT_MS_MAX,
  });
  try {
    const masterKey = await findMasterKey({
      given: config.masterKey,
      dataDir: config.dataDir,
      database: installation.cluster ? 'embedded' : 'own',
    });
    const keys = await ensureKeys(database, masterKey);
    const { ownerUrl } = installation;
    return await work({ database, ownerUrl, vault: keys.vault, keys, clock: systemClock });
  } finally {
    await database.end();
    await installation.close();
  }
}

/** Tells running servers to read their settings anew. Only after the commit of what has changed. */
export async function announceSettings(database: Database): Promise<void> {
  await database.query(`notify ${SETTINGS_CHANNEL}`);
}
