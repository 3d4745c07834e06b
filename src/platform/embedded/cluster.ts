/**
 * The embedded PostgreSQL of a data directory: one server, however many processes use it. Whoever lets go last
 * stops it; a process that was killed has let go too. What happens between is watched: a server that restarts
 * its backends is waited for, one that has died is told to the application, which decides.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Binaries, packagedBinaries, usableBinaries } from './binaries.ts';
import { socketUrl } from './hold.ts';
import { findPlaces, readRecord } from './places.ts';
import { findPostmaster } from './postmaster.ts';
import { ensureRunning, holdServer, letGo, type Running, type Start } from './running.ts';

const LOOK_AGAIN_MS = 10;

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly onProgress?: (line: string) => void;
  /** Beyond or instead of the supervisor's own. Only a process that starts the server sets them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Instead of the npm package's. */
  readonly binaries?: Binaries;
}

export interface EmbeddedCluster {
  /** For node-pg and libpq, over the unix socket; the same after a restart. */
  url(role: string, database: string): string;
  readonly pid: number;
  /** Whether the server ran already. */
  readonly adopted: boolean;
  /** Called when the server has died without `stop`. The returned function takes the callback back. */
  onExit(callback: () => void): () => void;
  /** Starts it again after `onExit`, or adopts what another process has started. Resolves when it answers. */
  restart(): Promise<void>;
  /** Lets go. The last process to do so stops the server and waits for its end. */
  stop(): Promise<void>;
}

/** Starts or adopts the server of a data directory. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedCluster> {
  const onProgress = options.onProgress ?? (() => undefined);
  const given = options.binaries ?? (await packagedBinaries());
  const places = await findPlaces(options.dataDir);
  const { dataDir, identity } = places;
  const binaries = await usableBinaries({ binaries: given, identity, dataDir, onProgress });
  const start: Start = { places, binaries, settings: options.settings ?? {}, onProgress };
  return supervise(start, await ensureRunning(start));
}

/** The server of a data directory if it runs, held like one that was started. Starts and makes nothing. */
export async function findRunning(dataDir: string): Promise<EmbeddedCluster | undefined> {
  const record = await readRecord(dataDir);
  if (!record) return undefined;
  const places = await findPlaces(dataDir);
  const running = await holdServer(places.cluster);
  if (!running) return undefined;
  const binaries = { directory: record.binaries, version: record.version };
  const start: Start = { places, binaries, settings: record.settings, onProgress: () => undefined };
  return supervise(start, running);
}

/** Wraps a running server into what the application sees, and watches it. */
function supervise(start: Start, first: Running): EmbeddedCluster {
  const { cluster } = start.places;
  const callbacks = new Set<() => void>();
  let running: Running | undefined = first;
  let pid = first.pid;
  let restarting: Promise<void> | undefined;
  let stopped = false;

  function use(next: Running): void {
    running = next;
    pid = next.pid;
    void watch(next);
  }

  async function watch(watched: Running): Promise<void> {
    await watched.hold.lost;
    if (stopped || running !== watched) return;
    running = undefined;
    const again = await holdAgain(cluster, () => stopped);
    if (stopped) return again && letGo(again);
    if (again) return use(again);
    for (const callback of callbacks) callback();
  }

  async function restart(): Promise<void> {
    if (stopped) throw new Error('the embedded PostgreSQL was stopped');
    if (!running) use(await ensureRunning(start));
  }

  use(first);
  return {
    url: (role, database) => socketUrl(first.socket, role, database),
    get pid() {
      return pid;
    },
    adopted: first.adopted,
    onExit(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    restart() {
      restarting ??= restart().finally(() => {
        restarting = undefined;
      });
      return restarting;
    },
    async stop() {
      if (stopped) return;
      await restarting?.catch(() => undefined); // its caller is told
      stopped = true;
      const last = running ?? (await holdServer(cluster));
      if (last) await letGo(last);
    },
  };
}

/** After a lost session: the server may have restarted its backends, be recovering, or be gone (undefined). */
async function holdAgain(cluster: string, isStopped: () => boolean): Promise<Running | undefined> {
  while (!isStopped() && (await findPostmaster(cluster))) {
    const running = await holdServer(cluster);
    if (running) return running;
    await sleep(LOOK_AGAIN_MS, undefined, { ref: false });
  }
  return undefined;
}
