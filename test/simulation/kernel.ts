/**
 * Time and order of a simulated world. Everything that happens is an event of one queue; what is due at the same
 * instant is ordered by the seed. Between two events every promise that can go on does so, and nothing else runs:
 * no socket, no timer of the machine. So a seed replays to the bit, which `trace` shows.
 *
 * A `Host` is where a process runs. A host that crashed hears nothing any more; one that is paused (a stopped process,
 * a suspended machine) hears everything late.
 */
import type { Clock } from '../../src/core/time.ts';
import type { Random } from '../harness/random.ts';
import { Heap } from './heap.ts';
import { settled } from './turns.ts';

interface Event {
  readonly atMs: number;
  readonly tie: number;
  readonly label: string;
  readonly host: Host | undefined;
  readonly task: () => void;
  cancelled: boolean;
}

/** 2026-01-01 UTC. */
export const SIMULATION_STARTS_MS = Date.UTC(2026, 0, 1);

export class Kernel {
  nowMs = SIMULATION_STARTS_MS;
  /** How many events have run. */
  events = 0;
  /** Over the labels and times of all events so far: two runs of a seed have the same one. */
  trace = 0;
  readonly #random: Random;
  readonly #queue = new Heap<Event>(isBefore);

  constructor(random: Random) {
    this.#random = random;
  }

  /** Runs `task` after `delayMs`, on a host or on none. The returned function cancels it. */
  after(delayMs: number, label: string, task: () => void, host?: Host): () => void {
    const event: Event = {
      atMs: this.nowMs + Math.max(0, Math.ceil(delayMs)),
      tie: this.#random.next(),
      label,
      host,
      task,
      cancelled: false,
    };
    this.#queue.push(event);
    return () => {
      event.cancelled = true;
    };
  }

  /** Everything sleeps for so long and wakes together: a suspended machine, and the database's clock with it. */
  leap(byMs: number): void {
    this.nowMs += byMs;
  }

  /** Runs events until `isOver`, or until nothing is left, or `limitMs` of simulated time have passed. */
  async run(isOver: () => boolean, limitMs: number): Promise<void> {
    const untilMs = this.nowMs + limitMs;
    while (!isOver()) {
      const event = this.#queue.pop();
      if (!event || event.atMs > untilMs) {
        if (event) this.#queue.push(event);
        return;
      }
      if (event.cancelled || event.host?.isDead) continue;
      if (event.host?.isPaused) {
        event.host.missed(event.task, event.label);
        continue;
      }
      this.nowMs = Math.max(this.nowMs, event.atMs);
      this.events += 1;
      this.trace = mix(this.trace, event.label, this.nowMs);
      event.task();
      await settled();
    }
  }
}

export class Host {
  readonly name: string;
  readonly #kernel: Kernel;
  #state: 'up' | 'paused' | 'dead' = 'up';
  #missed: { task: () => void; label: string }[] = [];
  /** How far this machine's clock is ahead of true time. */
  skewMs = 0;

  constructor(kernel: Kernel, name: string) {
    this.#kernel = kernel;
    this.name = name;
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  get isPaused(): boolean {
    return this.#state === 'paused';
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  crash(): void {
    this.#state = 'dead';
    this.#missed = [];
  }

  pause(): void {
    if (this.isUp) this.#state = 'paused';
  }

  resume(): void {
    if (!this.isPaused) return;
    this.#state = 'up';
    for (const { task, label } of this.#missed.splice(0)) this.#kernel.after(0, label, task, this);
  }

  missed(task: () => void, label: string): void {
    this.#missed.push({ task, label });
  }

  /** This machine's clock; its timers count true time, as timers do. */
  readonly clock: Clock = {
    now: () => this.#kernel.nowMs + this.skewMs,
    elapsed: () => this.#kernel.nowMs,
    after: (delayMs, task) => this.#kernel.after(delayMs, 'timer', task, this),
  };
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.tie < b.tie);
}

/** FNV-1a over the label and the time. */
function mix(hash: number, label: string, atMs: number): number {
  let mixed = hash ^ (atMs % 0xffffffff);
  for (let at = 0; at < label.length; at++) mixed = Math.imul(mixed ^ label.charCodeAt(at), 0x01000193);
  return mixed >>> 0;
}
