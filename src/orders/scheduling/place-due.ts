/**
 * Places what is due. A look claims due schedules; for each it places the order of the latest occurrence and writes
 * what became of it, with all that were missed before. A crash between the two leaves the schedule due: the next look
 * finds the order by its reference.
 */
import { formatId } from '../../core/ids.ts';
import type { DueWork } from '../../platform/due-loop.ts';
import type { Log } from '../../platform/log.ts';
import {
  findStoredCaller,
  placeStored,
  type Refused,
  refused,
  type StoredOrderTerms,
} from '../stored-order.ts';
import { type Due, dueNow } from './recurrence.ts';
import {
  type ClaimedSchedule,
  claimSchedules,
  type DecidedOccurrence,
  decideOccurrences,
  nextScheduleSeconds,
} from './store.ts';

export interface PlaceDueTerms extends StoredOrderTerms {
  readonly log: Log;
  /** False once the process is stopping. */
  readonly takesOrders: () => boolean;
}

/** Placed at once: they share the commits of the intake. */
const CLAIM_MAX = 100;
/** After a crash, and after a fault, an occurrence waits so long. */
const LEASE_SECONDS = 15;
/** Schedules that another process has taken in are seen by then. */
const PERIOD_MS = 1_000;

export function createScheduleWork(terms: PlaceDueTerms): DueWork {
  const { engine } = terms;
  return {
    name: 'occurrences of schedules',
    periodMs: PERIOD_MS,
    onDemand: true,
    look: async () => {
      if (!terms.takesOrders()) return undefined;
      const claimed = await claimSchedules(engine, CLAIM_MAX, LEASE_SECONDS);
      await Promise.all(
        claimed.map((schedule) =>
          workOn(terms, schedule).catch((error: unknown) => {
            const request = formatId('schedule', schedule.id);
            terms.log.error({ request, error }, 'an occurrence could not be placed; it stays due');
          }),
        ),
      );
      if (claimed.length > 0) return 0;
      const seconds = await nextScheduleSeconds(engine.database);
      return seconds === undefined ? undefined : Math.max(seconds, 0) * 1000;
    },
  };
}

async function workOn(terms: PlaceDueTerms, schedule: ClaimedSchedule): Promise<void> {
  const { recurrence, nextNumber, nowMs, resumedAtMs } = schedule;
  const { skipped, place, next } = dueNow(recurrence, { from: nextNumber, nowMs, resumedAtMs });
  const occurrences: DecidedOccurrence[] = skipped.map((due) => ({ ...due, outcome: 'skipped' }));
  if (place) occurrences.push(await placeOne(terms, schedule, place));
  await decideOccurrences(terms.engine.database, schedule, {
    occurrences,
    next,
    nextNumber: nextNumber + occurrences.length,
  });
}

async function placeOne(
  terms: PlaceDueTerms,
  schedule: ClaimedSchedule,
  due: Due,
): Promise<DecidedOccurrence> {
  const { request, clientId } = schedule;
  const failed = ({ code, message }: Refused): DecidedOccurrence => ({
    ...due,
    outcome: 'failed',
    code,
    message,
  });
  if (request === undefined) return failed(refused('invalid_recipient'));
  const caller = await findStoredCaller(terms, clientId);
  if ('kind' in caller) return failed(caller);
  const origin = formatId('schedule', schedule.id);
  const reference = `${origin}/${due.number}`;
  const outcome = await placeStored(terms, caller, { request, reference, origin });
  if (outcome.kind === 'refused') return failed(outcome);
  return {
    ...due,
    outcome: 'placed',
    orderId: outcome.kind === 'placed' ? outcome.order.facts.id : outcome.orderId,
  };
}
