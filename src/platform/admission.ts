/**
 * Whether one more request is let in. A process that is asked for more than it can do falls behind: each turn of its
 * event loop begins with all that has come meanwhile, takes longer than the last, and keeps timers, answers of
 * PostgreSQL and new connections waiting until nobody waits for an answer any more. (libuv reads on while 1,024 sockets
 * are ready, and whoever is refused is ready again at once: turns of eight seconds were seen, with nothing done.)
 *
 * So each turn lets in what comes in its first milliseconds: very many, which makes room for any burst, and few while
 * the process is late most of the time. The rest is told to come again; when very many are, they are not listened to
 * until then.
 */
import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/** How long it is looked at before it is called late, or not late any more. */
const INTERVAL_MS = 500;
/** Share of an interval by which looks came late. */
const LATE_SHARE = 0.6;
const CALM_SHARE = 0.3;
/** Refusals in a second that cost as much as the work that they make room for. */
const STORM_REFUSALS = 100;
const SECOND_MS = 1_000;
/** Of each turn. */
const TURN_MS = { calm: 1_000, late: 20 } as const;

export class Admission {
  readonly #atEndOfTurn: (work: () => void) => void;
  #isLate = false;
  #lateMs = 0;
  #intervalBeganAtMs: number | undefined;
  #turnBeganAtMs: number | undefined;
  #second = 0;
  #refusals = { before: 0, now: 0 };

  constructor(atEndOfTurn: (work: () => void) => void = setImmediate) {
    this.#atEndOfTurn = atEndOfTurn;
  }

  /** While it is so, most requests are refused. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Told at every look how much later than wanted it comes. */
  observe(lateMs: number, nowMs: number): void {
    this.#intervalBeganAtMs ??= nowMs;
    this.#lateMs += lateMs;
    const passedMs = nowMs - this.#intervalBeganAtMs;
    if (passedMs < INTERVAL_MS) return;
    const share = this.#lateMs / passedMs;
    if (share >= LATE_SHARE) this.#isLate = true;
    else if (share <= CALM_SHARE) this.#isLate = false;
    this.#intervalBeganAtMs = nowMs;
    this.#lateMs = 0;
  }

  /** Asked for each request, before anything else is done about it. */
  admits(nowMs: number): boolean {
    if (this.#turnBeganAtMs === undefined) {
      this.#turnBeganAtMs = nowMs;
      this.#atEndOfTurn(() => {
        this.#turnBeganAtMs = undefined;
      });
    }
    return nowMs - this.#turnBeganAtMs < TURN_MS[this.#isLate ? 'late' : 'calm'];
  }

  /** Counts a refusal. True: there are so many that refusing would become all that is done. */
  refuses(nowMs: number): boolean {
    const second = Math.floor(nowMs / SECOND_MS);
    if (second !== this.#second) {
      const before = second === this.#second + 1 ? this.#refusals.now : 0;
      this.#refusals = { before, now: 0 };
      this.#second = second;
    }
    this.#refusals.now += 1;
    return Math.max(this.#refusals.before, this.#refusals.now) >= STORM_REFUSALS;
  }
}

/** Between two looks. */
const LOOK_MS = 20;

/** Looks how late this process is, until it is stopped. */
export function watchLateness(admission: Admission): { stop(): void } {
  let lookedAtMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    admission.observe(Math.max(0, nowMs - lookedAtMs - LOOK_MS), nowMs);
    lookedAtMs = nowMs;
  }, LOOK_MS).unref();
  return { stop: () => clearInterval(timer) };
}

/** Once it has its answer, reads nothing more from a client that was told to come again, until it is time. */
export function holdBack(response: ServerResponse, ms: number): void {
  response.once('finish', () => {
    const { socket } = response.req;
    if (!(socket instanceof Socket)) return; // asked over no wire
    // Node reads what is left of the request first, and on from there.
    setImmediate(() => socket.pause());
    setTimeout(() => socket.resume(), ms).unref();
  });
}
