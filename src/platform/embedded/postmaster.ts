/**
 * The server process as the operating system sees it: whether the one that `postmaster.pid` names lives and is
 * ours, and how to be rid of what a killed one has left behind.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { stat as fileStat, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Postmaster {
  readonly pid: number;
  /** Undefined in the first moments of a start. */
  readonly socket: string | undefined;
}

/** A process id that no system hands out. */
const NOBODYS_PID = 99_999_999;
/** Lines of postmaster.pid, counted from zero. */
const PID_LINE = 0;
const SOCKET_LINE = 4;

/** The live server of this cluster, whoever started it. Never a process that merely has the same number. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const lines = await readPidFile(cluster);
  const pid = Number(lines?.[PID_LINE]);
  if (!Number.isInteger(pid) || pid <= 1 || !(await isServerOf(cluster, pid))) return undefined;
  return { pid, socket: lines?.[SOCKET_LINE] || undefined };
}

/** Not what merely has the number of a server that was killed. */
async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  const command = await commandLine(pid);
  return command === undefined || command.includes(cluster);
}

/** A zombie counts as gone: as a container's first process nobody may ever collect it. */
export async function isAlive(pid: number): Promise<boolean> {
  if (!answersSignals(pid)) return false;
  if (process.platform !== 'linux') return true;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return answersSignals(pid); // gone meanwhile, or no /proc here
  const state = stat.charAt(stat.lastIndexOf(')') + 2);
  return state !== 'Z' && state !== 'X';
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it lives, but is another user's
  }
}

export function signal(pid: number, name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // gone is what was wanted
  }
}

async function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const raw = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
    return raw?.replaceAll('\0', ' ');
  }
  const ps = promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', `${pid}`]);
  return ps.then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}

async function readPidFile(cluster: string): Promise<string[] | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text?.split('\n').map((line) => line.trim());
}

/**
 * PostgreSQL refuses to start while any process has the number in a stale postmaster.pid, which is common in
 * containers. The number is replaced and not the file removed: its shared memory key still guards the cluster
 * against a server beside orphaned backends. A server that has just started is left alone: it stops when its file
 * no longer names it. The file is read again and written in one breath, so that none can start in between.
 */
export async function disownPidFile(cluster: string): Promise<void> {
  const path = join(cluster, 'postmaster.pid');
  const found = await readFile(path, 'utf8').catch(() => undefined);
  const [first, ...others] = (found ?? '').split('\n');
  const pid = Number(first);
  if (!Number.isInteger(pid) || pid <= 0 || !answersSignals(pid)) return;
  if (await isServerOf(cluster, pid)) return;
  const isSame = existsSync(path) && readFileSync(path, 'utf8') === found;
  if (isSame) writeFileSync(path, [NOBODYS_PID, ...others].join('\n'));
}

/**
 * A server writes its pid file right after it has made it. One that stays empty is what a kill in between has left,
 * and PostgreSQL refuses to start beside it.
 */
export async function dropEmptyPidFile(cluster: string): Promise<void> {
  const path = join(cluster, 'postmaster.pid');
  const found = await fileStat(path).catch(() => undefined);
  if (found?.size === 0 && Date.now() - found.mtimeMs > EMPTY_PID_FILE_MS_MAX)
    await rm(path, { force: true });
}

const EMPTY_PID_FILE_MS_MAX = 1_000;

/**
 * Ends backends whose postmaster was killed; they notice by themselves, but not in the middle of a long
 * statement, and hold the shared memory until then. What they had committed is in the log; nothing else counts.
 */
export async function endOrphans(cluster: string): Promise<void> {
  if (process.platform !== 'linux') return; // elsewhere we wait until they notice
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || !(await isBackendOf(cluster, pid))) continue;
    const parent = await parentOf(pid);
    const parentIsServer = parent !== undefined && (await workingDirectory(parent)) === cluster;
    if (!parentIsServer) signal(pid, 'SIGKILL');
  }
}

async function isBackendOf(cluster: string, pid: number): Promise<boolean> {
  if ((await workingDirectory(pid)) !== cluster) return false;
  return (await commandLine(pid))?.startsWith('postgres:') ?? false;
}

async function workingDirectory(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}

async function parentOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const match = /^PPid:\s+(\d+)$/m.exec(status);
  return match ? Number(match[1]) : undefined;
}
