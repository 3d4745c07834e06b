/**
 * A loop over due rows: it looks when it is told to, when the next row is due, and at least once a period, since
 * other processes make rows too. A look that fails is logged and made again: the rows stay due, so a crash or a
 * lost connection costs time and nothing else.
 */
import type { Clock } from '../core/time.ts';
import type { Log } from './log.ts';

export interface DueLoop {
  /** Something has just become due. */
  soon(): void;
  /** No new look; resolves when the one in hand is over. */
  stop(): Promise<void>;
}

export interface DueWork {
  readonly name: string;
  /** Longest time between two looks. */
  readonly periodMs: number;
  /** Requests make rows that are due at once. */
  readonly onDemand?: true;
  /**
   * Works on some of what is due. Returns in how many milliseconds to look again: 0 when there may be more at
   * once, undefined when nothing is known to become due.
   */
  look(): Promise<number | undefined>;
  /** After the last look, where looks start what they do not wait for: resolves when that is over. */
  end?(): Promise<void>;
}

/**
 * A look of the usual kind: claims some rows, works on each by itself, and says when to look again. One that fails is
 * told to `failed`, stays due after its lease and holds up no other.
 */
export async function lookAtRows<Row>(rows: {
  claim(): Promise<readonly Row[]>;
  workOn(row: Row): Promise<void>;
  failed(row: Row, error: unknown): void;
  /** Until the next row is due; null or undefined when none is known. */
  nextSeconds(): Promise<number | null | undefined>;
}): Promise<number | undefined> {
  const claimed = await rows.claim();
  await Promise.all(
    claimed.map((row) => rows.workOn(row).catch((error: unknown) => rows.failed(row, error))),
  );
  if (claimed.length > 0) return 0;
  const seconds = await rows.nextSeconds();
  return typeof seconds === 'number' ? Math.max(0, seconds * 1_000) : undefined;
}

/** After a failure, so that a database that is away is not asked in a circle. */
const AFTER_FAILURE_MS = 1_000;

export function startDueLoop(work: DueWork, { clock, log }: { clock: Clock; log: Log }): DueLoop {
  let stopped = false;
  let again = false;
  let cancel = () => {};
  let looking: Promise<void> | undefined;

  const sleep = (delayMs: number) => {
    cancel();
    if (!stopped) cancel = clock.after(Math.min(delayMs, work.periodMs), soon);
  };
  const look = async () => {
    const next = await work.look().catch((error: unknown) => {
      log.warn({ error }, `${work.name}: a look at what is due failed; it stays due`);
      return AFTER_FAILURE_MS;
    });
    looking = undefined;
    if (again) {
      again = false;
      soon();
    } else sleep(next ?? work.periodMs);
  };
  function soon(): void {
    cancel();
    if (stopped) return;
    if (looking) again = true;
    else looking = look();
  }
  soon();
  return {
    soon,
    stop: async () => {
      stopped = true;
      cancel();
      await looking;
      await work.end?.();
    },
  };
}
