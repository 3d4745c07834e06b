/**
 * Where a cluster lives. `<data dir>/postgres` (home) holds `cluster` and `socket`, closed to everybody but the
 * server's user. Only where that user cannot enter the data directory does the home move to
 * `/var/lib/toprail/<hash of the data directory>`. `<data dir>/postgres.json` names what was chosen, and a
 * choice once made is kept: a cluster is never silently begun anew beside an older one.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rmdir,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf } from '../postgres.ts';
import { makeSystemDirectory, SYSTEM_DIRECTORY } from './binaries.ts';
import { canEnter, type Identity, isRoot, ownerOf, serverIdentity, spawnAs } from './identity.ts';

export interface Places {
  /** Real path of the data directory. */
  readonly dataDir: string;
  readonly home: string;
  /** What PostgreSQL calls its data directory. */
  readonly cluster: string;
  readonly socket: string;
  readonly log: string;
  readonly identity: Identity;
}

/** What `<data dir>/postgres.json` says. For people, for other processes, and for the next start. */
export interface PlacesRecord {
  readonly version: string;
  readonly binaries: string;
  readonly home: string;
  readonly cluster: string;
  readonly socket: string;
  readonly log: string;
  readonly uid: number;
  readonly pid: number;
  readonly settings: Readonly<Record<string, string>>;
}

const RECORD = 'postgres.json';
const HASH_DIGITS = 12;
/** Of a socket's path: 108 bytes with the final zero on Linux, 104 on macOS. */
const SOCKET_PATH_BYTES_MAX = 103;
const SOCKET_NAME = '.s.PGSQL.5432';

/** Finds or chooses the places of this data directory's cluster; makes nothing but the data directory. */
export async function findPlaces(givenDataDir: string): Promise<Places> {
  await mkdir(givenDataDir, { recursive: true });
  const dataDir = await realpath(givenDataDir);
  const home = await findHome(dataDir);
  const identity = existsSync(home) ? await ownerOf(home) : serverIdentity();
  if (existsSync(home) && !(await canEnter(home, identity))) {
    throw new Error(
      `user ${identity.uid}, who runs the database, cannot enter ${home}: open the directories above it (chmod o+x)`,
    );
  }
  const socket = await socketDirectory(home, identity);
  return {
    dataDir,
    home,
    cluster: join(home, 'cluster'),
    socket,
    log: join(dataDir, 'postgres.log'),
    identity,
  };
}

async function findHome(dataDir: string): Promise<string> {
  const inside = join(dataDir, 'postgres');
  const outside = join(SYSTEM_DIRECTORY, hashOf(dataDir));
  if (existsSync(inside)) return inside;
  const recorded = (await readRecord(dataDir))?.home;
  if (recorded !== undefined && existsSync(recorded)) return recorded;
  if (recorded?.startsWith(SYSTEM_DIRECTORY)) {
    const record = join(dataDir, RECORD);
    throw new Error(`the database ${recorded} is gone: put it back, or remove ${record} to begin a new one`);
  }
  if (!isRoot()) return inside;
  if (existsSync(outside)) return outside;
  return (await canEnter(dataDir, serverIdentity())) ? inside : outside;
}

async function socketDirectory(home: string, identity: Identity): Promise<string> {
  const inside = join(home, 'socket');
  if (fits(inside)) return inside;
  const name = `toprail-${hashOf(home)}`;
  const candidate = join(tmpdir(), name);
  return fits(candidate) && (await canEnter(tmpdir(), identity)) ? candidate : join('/tmp', name);
}

function fits(directory: string): boolean {
  return Buffer.byteLength(join(directory, SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX;
}

/** Makes home and socket directory, closed to others. */
export async function makePlaces({ home, socket, identity }: Places): Promise<void> {
  if (home.startsWith(SYSTEM_DIRECTORY)) await makeSystemDirectory();
  for (const directory of [home, socket]) await makeClosed(directory, identity);
}

/** Made beside its place and moved there, so that another process never finds it with the wrong owner. */
async function makeOwned(directory: string, identity: Identity): Promise<void> {
  await mkdir(dirname(directory), { recursive: true });
  const made = await mkdtemp(`${directory}.`); // closed to others from the start
  if ('uid' in spawnAs(identity)) await chown(made, identity.uid, identity.gid);
  await rename(made, directory).catch(async (error: unknown) => {
    await rmdir(made);
    // Somebody else was first: what is there now is looked at like anything that was.
    if (!existsSync(directory)) throw error;
  });
}

/** In /tmp somebody else may have made a directory of this name first: then its owner is not ours. */
export async function makeClosed(directory: string, identity: Identity): Promise<void> {
  if (!existsSync(directory)) await makeOwned(directory, identity);
  const found = await lstat(directory);
  if (!found.isDirectory()) throw new Error(`${directory} is not a directory`);
  if (found.uid === identity.uid) return chmod(directory, 0o700);
  const own = process.getuid?.();
  if (found.uid !== own) throw new Error(`${directory} belongs to user ${found.uid}, not to ${identity.uid}`);
  await chmod(directory, 0o700);
  if ('uid' in spawnAs(identity)) await chown(directory, identity.uid, identity.gid);
}

export async function readRecord(dataDir: string): Promise<PlacesRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(dataDir, RECORD), 'utf8')) as PlacesRecord; // we alone write it
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Error(`cannot read ${join(dataDir, RECORD)}`, { cause: error });
  }
}

export async function writeRecord(dataDir: string, record: PlacesRecord): Promise<void> {
  const draft = join(dataDir, `${RECORD}.${process.pid}`);
  await writeFile(draft, `${JSON.stringify(record, undefined, 2)}\n`);
  await rename(draft, join(dataDir, RECORD));
}

function hashOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, HASH_DIGITS);
}
