/**
 * A batch is a file of rows, each of which becomes an order of its own.
 *
 *     receiving -> running -> completed
 *                  running -> cancelled
 *
 * `receiving`: rows are on their way in; nothing is placed before all of them are durable, and an upload that breaks
 * off leaves nothing. `running`: rows are placed, in the order of their lines, by whoever holds the lease. The
 * reference of a row decides whether it is placed: a worker that comes after a crash finds the orders of rows whose
 * outcome was not written yet, and places none twice. `completed`: every row has its outcome, an order or a refusal;
 * the orders go on by themselves. `cancelled`: rows that were not placed never will be.
 */
import type { AccountId, BatchId, OrderId } from '../../core/ids.ts';
import type { OrderState } from '../order.ts';

export type BatchState = 'receiving' | 'running' | 'completed' | 'cancelled';

/** `replayed`: the reference stood for this very order before the batch came. */
export type RowOutcome = 'placed' | 'replayed' | 'refused' | 'cancelled';

export interface Batch {
  readonly accountId: AccountId;
  readonly id: BatchId;
  readonly state: BatchState;
  /** Undefined while it is being received. */
  readonly rowCount: number | undefined;
  readonly createdAtMs: number;
  readonly acceptedAtMs: number | undefined;
  readonly cancelledAtMs: number | undefined;
  /** Every row has its outcome; in a cancelled batch, too. */
  readonly completedAtMs: number | undefined;
}

/** Rows by outcome, and the orders of the first two by where they stand: counted, never kept. */
export interface BatchProgress {
  readonly outcomes: Readonly<Record<RowOutcome, number>>;
  readonly orders: Readonly<Partial<Record<OrderState, number>>>;
}

/** A row on its way in: what was asked, or why it cannot be read. */
export interface NewRow {
  readonly line: number;
  readonly reference: string | undefined;
  readonly ask:
    | { readonly kind: 'order'; readonly request: string }
    | { readonly kind: 'refused'; readonly code: string; readonly message: string };
}

export interface RowResult {
  readonly line: number;
  /** Undefined once its person has been erased, and where the row could not be read. */
  readonly reference: string | undefined;
  /** Undefined: not placed yet. */
  readonly outcome: RowOutcome | undefined;
  readonly orderId: OrderId | undefined;
  readonly state: OrderState | undefined;
  /** Of a refused row, or of an order that failed. */
  readonly code: string | undefined;
  readonly message: string | undefined;
}
