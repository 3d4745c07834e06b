/**
 * Places what is due. A look claims due schedules; for each it places the order of the latest occurrence and writes
 * what became of it, with all that were missed before. A crash between the two leaves the schedule due: the next look
 * finds the order by its reference.
 */
import { formatId } from '../../core/ids.ts';
import { type DueWork, lookAtRows } from '../../platform/due-loop.ts';
import type { Log } from '../../platform/log.ts';
import {
  findPlaced,
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
      return lookAtRows({
        claim: () => claimSchedules(engine.database, CLAIM_MAX, LEASE_SECONDS),
        workOn: (schedule) => workOn(terms, schedule),
        failed: ({ id }, error) => {
          const request = formatId('schedule', id);
          terms.log.error({ request, error }, 'an occurrence could not be placed; it stays due');
        },
        nextSeconds: () => nextScheduleSeconds(engine.database),
      });
    },
  };
}

async function workOn(terms: PlaceDueTerms, schedule: ClaimedSchedule): Promise<void> {
  const { recurrence, nextNumber, nowMs, resumedAtMs } = schedule;
  const { skipped, place, next } = dueNow(recurrence, { from: nextNumber, nowMs, resumedAtMs });
  const occurrences: DecidedOccurrence[] = skipped.map((due) => ({ ...due, outcome: 'skipped' }));
  if (place) occurrences.push(await placeOne(terms, schedule, place));
  await decideOccurrences(terms.engine.database, schedule, {
    occurrences: await ownPlaced(terms, schedule, occurrences),
    next,
    nextNumber: nextNumber + occurrences.length,
  });
}

async function placeOne(
  terms: PlaceDueTerms,
  schedule: ClaimedSchedule,
  due: Due,
): Promise<DecidedOccurrence> {
  const { requestSealed, clientId } = schedule;
  const failed = ({ code, message }: Refused): DecidedOccurrence => ({
    ...due,
    outcome: 'failed',
    code,
    message,
  });
  if (requestSealed === undefined) return failed(refused('invalid_recipient'));
  const request = terms.engine.vault.open(requestSealed, 'stored.request');
  const caller = await findStoredCaller(terms, clientId);
  if ('kind' in caller) return failed(caller);
  const outcome = await placeStored(terms, caller, { request, ...namesOf(schedule, due) });
  if (outcome.kind === 'refused') return failed(outcome);
  return {
    ...due,
    outcome: 'placed',
    orderId: outcome.kind === 'placed' ? outcome.order.facts.id : outcome.orderId,
  };
}

/** An occurrence whose order is there because it was placed before a crash was placed, whatever holds by now. */
async function ownPlaced(
  { engine }: PlaceDueTerms,
  schedule: ClaimedSchedule,
  occurrences: readonly DecidedOccurrence[],
): Promise<DecidedOccurrence[]> {
  const asked = occurrences
    .filter(({ outcome }) => outcome !== 'placed')
    .map((due) => ({ number: due.number, ...namesOf(schedule, due) }));
  const placed = await findPlaced(engine, schedule.accountId, asked);
  const own = new Map(placed.map(({ number, orderId }) => [number, orderId]));
  return occurrences.map((occurrence) => {
    const { number, atMs } = occurrence;
    const orderId = own.get(number);
    return orderId === undefined ? occurrence : { number, atMs, outcome: 'placed', orderId };
  });
}

/** How the order of an occurrence is found again. */
function namesOf({ id }: ClaimedSchedule, { number }: Due): { reference: string; origin: string } {
  const origin = formatId('schedule', id);
  return { reference: `${origin}/${number}`, origin };
}
