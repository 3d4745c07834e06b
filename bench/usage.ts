/** What a piece of work costs: processor time by process, write-ahead log, disk, and the server's memory at its peak. */
import { readdirSync, readFileSync } from 'node:fs';
import type { BenchServer } from './servers.ts';

export interface Usage {
  /** CPU seconds; null: the process is not there, or the system does not tell. */
  readonly cpu: Cpu;
  readonly walBytes: number;
  readonly diskBytes: number;
  readonly peakBytes: number;
}

export interface Cpu {
  readonly server: number | null;
  readonly postgres: number | null;
  readonly simulator: number | null;
  /** The load generator: this process. */
  readonly load: number | null;
}

export async function withUsage<T>(
  server: BenchServer,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly usage: Usage }> {
  await server.peakBytes(); // begins anew
  const before = await standing(server);
  const value = await work();
  const after = await standing(server);
  const usage = {
    cpu: {
      server: spent(before.cpu.server, after.cpu.server),
      postgres: spent(before.cpu.postgres, after.cpu.postgres),
      simulator: spent(before.cpu.simulator, after.cpu.simulator),
      load: spent(before.cpu.load, after.cpu.load),
    },
    walBytes: after.walBytes - before.walBytes,
    diskBytes: after.diskBytes - before.diskBytes,
    peakBytes: await server.peakBytes(),
  };
  return { value, usage };
}

async function standing({ pids, ask }: BenchServer) {
  const walBytes = await ask("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as n");
  const diskBytes = await ask('select pg_database_size(current_database()) as n');
  const processes = readProcesses();
  const own = process.cpuUsage();
  const cpu: Cpu = {
    server: cpuOf(processes, pids.server),
    postgres: cpuOf(processes, pids.postgres),
    simulator: cpuOf(processes, pids.simulator),
    load: (own.user + own.system) / 1e6,
  };
  return { walBytes, diskBytes, cpu };
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly ownTicks: number;
  /** Of children that have ended. */
  readonly endedTicks: number;
}

/** Of Linux on every machine that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Empty where there is no /proc. */
function readProcesses(): Process[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

/** `proc_pid_stat(5)`: the name stands in brackets and may hold anything. */
function parseStat(text: string): Process {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0] = fields;
  const [utime = 0, stime = 0, childUtime = 0, childStime = 0] = fields.slice(11, 15);
  return {
    pid: Number.parseInt(text, 10),
    parent,
    ownTicks: utime + stime,
    endedTicks: childUtime + childStime,
  };
}

/** Of a process and its children; PostgreSQL has no grandchildren. */
function cpuOf(processes: readonly Process[], pid: number | undefined): number | null {
  const root = processes.find((process) => process.pid === pid);
  if (!root) return null;
  const children = processes.filter(({ parent }) => parent === pid).map(({ ownTicks }) => ownTicks);
  const ticks = children.reduce((total, one) => total + one, root.ownTicks + root.endedTicks);
  return ticks / TICKS_PER_SECOND;
}

function spent(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}
