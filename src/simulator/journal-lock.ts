/**
 * One process at a time appends to a journal. The lock file names its holder; the lock of a holder that is gone
 * is taken over. Process ids are used again (always, in a container), so on Linux the lock also names the start
 * time of its process, and inside one process a set tells who holds what.
 *
 * Two processes that find the same dead holder in the same instant could both take over; the one that reads a
 * lock that is not its own afterwards steps back. That leaves a window of microseconds, fair for a simulator.
 */
import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SimulatorFault } from './simulator-fault.ts';

const heldHere = new Set<string>();

/** Takes the lock beside the journal; the returned function gives it back. */
export async function lockJournal(journalPath: string): Promise<() => Promise<void>> {
  const path = `${resolve(journalPath)}.lock`;
  if (heldHere.has(path)) throw locked(journalPath, process.pid);
  heldHere.add(path);
  try {
    await takeLockFile(path, journalPath);
  } catch (error) {
    heldHere.delete(path);
    throw error;
  }
  return async () => {
    await rm(path, { force: true });
    heldHere.delete(path);
  };
}

async function takeLockFile(path: string, journalPath: string): Promise<void> {
  const mine = describeProcess(process.pid);
  const holder = await readFile(path, 'utf8').catch(() => '');
  const holderPid = Number.parseInt(holder, 10);
  const isAlive = holderPid > 0 && holderPid !== process.pid && describeProcess(holderPid) === holder;
  if (isAlive) throw locked(journalPath, holderPid);

  await rm(path, { force: true });
  await writeFile(path, mine, { flag: 'wx' }).catch(() => undefined); // taken in between: read below
  const now = await readFile(path, 'utf8').catch(() => '');
  if (now !== mine) throw locked(journalPath, Number.parseInt(now, 10));
}

/** `<pid> <start time>`, or an empty text when there is no such process. */
function describeProcess(pid: number): string {
  try {
    process.kill(pid, 0);
  } catch (error) {
    const isForeign = error instanceof Error && 'code' in error && error.code === 'EPERM';
    if (!isForeign) return '';
  }
  return `${pid} ${startTime(pid)}`;
}

/** Field 22 of /proc/<pid>/stat, in clock ticks since boot. The second field may hold spaces: count after it. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function locked(journalPath: string, pid: number): SimulatorFault {
  return new SimulatorFault('journal_locked', `process ${pid} already writes the journal ${journalPath}`);
}
