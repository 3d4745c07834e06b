/**
 * Making a cluster and starting its server. Durability is production's: `fsync` and `synchronous_commit` on,
 * data checksums, the C locale. The server listens on a socket in a closed directory only, so it trusts whoever
 * can reach that.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from '../postgres.ts';
import type { Binaries } from './binaries.ts';
import { spawnAs } from './identity.ts';
import { makeClosed, type Places } from './places.ts';

/** The cluster's superuser: only the supervisor and `prepareDatabase` use it. */
export const SUPERUSER = 'postgres';
/** A log above this is put aside as `postgres.log.1` at the next start. */
const LOG_BYTES_MAX = 16 * 1024 * 1024;

const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '256MB',
  max_connections: '400',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  autovacuum: 'on',
  jit: 'off', // our statements are short: compiling them costs more than it saves
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%a ',
  log_error_verbosity: 'terse', // the details of an error quote the row's values: personal data
  listen_addresses: '',
  unix_socket_permissions: '0700',
  cluster_name: 'toprail',
  // wal_compression stays off: the npm binaries have no lz4, and pglz costs more processor than it saves disk.
};

/** No PGDATA, PGOPTIONS and the like of the user's; messages in English, because we read them. */
const ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Makes the cluster unless it is there. It appears under its name only when it is whole. */
export async function createCluster(binaries: Binaries, places: Places): Promise<void> {
  if (hasCluster(places)) return checkVersion(binaries, places);
  await removeDrafts(places);
  const draft = `${places.cluster}.${randomUUID()}`;
  await makeClosed(draft, places.identity);
  try {
    await initdb(binaries, places, draft);
    await rename(draft, places.cluster);
    await syncDirectory(places.home);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!hasCluster(places)) throw error; // else another process was quicker
  }
}

export function hasCluster({ cluster }: Places): boolean {
  return existsSync(join(cluster, 'PG_VERSION'));
}

async function checkVersion({ version }: Binaries, { cluster }: Places): Promise<void> {
  const found = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  if (version.split('.')[0] === found) return;
  throw new Error(`${cluster} was made by PostgreSQL ${found}; this is ${version}, which cannot read it`);
}

async function initdb(binaries: Binaries, { identity, home }: Places, target: string): Promise<void> {
  const args = ['--pgdata', target, '--username', SUPERUSER, '--auth', 'trust', '--data-checksums'];
  args.push('--encoding', 'UTF8', '--locale', 'C', '--no-instructions');
  const program = join(binaries.directory, 'bin', 'initdb');
  try {
    await promisify(execFile)(program, args, { ...spawnAs(identity), cwd: home, env: ENVIRONMENT });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`PostgreSQL could not make its cluster: ${said}`, { cause: error });
  }
}

/** Half-made clusters of processes that were killed. One that is being made right now is minutes younger. */
async function removeDrafts({ home }: Places): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith('cluster.')) continue;
    const path = join(home, name);
    const changed = await stat(path).catch(() => undefined); // another process may have removed it
    if (changed && Date.now() - changed.mtimeMs > DRAFT_AGE_MS)
      await rm(path, { recursive: true, force: true });
  }
}

const DRAFT_AGE_MS = 10 * 60_000;

/** A rename survives a power cut only once its directory is on disk. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  await handle.sync();
  await handle.close();
}

/** A server on its way up. */
export interface Launched {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What was logged since it was launched, by it and by what is left of a server before. */
  logged(): Promise<string>;
}

/** Starts the server, detached: it has a process group of its own, so Ctrl-C reaches us alone. */
export async function launch(
  binaries: Binaries,
  places: Places,
  settings: Readonly<Record<string, string>>,
): Promise<Launched> {
  await putAsideLog(places.log);
  const log = await open(places.log, 'a', 0o600);
  const { size: logStart } = await log.stat();
  const all = { ...SETTINGS, unix_socket_directories: places.socket, ...settings };
  const args = [
    '-D',
    places.cluster,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const child = spawn(join(binaries.directory, 'bin', 'postgres'), args, {
    ...spawnAs(places.identity),
    cwd: places.cluster,
    env: ENVIRONMENT,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  try {
    await once(child, 'spawn');
  } finally {
    await log.close();
  }
  child.unref();
  const pid = child.pid as number; // it has spawned
  return { child, pid, logged: () => readFrom(places.log, logStart) };
}

async function putAsideLog(log: string): Promise<void> {
  const size = (await stat(log).catch(() => undefined))?.size ?? 0;
  if (size > LOG_BYTES_MAX) await rename(log, `${log}.1`);
}

async function readFrom(log: string, start: number): Promise<string> {
  try {
    return (await readFile(log)).subarray(start).toString('utf8').trim();
  } catch (error) {
    return `(no log: ${codeOf(error)})`;
  }
}
