/** Instants as Reloadly writes them: `2022-01-26 03:19:16`, UTC. */

const DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})/;
const TIME = /^[ T](\d{1,2}):(\d{1,2}):(\d{1,2})Z?$/;
const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

export function formatInstant(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** A stretch of time, in milliseconds since 1970: from `startMs` to just before `endMs`. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The second, or the whole day, that a text names: `2022-01-06 03:04:05`, `2022-1-6 3:4:5` (the official SDK pads
 * nothing), `2022-01-06T03:04:05Z`, `2022-01-06`. Undefined for anything else and for dates that do not exist.
 */
export function parseStretch(text: string): Stretch | undefined {
  const day = DAY.exec(text);
  if (!day) return undefined;
  const [year, month, date] = day.slice(1).map(Number) as [number, number, number]; // the pattern has three groups
  const startOfDay = Date.UTC(year, month - 1, date);
  const isReal =
    new Date(startOfDay).getUTCMonth() === month - 1 && new Date(startOfDay).getUTCDate() === date;
  // Below the year 100, Date.UTC means another century.
  if (!isReal || year < 100) return undefined;
  const rest = text.slice(day[0].length);
  if (rest === '') return { startMs: startOfDay, endMs: startOfDay + DAY_MS };
  const time = TIME.exec(rest);
  if (!time) return undefined;
  const [hours, minutes, seconds] = time.slice(1).map(Number) as [number, number, number]; // as above
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const startMs = startOfDay + ((hours * 60 + minutes) * 60 + seconds) * SECOND_MS;
  return { startMs, endMs: startMs + SECOND_MS };
}
