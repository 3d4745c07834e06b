/** SQL of schedules. Writes are functions of the engine; reads are the account's own. */
import { assert } from '../../core/assert.ts';
import type { AccountId, OrderId, ScheduleId } from '../../core/ids.ts';
import { arrayLiteral } from '../../platform/array-literal.ts';
import type { Vault } from '../../platform/crypto.ts';
import type { Database } from '../../platform/postgres.ts';
import { formatLocalTime, parseLocalTime } from './local-time.ts';
import type { Due, Recurrence, Repeat } from './recurrence.ts';
import type { Occurrence, OccurrenceOutcome, Schedule, ScheduleState } from './schedule.ts';

export interface NewSchedule {
  readonly accountId: AccountId;
  readonly id: ScheduleId;
  readonly clientId: string;
  readonly referenceHash: string;
  readonly fingerprint: string;
  readonly requestSealed: Buffer;
  readonly referenceSealed: Buffer;
  readonly recurrence: Recurrence;
  readonly firstDueAtMs: number;
}

export interface Inserted {
  readonly outcome: 'created' | 'replayed' | 'reused' | 'past';
  readonly id: ScheduleId;
}

export async function insertSchedule(database: Database, schedule: NewSchedule): Promise<Inserted> {
  const { startsOn, timeZone, repeat } = schedule.recurrence;
  const { rows } = await database.query<Inserted>(
    'select * from toprail.create_schedule($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)',
    [
      schedule.accountId,
      schedule.id,
      schedule.clientId,
      schedule.referenceHash,
      schedule.fingerprint,
      schedule.requestSealed,
      schedule.referenceSealed,
      formatLocalTime(startsOn),
      timeZone,
      repeat?.every ?? null,
      repeat?.interval ?? null,
      repeat?.count ?? null,
      repeat?.until ?? null,
      new Date(schedule.firstDueAtMs),
    ],
  );
  const [row] = rows;
  assert(row, 'create_schedule answers');
  return row;
}

/** What a reference stands for. */
export async function findScheduleReference(
  database: Database,
  accountId: AccountId,
  referenceHash: string,
): Promise<{ readonly id: ScheduleId; readonly fingerprint: string } | undefined> {
  const { rows } = await database.read<{ id: ScheduleId; fingerprint: string }>(
    accountId,
    'select id, fingerprint from toprail.schedules where account_id = $1 and reference_hash = $2',
    [accountId, referenceHash],
  );
  return rows[0];
}

interface RecurrenceColumns {
  starts_on: string;
  time_zone: string;
  repeat_every: Repeat['every'] | null;
  repeat_interval: number | null;
  repeat_count: number | null;
  repeat_until: string | null;
}

function recurrenceOf(row: RecurrenceColumns): Recurrence {
  const startsOn = parseLocalTime(row.starts_on);
  assert(startsOn, 'the database keeps times of the calendar');
  const repeat =
    row.repeat_every === null
      ? undefined
      : {
          every: row.repeat_every,
          interval: row.repeat_interval ?? 1,
          ...(row.repeat_count === null ? {} : { count: row.repeat_count }),
          ...(row.repeat_until === null ? {} : { until: row.repeat_until }),
        };
  return { startsOn, timeZone: row.time_zone, repeat };
}

export interface ClaimedSchedule {
  readonly accountId: AccountId;
  readonly id: ScheduleId;
  readonly fence: number;
  readonly clientId: string;
  /** Undefined once the person has been erased. */
  readonly requestSealed: Buffer | undefined;
  readonly recurrence: Recurrence;
  readonly nextNumber: number;
  readonly resumedAtMs: number | undefined;
  /** By the database's clock. */
  readonly nowMs: number;
}

/** Nothing is opened here: of a hundred claimed together, one that cannot be opened would keep all from being placed. */
export async function claimSchedules(
  database: Database,
  limit: number,
  leaseSeconds: number,
): Promise<ClaimedSchedule[]> {
  const { rows } = await database.query<
    RecurrenceColumns & {
      account_id: AccountId;
      id: ScheduleId;
      client_id: string;
      fence: number;
      request_sealed: Buffer | null;
      next_number: number;
      resumed_at: Date | null;
      now: Date;
    }
  >('select * from toprail.claim_schedules($1, $2)', [limit, leaseSeconds]);
  return rows.map((row) => ({
    accountId: row.account_id,
    id: row.id,
    fence: row.fence,
    clientId: row.client_id,
    requestSealed: row.request_sealed ?? undefined,
    recurrence: recurrenceOf(row),
    nextNumber: row.next_number,
    resumedAtMs: row.resumed_at?.getTime(),
    nowMs: row.now.getTime(),
  }));
}

/** Undefined when nothing waits. */
export async function nextScheduleSeconds(database: Database): Promise<number | undefined> {
  const { rows } = await database.query<{ seconds: number | null }>(
    'select toprail.next_schedule_seconds() as seconds',
  );
  return rows[0]?.seconds ?? undefined;
}

export interface DecidedOccurrence extends Due {
  readonly outcome: OccurrenceOutcome;
  readonly orderId?: OrderId;
  readonly code?: string;
  readonly message?: string;
}

/** False when the lease was lost: nothing has happened. */
export async function decideOccurrences(
  database: Database,
  { accountId, id, fence }: ClaimedSchedule,
  decided: {
    readonly occurrences: readonly DecidedOccurrence[];
    readonly next: Due | undefined;
    readonly nextNumber: number;
  },
): Promise<boolean> {
  const { occurrences, next, nextNumber } = decided;
  const { rows } = await database.query<{ held: boolean }>(
    'select toprail.decide_occurrences($1, $2, $3, $4, $5, $6::integer[], $7::timestamptz[], $8::text[], $9::bigint[], $10::text[], $11::text[]) as held',
    [
      accountId,
      id,
      fence,
      nextNumber,
      next ? new Date(next.atMs) : null,
      arrayLiteral(occurrences.map(({ number }) => number)),
      arrayLiteral(occurrences.map(({ atMs }) => new Date(atMs).toISOString())),
      arrayLiteral(occurrences.map(({ outcome }) => outcome)),
      arrayLiteral(occurrences.map(({ orderId }) => orderId ?? null)),
      arrayLiteral(occurrences.map(({ code }) => code ?? null)),
      arrayLiteral(occurrences.map(({ message }) => message ?? null)),
    ],
  );
  return rows[0]?.held === true;
}

/** The state before; undefined when the account has no such schedule. */
export async function moveSchedule(
  database: Database,
  { accountId, id }: { readonly accountId: AccountId; readonly id: bigint },
  { from, to }: { readonly from: readonly ScheduleState[]; readonly to: ScheduleState },
): Promise<ScheduleState | undefined> {
  const { rows } = await database.query<{ state: ScheduleState | null }>(
    'select toprail.change_schedule($1, $2, $3, $4) as state',
    [accountId, id, from, to],
  );
  return rows[0]?.state ?? undefined;
}

/** Newest first; one when `id` is given. */
export async function readSchedules(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  accountId: AccountId,
  page: { readonly id?: bigint; readonly before?: bigint; readonly limit: number },
): Promise<Schedule[]> {
  const { rows } = await database.read<
    RecurrenceColumns & {
      id: ScheduleId;
      state: ScheduleState;
      request_sealed: Buffer | null;
      reference_sealed: Buffer | null;
      next_due: Date | null;
      created_at: Date;
    }
  >(
    accountId,
    `select id, state, request_sealed, reference_sealed, to_char(starts_on, 'YYYY-MM-DD"T"HH24:MI:SS') as starts_on,
       time_zone, repeat_every, repeat_interval, repeat_count, repeat_until, next_due, created_at
     from toprail.schedules
     where account_id = $1 and ($2::bigint is null or id = $2) and ($3::bigint is null or id < $3)
     order by id desc limit $4`,
    [accountId, page.id ?? null, page.before ?? null, page.limit],
  );
  return rows.map((row) => ({
    accountId,
    id: row.id,
    state: row.state,
    asked:
      row.request_sealed && row.reference_sealed
        ? {
            request: vault.open(row.request_sealed, 'stored.request'),
            reference: vault.open(row.reference_sealed, 'stored.reference'),
          }
        : undefined,
    recurrence: recurrenceOf(row),
    nextDueAtMs: row.next_due?.getTime(),
    createdAtMs: row.created_at.getTime(),
  }));
}

/** Newest first. */
export async function readOccurrences(
  database: Database,
  { accountId, id }: { readonly accountId: AccountId; readonly id: bigint },
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<Occurrence[]> {
  const { rows } = await database.read<{
    number: number;
    due_at: Date;
    outcome: OccurrenceOutcome;
    order_id: OrderId | null;
    code: string | null;
    message: string | null;
  }>(
    accountId,
    `select number, due_at, outcome, order_id, code, message from toprail.schedule_occurrences
     where account_id = $1 and schedule_id = $2 and ($3::integer is null or number < $3)
     order by number desc limit $4`,
    [accountId, id, page.before ?? null, page.limit],
  );
  return rows.map((row) => ({
    number: row.number,
    dueAtMs: row.due_at.getTime(),
    outcome: row.outcome,
    orderId: row.order_id ?? undefined,
    code: row.code ?? undefined,
    message: row.message ?? undefined,
  }));
}
