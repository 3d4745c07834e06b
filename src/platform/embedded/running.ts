/**
 * From a data directory to a server that answers, and back. A start ends in one of three ways: the server that
 * runs already is adopted (another process's, or the orphan of one that was killed), a stopped cluster is
 * started (recovering by itself if it was killed), or a cluster is made first. Every step can meet another
 * process that does the same, so the start is a loop: look, adopt or launch, and look again when neither worked.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { type Hold, tryHold } from './hold.ts';
import { createCluster, hasCluster, launch } from './launch.ts';
import { makePlaces, type Places, type PlacesRecord, readRecord, writeRecord } from './places.ts';
import {
  disownPidFile,
  dropEmptyPidFile,
  endOrphans,
  findPostmaster,
  isAlive,
  signal,
} from './postmaster.ts';

/** A killed server with all of `max_wal_size` to replay on a slow disk. */
const START_MS_MAX = 300_000;
const LOOK_AGAIN_MS = 10;
/** Past this, a start that goes on says so. */
const SLOW_START_MS = 2_000;
/** A server that lives and does not answer for so long has lost its socket: it is stopped and started again. */
const SILENT_MS_MAX = 60_000;
/** Orphaned backends notice their postmaster's death within this, or are ended. */
const ORPHANS_MS_MAX = 500;
/** A fast shutdown writes a checkpoint. Past this the server is told to quit, and recovers at the next start. */
const STOP_MS_MAX = 60_000;
/** Of what a failed start has logged, the end is shown. */
const SAID_CHARS_MAX = 4_000;

export interface Start {
  readonly places: Places;
  readonly binaries: Binaries;
  readonly settings: Readonly<Record<string, string>>;
  readonly onProgress: (line: string) => void;
}

/** A server that answers, held by this process. */
export interface Running {
  readonly pid: number;
  readonly socket: string;
  readonly hold: Hold;
  readonly adopted: boolean;
}

export async function ensureRunning(start: Start): Promise<Running> {
  const { places, binaries, onProgress } = start;
  await makePlaces(places);
  if (!hasCluster(places))
    onProgress(`creating a PostgreSQL ${binaries.version} cluster in ${places.cluster}`);
  await createCluster(binaries, places);
  const startedAt = Date.now();
  let silentSince = startedAt;
  while (Date.now() - startedAt < START_MS_MAX) {
    const server = await findPostmaster(places.cluster);
    if (server === undefined) {
      silentSince = Date.now();
      const launched = await launchOnce(start, Date.now() - startedAt);
      if (launched) return launched;
    } else {
      const adopted = await holdServer(places.cluster);
      if (adopted && (await isKept(start, adopted))) return adopted;
      if (!adopted && Date.now() - silentSince > SILENT_MS_MAX) {
        onProgress(`PostgreSQL (process ${server.pid}) does not answer: stopping it`);
        await stopServer(server.pid);
      }
    }
    await sleep(LOOK_AGAIN_MS);
  }
  throw new Error(`PostgreSQL did not start within ${START_MS_MAX / 1_000} s; its log is ${places.log}`);
}

/** The server that runs, if it answers. */
export async function holdServer(cluster: string): Promise<Running | undefined> {
  const server = await findPostmaster(cluster);
  if (!server?.socket) return undefined;
  const hold = await tryHold(server.socket, cluster);
  return hold && { pid: server.pid, socket: server.socket, hold, adopted: true };
}

/** An orphan that other binaries started is kept only while somebody else uses it, else stopped here. */
async function isKept({ places, binaries, onProgress }: Start, { pid, hold }: Running): Promise<boolean> {
  const record = await readRecord(places.dataDir);
  try {
    // No record yet: another process has launched it this moment.
    if (record !== undefined && record.version !== binaries.version) {
      if (await hold.alone()) {
        onProgress(`stopping a PostgreSQL of another version (process ${pid})`);
        await stopServer(pid);
        await hold.end();
        return false;
      }
      await hold.share();
    }
  } catch {
    return false; // it was being stopped
  }
  onProgress(`using the PostgreSQL that runs already (process ${pid})`);
  return true;
}

/** Launches the server and waits until it answers. Undefined when it gave up for a reason that passes. */
async function launchOnce(start: Start, waitedMs: number): Promise<Running | undefined> {
  const { places, binaries, settings, onProgress } = start;
  if (waitedMs > ORPHANS_MS_MAX) await endOrphans(places.cluster);
  await dropEmptyPidFile(places.cluster);
  await disownPidFile(places.cluster);
  const { child, pid, logged } = await launch(binaries, places, settings);
  const launchedAt = Date.now();
  let told = false;
  while (child.exitCode === null && child.signalCode === null) {
    const running = await holdServer(places.cluster);
    if (running?.pid === pid) {
      await writeRecord(places.dataDir, recordOf(start, pid));
      return { ...running, adopted: false };
    }
    await running?.hold.end(); // another process's server, which ours is about to find out
    if (!told && Date.now() - launchedAt > SLOW_START_MS) {
      told = true;
      onProgress('waiting for PostgreSQL to recover what it had committed');
    }
    if (Date.now() - launchedAt > START_MS_MAX) return undefined;
    await sleep(LOOK_AGAIN_MS);
  }
  if (child.signalCode === 'SIGKILL') return undefined; // somebody has killed it
  if (child.exitCode === 0) return undefined; // another process held it first and has stopped it already
  const said = await logged();
  if (!PASSING.test(said))
    throw new Error(`PostgreSQL did not start; it said:\n${said.slice(-SAID_CHARS_MAX)}`);
  return undefined;
}

/** Another process starts the same cluster, or a killed server's backends still hold its memory. */
const PASSING = /lock file ".*" (already exists|is empty)|is still in use|terminate any old server processes/;

function recordOf({ places, binaries, settings }: Start, pid: number): PlacesRecord {
  const { home, cluster, socket, log, identity } = places;
  const { version, directory } = binaries;
  return { version, binaries: directory, home, cluster, socket, log, uid: identity.uid, pid, settings };
}

/** Lets go of the server, and stops it when nobody else holds it. */
export async function letGo({ pid, hold }: Running): Promise<void> {
  const alone = await hold.alone().catch(() => false); // a lost session holds nothing that could be stopped
  if (alone) await stopServer(pid);
  await hold.end().catch(() => undefined);
}

/** SIGINT is PostgreSQL's fast shutdown: sessions end, a checkpoint is written. Waits for the end. */
async function stopServer(pid: number): Promise<void> {
  signal(pid, 'SIGINT');
  const askedAt = Date.now();
  let told = false;
  while (await isAlive(pid)) {
    if (!told && Date.now() - askedAt > STOP_MS_MAX) {
      signal(pid, 'SIGQUIT');
      told = true;
    }
    await sleep(LOOK_AGAIN_MS);
  }
}
