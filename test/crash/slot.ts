/** One place for a process of a fleet: its port stays when the process is another one. */
import { once } from 'node:events';
import { type LaunchedProcess, launch, type SpawnOptions } from '../harness/server-process.ts';
import type { Armed } from './points.ts';

export type Role = 'all' | 'api' | 'worker';

export interface Slot {
  readonly role: Role;
  readonly url: string;
  /** Resolves when it is ready, or has died before, as an armed one may. */
  start(armed?: Armed): Promise<void>;
  /** At any moment of its life, also while it starts. */
  kill(): Promise<void>;
  /** SIGSTOP, SIGCONT, SIGTERM. */
  signal(signal: NodeJS.Signals): void;
  /** As a user stops it; one that hangs is killed. */
  stop(): Promise<void>;
  /** Whether it has ended by itself within the time. */
  ends(withinMs: number): Promise<boolean>;
  /** Lives and is not stopped. */
  isUp(): boolean;
  /** Is up and has said so: clients may come. */
  isReady(): boolean;
}

export interface Berth {
  readonly program: 'server' | 'simulator';
  readonly role: Role;
  readonly url: string;
  readonly options: (armed: Armed | undefined) => SpawnOptions;
  /** Called with what a process has said that has ended without being told to. */
  readonly onDesertion: (told: string) => void;
}

/** A start that fails because others were killed under it is made again. */
const STARTS_MAX = 3;
const STOP_MS_MAX = 20_000;

export function makeSlot({ program, role, url, options, onDesertion }: Berth): Slot {
  let current: LaunchedProcess | undefined;
  let isReady = false;
  let isPaused = false;
  let wasPaused = false;

  /** SIGKILL and SIGTERM are ours; whoever ends otherwise has deserted. */
  const begin = (armed: Armed | undefined): LaunchedProcess => {
    const launched = launch(program, options(armed));
    launched.child.once('exit', (code, signal) => {
      const output = launched.output();
      // Paused for over a minute, a server gives up when another one has its lane: docs/OPERATIONS.md.
      const isFenced = wasPaused && output.includes('the lane of ids was taken');
      if (signal === null && code !== 0 && !isFenced)
        onDesertion(`${program} ${role} ended with ${code}:\n${output}`);
    });
    return launched;
  };
  const isUp = () => current !== undefined && !isOver(current.child) && !isPaused;
  const slot: Slot = {
    role,
    url,
    start: async (armed) => {
      for (let started = 1; ; started++) {
        const mine = begin(armed);
        current = mine;
        isReady = isPaused = wasPaused = false;
        const error: unknown = await mine.ready.then(() => undefined).catch((why: unknown) => why);
        if (mine === current) isReady = error === undefined;
        if (error === undefined || mine.child.signalCode === 'SIGKILL') return;
        await mine.kill('SIGKILL');
        if (started === STARTS_MAX) throw error;
      }
    },
    kill: async () => current?.kill('SIGKILL'),
    signal: (signal) => {
      if (signal === 'SIGSTOP') isPaused = wasPaused = true;
      if (signal === 'SIGCONT') isPaused = false;
      current?.child.kill(signal);
    },
    stop: async () => {
      slot.signal('SIGCONT');
      slot.signal('SIGTERM');
      if (!(await slot.ends(STOP_MS_MAX))) await slot.kill();
    },
    ends: async (withinMs) => {
      const child = current?.child;
      if (!child || isOver(child)) return true;
      return once(child, 'exit', { signal: AbortSignal.timeout(withinMs) }).then(
        () => true,
        () => false,
      );
    },
    isUp,
    isReady: () => isReady && isUp(),
  };
  return slot;
}

function isOver({ exitCode, signalCode }: LaunchedProcess['child']): boolean {
  return exitCode !== null || signalCode !== null;
}
