/**
 * A base backup of the embedded cluster while it works, as `pg_basebackup` takes one: its binaries have no such program,
 * so this is what that does, by PostgreSQL's own functions.
 */
import { chown, copyFile, lstat, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { findRunning } from '../../src/platform/embedded/cluster.ts';
import { SUPERUSER } from '../../src/platform/embedded/launch.ts';
import { findPlaces } from '../../src/platform/embedded/places.ts';
import { codeOf } from '../../src/platform/postgres.ts';

const WAL = 'pg_wal';
/** Of the server that runs, and no part of what it keeps. */
const OF_THE_SERVER = ['postmaster.pid', 'postmaster.opts'];

/** Copies the cluster; `whileCopying` happens before the backup is at its end, so it is in it. */
export async function takeBackup(dataDir: string, whileCopying: () => Promise<void>): Promise<void> {
  const { cluster, home } = await findPlaces(dataDir);
  const held = await findRunning(dataDir);
  if (!held) throw new Error('no server runs');
  // A backup ends with the session that has begun it.
  const client = new Client({ connectionString: held.url(SUPERUSER, SUPERUSER) });
  await client.connect();
  try {
    const backup = join(home, 'backup');
    await client.query("select pg_backup_start('drill', fast => true)");
    await copyTree(cluster, backup, [...OF_THE_SERVER, WAL]);
    await whileCopying();
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop()');
    await writeFile(join(backup, 'backup_label'), rows[0]?.labelfile ?? '');
    await copyTree(join(cluster, WAL), join(backup, WAL), []);
    await takeOver(backup, cluster);
  } finally {
    await client.end();
    await held.stop();
  }
}

/** The cluster is gone, and where it was is its backup. */
export async function putBackupInPlace(dataDir: string): Promise<void> {
  const { cluster, home } = await findPlaces(dataDir);
  await rename(cluster, join(home, 'lost')); // a session of a killed server may still write for a moment
  await rename(join(home, 'backup'), cluster);
}

/** Files come and go while the server works: what is gone is in the log that is copied last. */
async function copyTree(from: string, to: string, without: readonly string[]): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (without.includes(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    const copied = entry.isDirectory() ? copyTree(source, target, []) : copyFile(source, target);
    await copied.catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
  }
}

/** A tree belongs to whom the example belongs: the server is another user where we are root. */
async function takeOver(path: string, example: string): Promise<void> {
  const { uid, gid } = await lstat(example);
  await chown(path, uid, gid);
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true }))
    await chown(join(entry.parentPath, entry.name), uid, gid);
}
