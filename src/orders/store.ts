/**
 * SQL of orders that are under way: the batch of steps, reading, due rows, callbacks. A batch takes columns as arrays:
 * one call is one transaction, and `query` of the database commits it before it answers.
 */

import { type Column, withColumns } from '../platform/array-binary.ts';
import type { Vault } from '../platform/crypto.ts';
import type { Database } from '../platform/postgres.ts';
import type { Evidence, Notice } from '../routing/connector.ts';
import { readOrder } from './codec.ts';
import type { OrderRecord } from './order.ts';
import type { PreparedStep } from './settle-order.ts';

const STEP_COLUMNS: readonly Column<PreparedStep>[] = [
  ['bigint', (s) => s.order.facts.accountId],
  ['bigint', (s) => s.order.facts.id],
  ['integer', (s) => s.order.progress.fence],
  ['smallint', (s) => s.step.attempt],
  ['text', (s) => s.step.attemptState ?? null],
  ['text', (s) => s.step.state ?? null],
  ['double precision', (s) => (s.step.wakeupMs === undefined ? null : s.step.wakeupMs / 1000)],
  ['text', (s) => s.step.failure ?? null],
  ['bigint', (s) => s.step.delivered?.amount ?? null],
  ['text', (s) => s.step.delivered?.providerReference ?? null],
  ['text', (s) => s.next?.provider ?? null],
  ['text', (s) => s.next?.sku ?? null],
  ['uuid', (s) => s.next?.instructionHash ?? null],
  ['bigint', (s) => s.next?.providerCost ?? null],
  ['bigint', (s) => s.next?.providerCostWallet ?? null],
  ['integer', (s) => s.next?.epoch ?? null],
  ['bytea', (s) => s.voucherSealed ?? null],
  ['text', (s) => s.step.openCase ?? null],
  ['boolean', (s) => s.step.closeCase ?? false],
  ['text', (s) => s.step.event?.type ?? null],
  ['text', (s) => (s.step.event ? JSON.stringify(s.step.event.body) : null)],
  ['bigint', (s) => s.adjustment?.id ?? null],
  ['text', (s) => s.adjustment?.cause ?? null],
  ['bigint', (s) => s.adjustment?.amount ?? null],
  ['text', (s) => s.adjustment?.currency ?? null],
];

const EVIDENCE_TYPES = [
  'integer',
  'smallint',
  'text',
  'text',
  'text',
  'text',
  'bigint',
  'bytea',
  'bigint',
] as const;

type StepTransfer = PreparedStep['transfers'][number] & { readonly step: number };

const TRANSFER_COLUMNS: readonly Column<StepTransfer>[] = [
  ['integer', (t) => t.step],
  ['bigint', (t) => t.source],
  ['text', (t) => t.kind],
  ['smallint', (t) => t.seq],
  ['text', (t) => t.debit],
  ['text', (t) => t.credit],
  ['bigint', (t) => t.amount],
  ['text', (t) => t.currency],
];

const ADVANCE_SQL = (() => {
  let position = 0;
  const array = (type: string) => `$${++position}::${type}[]`;
  return `select * from toprail.advance_orders(${[
    ...STEP_COLUMNS.map(([type]) => array(type)),
    ...EVIDENCE_TYPES.map(array),
    ...TRANSFER_COLUMNS.map(([type]) => array(type)),
  ].join(', ')})`;
})();

export interface Advance {
  /** False when the fence was stale: nothing of the step has happened. */
  readonly applied: boolean;
  readonly fence: number;
  readonly atMs: number;
}

export async function advanceOrders(database: Database, steps: readonly PreparedStep[]): Promise<Advance[]> {
  const evidence = steps.flatMap((one, index) =>
    one.step.evidence.map((said) => [
      index + 1,
      said.attempt ?? one.step.attempt,
      ...evidenceColumns(said),
      said.receivedAtMs === undefined ? null : Math.round(said.receivedAtMs),
    ]),
  );
  const transfers = steps.flatMap((one, index) =>
    one.transfers.map((transfer) => ({ ...transfer, step: index + 1 })),
  );
  const { rows } = await withColumns((column) =>
    database.query<{ applied: boolean[]; fences: (number | null)[]; at: Date }>(
      ADVANCE_SQL,
      [
        ...STEP_COLUMNS.map(([type, pick]) => column(type, steps, pick)),
        ...EVIDENCE_TYPES.map((type, index) => column(type, evidence, (row) => row[index])),
        ...TRANSFER_COLUMNS.map(([type, pick]) => column(type, transfers, pick)),
      ],
      { name: 'advance_orders', line: 'settlement' },
    ),
  );
  const [row] = rows;
  if (!row) throw new Error('advance_orders answered nothing');
  return steps.map((one, index) => ({
    applied: row.applied[index] === true,
    fence: row.fences[index] ?? one.order.progress.fence,
    atMs: row.at.getTime(),
  }));
}

function evidenceColumns(said: Evidence) {
  return [
    said.source,
    said.verdict,
    said.code ?? null,
    said.providerReference ?? null,
    said.deliveredAmount ?? null,
    said.rawHash === undefined ? null : Buffer.from(said.rawHash, 'hex'),
  ] as const;
}

/** Orders as the engine sees them: over all accounts. One that cannot be read is told to `onUnreadable`, or thrown. */
export async function loadOrders(
  database: Database,
  vault: Vault,
  ids: readonly bigint[],
  onUnreadable?: (error: unknown) => void,
): Promise<OrderRecord[]> {
  if (ids.length === 0) return [];
  const { rows } = await database.query<{ load_orders: string }>(
    'select toprail.load_orders($1::bigint[])',
    [ids],
    { name: 'load_orders' },
  );
  return rows.flatMap((row) => {
    try {
      return [readOrder(row.load_orders, vault)];
    } catch (error) {
      if (!onUnreadable) throw error;
      onUnreadable(error);
      return [];
    }
  });
}

export async function claimDueOrders(
  database: Database,
  limit: number,
  leaseSeconds: number,
): Promise<bigint[]> {
  const { rows } = await database.query<{ id: bigint }>('select toprail.claim_due_orders($1, $2) as id', [
    limit,
    leaseSeconds,
  ]);
  return rows.map((row) => row.id);
}

export async function databaseNow(database: Database): Promise<number> {
  const { rows } = await database.query<{ at: Date }>('select toprail.now() as at');
  const [row] = rows;
  if (!row) throw new Error('the database does not tell the time');
  return row.at.getTime();
}

/** Seconds until something is due; undefined when nothing waits. */
export async function nextDueSeconds(database: Database): Promise<number | undefined> {
  const { rows } = await database.query<{ seconds: number | null }>(
    'select toprail.next_due_seconds() as seconds',
  );
  return rows[0]?.seconds ?? undefined;
}

/** The attempt that a callback names. */
export interface NoticeAbout {
  readonly epoch: number;
  readonly orderId: bigint;
  readonly attempt: number;
}

/** Keeps a callback in the inbox. False: it was there already, or is about nothing of this provider's. */
export async function takeNotice(
  database: Database,
  provider: string,
  notice: Notice,
  about: NoticeAbout,
): Promise<boolean> {
  const [, verdict, code, reference, delivered, hash] = evidenceColumns(notice.evidence);
  const { rows } = await database.query<{ taken: boolean }>(
    'select toprail.take_notice($1, $2, $3, $4, $5::smallint, $6, $7, $8, $9, $10) as taken',
    [
      provider,
      notice.notice,
      about.epoch,
      about.orderId,
      about.attempt,
      verdict,
      code,
      reference,
      delivered,
      hash,
    ],
  );
  return rows[0]?.taken ?? false;
}

export interface DueNotice {
  readonly receivedAtMs: number;
  readonly provider: string;
  readonly notice: string;
  readonly orderId: bigint;
  readonly attempt: number;
  /** How often it was claimed, this time included. */
  readonly tries: number;
  readonly evidence: Evidence;
}

export async function claimDueNotices(
  database: Database,
  limit: number,
  leaseSeconds: number,
): Promise<DueNotice[]> {
  const { rows } = await database.query<{
    provider_id: string;
    notice: string;
    order_id: bigint;
    attempt: number;
    tries: number;
    verdict: Evidence['verdict'];
    code: string | null;
    provider_reference: string | null;
    delivered_amount: bigint | null;
    received_at: Date;
  }>('select * from toprail.claim_due_notices($1, $2)', [limit, leaseSeconds]);
  return rows.map((row) => ({
    provider: row.provider_id,
    notice: row.notice,
    orderId: row.order_id,
    attempt: row.attempt,
    tries: row.tries,
    receivedAtMs: row.received_at.getTime(),
    evidence: {
      source: 'callback',
      verdict: row.verdict,
      ...(row.code === null ? {} : { code: row.code }),
      ...(row.provider_reference === null ? {} : { providerReference: row.provider_reference }),
      ...(row.delivered_amount === null ? {} : { deliveredAmount: row.delivered_amount }),
    },
  }));
}

/** The notice is asked about again in `seconds`. */
export async function postponeNotice(database: Database, due: DueNotice, seconds: number): Promise<void> {
  await database.query('select toprail.postpone_notice($1, $2, $3)', [due.provider, due.notice, seconds]);
}

export async function finishNotice(database: Database, provider: string, notice: string): Promise<void> {
  await database.query('select toprail.finish_notice($1, $2)', [provider, notice]);
}
