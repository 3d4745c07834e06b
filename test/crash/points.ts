/**
 * Every named place on an order's way where a process may die: the SQL functions that the order engine calls, the
 * requests to a provider, its callbacks, and the client's own request. The registry of the crash tests: a run that
 * is long enough fails when one of them was never hit, and a test compares it with what `src/` calls.
 */

/**
 * When, of a thing that is asked of somebody else: before the first byte has left; after the last one has left and
 * before an answer was read (of a commit: nobody knows whether it happened); with the answer read and nothing done yet.
 * Of a request that comes in: when it has come (`arrived`), before its answer is written, after it was.
 */
export const MOMENTS = ['arrived', 'before', 'sent', 'answered'] as const;
export type Moment = (typeof MOMENTS)[number];

const ASKED = ['before', 'sent', 'answered'] as const satisfies readonly Moment[];

interface Place {
  readonly moments: readonly Moment[];
  /**
   * Which process comes by: one that serves clients, one that sends, the one that providers call back to, or any.
   * A process of the role `all` is each of them.
   */
  readonly at: 'api' | 'worker' | 'receiver' | 'any';
  /** Comes seldom: the first time must do. */
  readonly rare?: true;
  /** What makes it happen, where load alone does not. */
  readonly provoke?: 'stop' | 'simulator';
}

/** SQL functions stand under their own names. */
export const PLACES = {
  place: { moments: ['before', 'sent'], at: 'api' },
  accept_orders: { moments: ASKED, at: 'api' },
  advance_orders: { moments: ASKED, at: 'worker' },
  load_orders: { moments: ASKED, at: 'worker' },
  claim_due_orders: { moments: ASKED, at: 'worker' },
  next_due_seconds: { moments: ASKED, at: 'worker' },
  submit: { moments: ASKED, at: 'worker' },
  query: { moments: ASKED, at: 'worker' },
  callback: { moments: ['arrived', 'before', 'sent'], at: 'receiver' },
  take_notice: { moments: ASKED, at: 'receiver' },
  claim_due_notices: { moments: ASKED, at: 'worker' },
  finish_notice: { moments: ASKED, at: 'worker' },
  postpone_notice: { moments: ASKED, at: 'worker', rare: true, provoke: 'simulator' },
  learn_port: { moments: ASKED, at: 'worker', rare: true },
  withdraw_refusal_code: { moments: ASKED, at: 'worker', rare: true },
  pg_notify: { moments: ASKED, at: 'worker' },
  lease_lane: { moments: ASKED, at: 'any', rare: true },
  keep_lane: { moments: ASKED, at: 'any', rare: true },
  release_lane: { moments: ASKED, at: 'any', rare: true, provoke: 'stop' },
} as const satisfies Readonly<Record<string, Place>>;
export type PlaceName = keyof typeof PLACES;

export interface Point {
  readonly name: PlaceName;
  readonly moment: Moment;
}

export const POINTS: readonly Point[] = (Object.keys(PLACES) as PlaceName[]).flatMap((name) =>
  PLACES[name].moments.map((moment) => ({ name, moment })),
);

export function placeOf({ name }: Point): Place {
  return PLACES[name];
}

/** A point, which time it is reached, and who goes with the process. */
export interface Armed extends Point {
  readonly nth: number;
  readonly postgres: 'lives' | 'dies';
}

export function nameOf({ name, moment }: Point): string {
  return `${name}:${moment}`;
}

/** `accept_orders:sent:3`, and `:postgres` behind it when PostgreSQL dies first. */
export function writeArmed(armed: Armed): string {
  return [nameOf(armed), armed.nth, ...(armed.postgres === 'dies' ? ['postgres'] : [])].join(':');
}

/** Throws an error that tells what is wrong. */
export function readArmed(text: string): Armed {
  const [name = '', moment, nth = '1', postgres] = text.split(':');
  const point = POINTS.find((one) => one.name === name && one.moment === moment);
  if (!point) throw new Error(`no crash point ${text}; there are ${POINTS.map(nameOf).join(', ')}`);
  if (!/^[1-9]\d*$/.test(nth) || (postgres !== undefined && postgres !== 'postgres'))
    throw new Error(`${text}: after the point comes which time it is reached, and perhaps "postgres"`);
  return { ...point, nth: Number(nth), postgres: postgres === undefined ? 'lives' : 'dies' };
}
