/** A batch and its results as the native API shows them. */
import { formatId } from '../../../../core/ids.ts';
import type { Batch, BatchProgress, RowResult } from '../../../../orders/bulk/batch.ts';
import { isTerminal, type OrderState } from '../../../../orders/order.ts';
import type { Columns } from '../../../../platform/csv.ts';
import type { BatchInListView, BatchResultView, BatchView } from '../../wire-batches.ts';
import { instant, maybe } from '../render.ts';
import { statusOf } from '../render-order.ts';

export function batchInList(batch: Batch): BatchInListView {
  return {
    id: formatId('batch', batch.id),
    state: batch.state,
    rows: batch.rowCount ?? null,
    created_at: instant(batch.createdAtMs),
    accepted_at: maybe(batch.acceptedAtMs, instant),
    cancelled_at: maybe(batch.cancelledAtMs, instant),
    completed_at: maybe(batch.completedAtMs, instant),
  };
}

export function batchView(batch: Batch, { outcomes, orders }: BatchProgress): BatchView {
  const done = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const states = Object.keys(orders) as OrderState[]; // the object's own keys
  const sum = (isCounted: (state: OrderState) => boolean) =>
    states.filter(isCounted).reduce((total, state) => total + (orders[state] ?? 0), 0);
  return {
    ...batchInList(batch),
    progress: {
      waiting: batch.rowCount === undefined ? 0 : batch.rowCount - done,
      ...outcomes,
      orders: {
        in_progress: sum((state) => !isTerminal(state)),
        delivered: sum((state) => state === 'DELIVERED'),
        failed: sum((state) => state === 'FAILED' || state === 'CANCELLED'),
      },
    },
  };
}

export function resultView(row: RowResult): BatchResultView {
  return {
    line: row.line,
    reference: row.reference ?? null,
    outcome: row.outcome ?? null,
    order: maybe(row.orderId, (id) => formatId('order', id)),
    status: maybe(row.state, statusOf),
    code: (row.code ?? null) as BatchResultView['code'], // of the two lists of codes, which wrote it
    message: row.message ?? null,
  };
}

export const RESULT_COLUMNS = {
  line: ({ line }) => line,
  reference: ({ reference }) => reference,
  outcome: ({ outcome }) => outcome,
  order: ({ order }) => order,
  status: ({ status }) => status,
  code: ({ code }) => code,
  message: ({ message }) => message,
} as const satisfies Columns<BatchResultView>;
