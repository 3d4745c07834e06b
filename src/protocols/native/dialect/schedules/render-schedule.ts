/** A schedule and its occurrences as the native API shows them. */
import { formatId } from '../../../../core/ids.ts';
import { formatLocalTime } from '../../../../orders/scheduling/local-time.ts';
import type { Occurrence, Schedule } from '../../../../orders/scheduling/schedule.ts';
import type { OccurrenceView, ScheduleRequest, ScheduleView } from '../../wire-schedules.ts';
import { instant, maybe } from '../render.ts';

export function scheduleView(schedule: Schedule): ScheduleView {
  const { asked, recurrence } = schedule;
  return {
    id: formatId('schedule', schedule.id),
    state: schedule.state,
    reference: asked?.reference ?? null,
    order: maybe(asked, ({ request }) => JSON.parse(request) as ScheduleRequest['order']), // validated before it was stored
    at: formatLocalTime(recurrence.startsOn),
    time_zone: recurrence.timeZone,
    repeat: maybe(recurrence.repeat, ({ every, interval, count, until }) => ({
      every,
      interval,
      count: count ?? null,
      until: until ?? null,
    })),
    next_at: maybe(schedule.nextDueAtMs, instant),
    created_at: instant(schedule.createdAtMs),
  };
}

export function occurrenceView(occurrence: Occurrence): OccurrenceView {
  return {
    number: occurrence.number,
    due_at: instant(occurrence.dueAtMs),
    outcome: occurrence.outcome,
    order: maybe(occurrence.orderId, (id) => formatId('order', id)),
    code: (occurrence.code ?? null) as OccurrenceView['code'], // of the list, which wrote it
    message: occurrence.message ?? null,
  };
}
