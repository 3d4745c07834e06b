/**
 * Several processes behind one port (`TOPRAIL_PROCESSES`): this one holds the installation, takes connections and hands
 * them out in turn; each of the others is a whole switch that shares the database with the rest, as it would from
 * another machine. One that dies is replaced; what it had begun is taken over as after any crash.
 *
 * The first is up before the others start: it seeds the sandbox and runs the pretend operators, on a port of its own
 * that the others are told. The port of the APIs is the same one handle for all: to name it again would take it twice.
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Config } from './config.ts';
import type { Clock } from './core/time.ts';
import type { Log } from './platform/log.ts';

/** What a process tells the one that started it, once it answers. */
export interface ReadyNotice {
  /** Of the pretend operators; absent where there are none. */
  readonly simulatorPort?: number;
  /** For whoever has started it. */
  readonly announcement: string;
}

/** The longest stop of one process is far below. */
const STOP_MS_MAX = 60_000;
/** Before a process is replaced: by how many have failed in a row, at their start or soon after. */
const REPLACE_AFTER_MS = [0, 1_000, 5_000, 15_000, 30_000] as const;
/** One that ends sooner after its start may do so again. */
const SETTLED_MS = 60_000;

export interface Processes {
  readonly announcement: string;
  stop(): Promise<void>;
}

export async function startProcesses(
  config: Config,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<Processes> {
  const running = new Set<Worker>();
  let stopping = false;
  let first: ReadyNotice | undefined;
  let failures = 0; // one after another

  async function start(): Promise<void> {
    const worker = cluster.fork({
      TOPRAIL_PROCESSES: '1',
      ...(first?.simulatorPort !== undefined && { TOPRAIL_SIMULATOR_PORT: `${first.simulatorPort}` }),
    });
    running.add(worker);
    const ended = once(worker, 'exit').then(([code, signal]: unknown[]) => {
      running.delete(worker);
      return String(signal ?? code);
    });
    const ready = await Promise.race([once(worker, 'message'), ended]);
    if (typeof ready === 'string') throw new Error(`a process has ended with ${ready} before it was ready`);
    first ??= ready[0] as ReadyNotice; // the only message that it sends
    const readyAtMs = clock.elapsed();
    void ended.then((how) => {
      if (stopping) return;
      log.error({ code: how }, 'a process has ended; another one takes its place');
      failures = clock.elapsed() - readyAtMs < SETTLED_MS ? failures + 1 : 0;
      replace();
    });
  }

  /** The others serve meanwhile, so nothing is given up: it is tried until one is ready. */
  function replace(): void {
    const pauseMs = REPLACE_AFTER_MS[Math.min(failures, REPLACE_AFTER_MS.length - 1)] as number; // in bounds
    clock.after(pauseMs, () => {
      if (stopping) return;
      start().catch((error: unknown) => {
        log.error({ error }, 'a process could not be replaced yet');
        failures += 1;
        replace();
      });
    });
  }

  async function stop(): Promise<void> {
    stopping = true;
    const cancelKill = clock.after(STOP_MS_MAX, () => signalAll('SIGKILL'));
    const ends = [...running].map((worker) => once(worker, 'exit'));
    signalAll('SIGTERM');
    await Promise.all(ends);
    cancelKill();
  }

  function signalAll(signal: NodeJS.Signals): void {
    for (const worker of running) worker.process.kill(signal);
  }

  await start();
  await Promise.all(Array.from({ length: config.processes - 1 }, start));
  return { announcement: first?.announcement ?? '', stop };
}

/** Tells the process that started this one, if any. */
export function tellReady(notice: ReadyNotice): void {
  process.send?.(notice);
}

/** The one that tells what it does while the installation is made ready; the rest find it so. */
export const isSpeaker = cluster.isPrimary || cluster.worker?.id === 1;

/** Nobody has started this one as one of several. */
export const isAlone = cluster.isPrimary;
