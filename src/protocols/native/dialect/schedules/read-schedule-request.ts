/** From the request of `POST /v1/schedules` to what is to be placed and when. */
import { Refusal } from '../../../../core/errors.ts';
import { isTimeZone, parseLocalTime } from '../../../../orders/scheduling/local-time.ts';
import type { Recurrence, Repeat } from '../../../../orders/scheduling/recurrence.ts';
import type { ScheduleRequest } from '../../wire-schedules.ts';

export function readRecurrence({ at, time_zone: timeZone, repeat }: ScheduleRequest): Recurrence {
  const startsOn = parseLocalTime(at);
  if (!startsOn) throw wrong('at', 'is no day of the calendar or no time of the clock');
  if (!isTimeZone(timeZone)) throw wrong('time_zone', 'is no zone of the IANA database');
  return { startsOn, timeZone, repeat: repeat && readRepeat(repeat, at) };
}

function readRepeat(
  { every, interval = 1, count, until }: NonNullable<ScheduleRequest['repeat']>,
  at: string,
): Repeat {
  if (count !== undefined && until !== undefined) throw wrong('repeat.until', 'cannot stand beside count');
  if (until === undefined) return { every, interval, ...(count === undefined ? {} : { count }) };
  if (!parseLocalTime(`${until}T00:00`)) throw wrong('repeat.until', 'is no day of the calendar');
  if (until < at.slice(0, 10)) throw wrong('repeat.until', 'is before the first occurrence');
  return { every, interval, until };
}

export function wrong(field: string, issue: string): Refusal {
  return new Refusal('invalid_request', { issues: [{ field, issue }] });
}
