/** What the tests of the embedded PostgreSQL share: data directories, processes that hold one, one-off queries. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import type { Binaries } from '../../src/platform/embedded/binaries.ts';
import { findPostmaster } from '../../src/platform/embedded/postmaster.ts';
import { removeInstallation } from '../harness/remove-installation.ts';

export const isRoot = process.getuid?.() === 0;
/** Exists on every system that we know, and is not root. */
export const NOBODY = { uid: 65_534, gid: 65_534 };

/** A fresh directory for one test; removed by its end. `closed` is what a home directory of mode 0700 is. */
export async function freshDirectory(
  test: { after(work: () => Promise<void>): void },
  options: { readonly access?: 'open' | 'closed'; readonly owner?: { uid: number; gid: number } } = {},
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'toprail-embedded-'));
  if (options.access !== 'closed') await chmod(directory, 0o755);
  if (options.owner) await chown(directory, options.owner.uid, options.owner.gid);
  test.after(() => removeInstallation(directory));
  return directory;
}

export interface Holder {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly adopted: boolean;
  readonly url: string;
  readonly progress: readonly string[];
  /** Sends the signal and resolves with the exit code, null when it was killed. */
  end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL', to?: 'process' | 'group'): Promise<number | null>;
}

export interface HolderOptions {
  readonly dataDir: string;
  readonly user?: { uid: number; gid: number };
  readonly binaries?: Binaries;
}

/** Starts a process that holds the cluster of `dataDir`; resolves when its server answers. */
export async function startHolder({ dataDir, user, binaries }: HolderOptions): Promise<Holder> {
  const script = join(import.meta.dirname, 'holder.ts');
  const args = [script, dataDir, ...(binaries ? [JSON.stringify(binaries)] : [])];
  const child = spawn(process.execPath, args, { ...user, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const line = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const first = await Promise.race([line, exited.then(() => undefined)]);
  if (!first) throw new Error(`the holder ended: ${errors.join('')}`);
  const up = JSON.parse(first[0]) as Omit<Holder, 'child' | 'end'>;
  return {
    ...up,
    child,
    async end(signal, to = 'process') {
      const pid = child.pid as number; // it has printed a line
      process.kill(to === 'group' ? -pid : pid, signal);
      return (await exited)[0];
    },
  };
}

/** One statement on a connection of its own; the first column of the first row. */
export async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

export async function isRunning(dataDir: string): Promise<boolean> {
  return (await findPostmaster(await clusterOf(dataDir))) !== undefined;
}

export async function clusterOf(dataDir: string): Promise<string> {
  return (await recordOf(dataDir)).cluster;
}

export async function recordOf(
  dataDir: string,
): Promise<{ cluster: string; home: string; socket: string; binaries: string; log: string; uid: number }> {
  return JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8'));
}
