/** What an account does with its schedules: make, read, pause, resume and cancel them. */
import { assert } from '../../core/assert.ts';
import type { AccountId, ScheduleId } from '../../core/ids.ts';
import type { Caller } from '../../identity/clients.ts';
import type { Engine } from '../engine.ts';
import type { ReadStored } from '../stored-order.ts';
import { dueAtMs, type Recurrence } from './recurrence.ts';
import {
  type Occurrence,
  SCHEDULE_ACTIONS,
  type Schedule,
  type ScheduleAction,
  type ScheduleState,
} from './schedule.ts';
import {
  findScheduleReference,
  insertSchedule,
  moveSchedule,
  readOccurrences,
  readSchedules,
} from './store.ts';

type Engineering = Pick<Engine, 'database' | 'vault' | 'mint' | 'market'>;

export interface AskedSchedule {
  readonly caller: Caller;
  readonly reference: string;
  /** JSON of the order, in the words of the API that takes it. */
  readonly request: string;
  readonly recurrence: Recurrence;
  readonly readStored: ReadStored;
}

export type ScheduleMade =
  | { readonly kind: 'created' | 'replayed'; readonly schedule: Schedule }
  /** `reused`: the reference stands for another schedule. `past`: the first occurrence is over. */
  | { readonly kind: 'rejected'; readonly why: 'reused' | 'past' };

/** Throws the refusal of an order that could not be placed now for what it says. */
export async function createSchedule(engine: Engineering, asked: AskedSchedule): Promise<ScheduleMade> {
  const { caller, reference, request, recurrence } = asked;
  const { database, vault } = engine;
  const { accountId, clientId } = caller;
  const referenceHash = vault.hash('schedule-reference', reference);
  const fingerprint = vault.hash('schedule', request, JSON.stringify(recurrence));
  const standing = await findScheduleReference(database, accountId, referenceHash);
  // A reference that stands for this schedule answers with it for ever, whatever is sold by now.
  if (standing?.fingerprint !== fingerprint)
    asked.readStored(engine.market(), request, { caller, reference, private: {} });
  const firstDueAtMs = dueAtMs(recurrence, 1);
  if (firstDueAtMs === undefined) return { kind: 'rejected', why: 'past' };
  const { outcome, id } = await insertSchedule(database, {
    accountId,
    id: engine.mint.next() as ScheduleId, // the mint makes ids of every kind
    clientId,
    referenceHash,
    fingerprint,
    requestSealed: vault.seal(request, 'stored.request'),
    referenceSealed: vault.seal(reference, 'stored.reference'),
    recurrence,
    firstDueAtMs,
  });
  if (outcome === 'reused' || outcome === 'past') return { kind: 'rejected', why: outcome };
  const schedule = await readSchedule(engine, accountId, id);
  assert(schedule, `schedule ${id} was committed and can be read`);
  return { kind: outcome, schedule };
}

/** Undefined when the account has no such schedule, whoever else may have it. */
export async function readSchedule(
  engine: Pick<Engine, 'database' | 'vault'>,
  accountId: AccountId,
  id: bigint,
): Promise<Schedule | undefined> {
  const [schedule] = await readSchedules(engine, accountId, { id, limit: 1 });
  return schedule;
}

/** Newest first. */
export function listSchedules(
  engine: Pick<Engine, 'database' | 'vault'>,
  accountId: AccountId,
  page: { readonly before?: bigint; readonly limit: number },
): Promise<Schedule[]> {
  return readSchedules(engine, accountId, page);
}

/** Newest first. */
export function listOccurrences(
  engine: Pick<Engine, 'database'>,
  of: { readonly accountId: AccountId; readonly id: bigint },
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<Occurrence[]> {
  return readOccurrences(engine.database, of, page);
}

export type ScheduleChanged =
  /** Now or before: asking again changes nothing. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'not_allowed'; readonly state: ScheduleState }
  | { readonly kind: 'not_found' };

export async function changeSchedule(
  engine: Pick<Engine, 'database'>,
  of: { readonly accountId: AccountId; readonly id: bigint },
  action: ScheduleAction,
): Promise<ScheduleChanged> {
  const { from, to } = SCHEDULE_ACTIONS[action];
  const before = await moveSchedule(engine.database, of, { from, to });
  if (before === undefined) return { kind: 'not_found' };
  const isThere = before === to || (from as readonly ScheduleState[]).includes(before);
  return isThere ? { kind: 'changed' } : { kind: 'not_allowed', state: before };
}
