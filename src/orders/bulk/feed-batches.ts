/**
 * Feeds the rows of batches through the one way in. A look claims the batch that has waited longest, places its next
 * rows and writes what became of them, so several batches take turns. A crash between the two leaves rows without
 * an outcome whose orders are there: the next worker finds them by their references and places none twice.
 *
 * What is in flight is bounded below what a provider takes at once, so a batch never fills the queue before the
 * orders that people wait for.
 */
import { unreachable } from '../../core/assert.ts';
import { formatId } from '../../core/ids.ts';
import type { DueWork } from '../../platform/due-loop.ts';
import type { Log, LogFields } from '../../platform/log.ts';
import { isConnectionLost, isServerFault } from '../../platform/postgres.ts';
import { QueueFull } from '../../platform/queue-full.ts';
import {
  findPlaced,
  findStoredCaller,
  placeStored,
  refused,
  type StoredOrderTerms,
  type StoredOutcome,
} from '../stored-order.ts';
import { Slots } from './slots.ts';
import {
  type ClaimedBatch,
  claimBatch,
  completeBatch,
  type DecidedRow,
  decideRows,
  dropBatch,
  nextBatchSeconds,
  readWaitingRows,
  type WaitingRow,
} from './store.ts';

export interface FeedTerms extends StoredOrderTerms {
  readonly log: Log;
  /** False once the process is stopping: the rest is left to the next one. */
  readonly takesOrders: () => boolean;
}

/** Rows placed before their outcomes are written and another batch has its turn: a quarter of a second's work. */
const SLICE_ROWS = 500;
/** Half of what the sandbox's provider takes at once. */
const IN_FLIGHT_MAX = 256;
/** An order that waits longer for its outcome gives its place to the next: its provider has answered or is asked again. */
const IN_FLIGHT_MS_MAX = 2_000;
/** After a crash the rows wait so long. A slice that takes longer (seconds, at worst) is placed twice and found so. */
const LEASE_SECONDS = 15;
/**
 * No row is begun later than this after the claim, so that each is written within the lease: another worker may then
 * have called a row cancelled, and it must not be placed after that.
 */
const BEGIN_MS_MAX = 7_500;
/** The switch is overloaded, or the database away: others go first. */
const BACK_OFF_SECONDS = 1;
/** A row that ends in a fault so often is refused: it does not hold up the others. */
const TRIES_MAX = 3;
/** Batches that another process has taken in are seen by then. */
const PERIOD_MS = 1_000;

export function createBatchFeed(terms: FeedTerms): DueWork {
  const slots = new Slots(IN_FLIGHT_MAX);
  const { clock, database } = terms.engine;
  return {
    name: 'rows of batches',
    periodMs: PERIOD_MS,
    onDemand: true,
    look: async () => {
      if (!terms.takesOrders()) return undefined;
      const beginUntilMs = clock.now() + BEGIN_MS_MAX;
      const claimed = await claimBatch(database, LEASE_SECONDS);
      if (claimed) {
        await workOn(terms, slots, { batch: claimed, beginUntilMs });
        return 0;
      }
      const seconds = await nextBatchSeconds(database);
      return seconds === undefined ? undefined : Math.max(seconds, 0) * 1000;
    },
  };
}

async function workOn(
  terms: FeedTerms,
  slots: Slots,
  { batch, beginUntilMs }: { readonly batch: ClaimedBatch; readonly beginUntilMs: number },
): Promise<void> {
  const { database } = terms.engine;
  // Nothing has come for long.
  if (batch.state === 'receiving') return void (await dropBatch(database, batch));
  const rows = await readWaitingRows(terms.engine, batch, SLICE_ROWS);
  const last = rows.at(-1);
  if (!last) return void (await completeBatch(database, batch));
  if (batch.state === 'cancelled') return endCancelled(terms, batch, rows);

  const caller = await findStoredCaller(terms, batch.clientId);
  const place = async (row: WaitingRow): Promise<StoredOutcome> =>
    'kind' in caller ? caller : placeStored(terms, caller, { ...row, origin: originOf(batch, row.line) });
  const fed = await feedRows(terms, slots, { batch, rows, beginUntilMs, place });
  const decided = await ownPlaced(terms, batch, { rows, decided: fed.rows });
  const done = new Set(decided.filter((row) => row.outcome).map((row) => row.line));
  const firstOpen = rows.find(({ line }) => !done.has(line))?.line ?? last.line + 1;
  const held = await decideRows(database, batch, {
    rows: decided,
    position: firstOpen - 1,
    waitSeconds: fed.backOff ? BACK_OFF_SECONDS : 0,
  });
  if (!held) terms.log.warn({ request: formatId('batch', batch.id) }, 'the lease of a batch was lost');
}

/** What was placed and not written before a crash is in the slice of then, which is that of now. */
async function endCancelled(
  terms: FeedTerms,
  batch: ClaimedBatch,
  rows: readonly WaitingRow[],
): Promise<void> {
  const { database } = terms.engine;
  const placed = await placedBefore(terms, batch, rows);
  const { position } = batch;
  await decideRows(database, batch, { rows: placed, position, waitSeconds: LEASE_SECONDS });
  await completeBatch(database, batch);
}

interface Fed {
  readonly rows: DecidedRow[];
  readonly backOff: boolean;
}

/** Places rows until all are placed, the lease wears off, the switch is overloaded or the process stops. */
async function feedRows(
  terms: FeedTerms,
  slots: Slots,
  work: {
    readonly batch: ClaimedBatch;
    readonly rows: readonly WaitingRow[];
    readonly beginUntilMs: number;
    readonly place: (row: WaitingRow) => Promise<StoredOutcome>;
  },
): Promise<Fed> {
  const rows: DecidedRow[] = [];
  let backOff = false;
  const placeOne = async (row: WaitingRow) => {
    let ended: Promise<unknown> | undefined;
    try {
      const outcome = await work.place(row);
      rows.push(decidedRow(row.line, outcome));
      if (outcome.kind === 'placed')
        ended = terms.engine.waiting.outcome(outcome.order.facts.id, IN_FLIGHT_MS_MAX);
    } catch (error) {
      backOff = true;
      if (!isPassing(error))
        rows.push(faultyRow(row, terms.log, { request: originOf(work.batch, row.line), error }));
    }
    // The order keeps its place until it has ended; the slice goes on without it.
    if (ended) void ended.finally(() => slots.give());
    else slots.give();
  };
  const placing: Promise<void>[] = [];
  for (const row of work.rows) {
    await slots.take();
    if (backOff || !terms.takesOrders() || terms.engine.clock.now() >= work.beginUntilMs) {
      slots.give();
      break;
    }
    placing.push(placeOne(row));
  }
  await Promise.all(placing);
  return { rows, backOff };
}

/** No fault of the row: it is tried again for as long as it takes. */
function isPassing(error: unknown): boolean {
  return error instanceof QueueFull || isConnectionLost(error) || isServerFault(error);
}

/** Tried again a few times: its reference tells whether it was placed after all. */
function faultyRow({ line, tries }: WaitingRow, log: Log, fault: LogFields): DecidedRow {
  log.error(fault, 'a row of a batch could not be placed');
  return tries + 1 < TRIES_MAX ? { line } : decidedRow(line, refused('internal'));
}

function decidedRow(line: number, outcome: StoredOutcome): DecidedRow {
  switch (outcome.kind) {
    case 'placed':
      return { line, outcome: 'placed', orderId: outcome.order.facts.id };
    case 'replayed':
      return { line, outcome: 'replayed', orderId: outcome.orderId };
    case 'refused':
      return { line, outcome: 'refused', code: outcome.code, message: outcome.message };
    default:
      return unreachable(outcome);
  }
}

/** A row whose order is there because this very row placed it, before a crash, was placed: not replayed, not refused. */
async function ownPlaced(
  terms: FeedTerms,
  batch: ClaimedBatch,
  { rows, decided }: { readonly rows: readonly WaitingRow[]; readonly decided: readonly DecidedRow[] },
): Promise<DecidedRow[]> {
  const doubtful = new Set(
    decided.filter(({ outcome }) => outcome && outcome !== 'placed').map(({ line }) => line),
  );
  const placed = await placedBefore(
    terms,
    batch,
    rows.filter(({ line }) => doubtful.has(line)),
  );
  const own = new Map(placed.map((row) => [row.line, row]));
  return decided.map((row) => own.get(row.line) ?? row);
}

async function placedBefore(
  { engine }: FeedTerms,
  batch: ClaimedBatch,
  rows: readonly WaitingRow[],
): Promise<DecidedRow[]> {
  const asked = rows.map(({ line, reference }) => ({ line, reference, origin: originOf(batch, line) }));
  const placed = await findPlaced(engine, batch.accountId, asked);
  return placed.map(({ line, orderId }) => ({ line, outcome: 'placed', orderId }));
}

function originOf({ id }: ClaimedBatch, line: number): string {
  return `${formatId('batch', id)}/${line}`;
}
