/**
 * When a schedule is due. Occurrences are counted from the first one on the calendar of its zone, so a month without
 * a 31st has its last day, and the next month has its 31st again. Pure.
 */
import { formatLocalTime, instantOf, type LocalTime, later } from './local-time.ts';

export interface Repeat {
  readonly every: 'day' | 'week' | 'month';
  readonly interval: number;
  /** How often in all. Neither bound: without end. */
  readonly count?: number;
  /** The last day, `2027-01-31`, by the calendar of the zone. */
  readonly until?: string;
}

export interface Recurrence {
  readonly startsOn: LocalTime;
  readonly timeZone: string;
  /** Undefined: once. */
  readonly repeat: Repeat | undefined;
}

const STEPS = {
  day: { days: 1, months: 0 },
  week: { days: 7, months: 0 },
  month: { days: 0, months: 1 },
} as const satisfies Record<Repeat['every'], { days: number; months: number }>;

/** When the occurrence of this number, from 1, is due, in milliseconds since 1970; undefined when there is none. */
export function dueAtMs({ startsOn, timeZone, repeat }: Recurrence, number: number): number | undefined {
  if (!repeat) return number === 1 ? instantOf(startsOn, timeZone) : undefined;
  if (repeat.count !== undefined && number > repeat.count) return undefined;
  const steps = (number - 1) * repeat.interval;
  const { days, months } = STEPS[repeat.every];
  const local = later(startsOn, { days: days * steps, months: months * steps });
  if (local.year > YEAR_MAX) return undefined;
  if (repeat.until !== undefined && formatLocalTime(local).slice(0, 10) > repeat.until) return undefined;
  return instantOf(local, timeZone);
}

/** Nobody knows the clocks of later years. */
const YEAR_MAX = 2199;

export interface Due {
  readonly number: number;
  readonly atMs: number;
}

export interface DueNow {
  /** Missed: not placed any more. In order. */
  readonly skipped: readonly Due[];
  /** The latest one that is due, where it is young enough. */
  readonly place: Due | undefined;
  /** Undefined: no occurrence is left. */
  readonly next: Due | undefined;
}

/** An occurrence that is older is not what anybody waits for any more. */
const LATE_MS_MAX = 24 * 3_600_000;
/** Missed ones that are looked at at once; of more, the rest comes next. */
const MISSED_MAX = 500;

/**
 * What is to be done at an instant, from the occurrence `from` on: after an outage only the latest occurrence is
 * placed, and only for a day; what was due before the schedule was resumed is not placed at all.
 */
export function dueNow(
  recurrence: Recurrence,
  {
    from,
    nowMs,
    resumedAtMs,
  }: { readonly from: number; readonly nowMs: number; readonly resumedAtMs: number | undefined },
): DueNow {
  const due: Due[] = [];
  const at = (number: number): Due | undefined => {
    const atMs = dueAtMs(recurrence, number);
    return atMs === undefined ? undefined : { number, atMs };
  };
  let next = at(from);
  while (next && next.atMs <= nowMs && due.length < MISSED_MAX) {
    due.push(next);
    next = at(next.number + 1);
  }
  const latest = due.at(-1);
  const isMissed =
    !latest ||
    latest.atMs < nowMs - LATE_MS_MAX ||
    (resumedAtMs !== undefined && latest.atMs < resumedAtMs) ||
    (next !== undefined && next.atMs <= nowMs);
  return isMissed
    ? { skipped: due, place: undefined, next }
    : { skipped: due.slice(0, -1), place: latest, next };
}
