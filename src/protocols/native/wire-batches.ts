/** Batches on the wire of the native API: rows in, progress and results out. */
import { type Static, Type } from 'typebox';
import { ERROR_CODES, type ErrorCode } from '../../core/errors.ts';
import { FAILURE_CODES, type FailureCode } from '../../routing/connector.ts';
import { CatalogueId, exact, Instant, listOf, nullable, oneOf } from './wire.ts';
import { ORDER_STATUSES, OrderRequest } from './wire-orders.ts';

export const NDJSON_TYPE = 'application/x-ndjson';
export const CSV_TYPE = 'text/csv';

/** A file; more is another batch. So much is stored within the half minute that a request may take. */
export const BATCH_BYTES_MAX = 64 * 1024 * 1024;
export const BATCH_ROWS_MAX = 500_000;
/** One row of it; a longer one is refused by itself. */
export const ROW_BYTES_MAX = 8 * 1024;

const { reference, product, ...rest } = OrderRequest.properties;

/** An order, whose reference is required, of a product or of the main product of an operator. */
export const BatchRow = exact({
  reference: Type.String({ ...reference }),
  product: Type.Optional(Type.Integer({ ...product })),
  operator: Type.Optional(CatalogueId),
  ...rest,
});
export type BatchRow = Static<typeof BatchRow>;

export const BATCH_STATES = ['receiving', 'running', 'completed', 'cancelled'] as const;
export const ROW_OUTCOMES = ['placed', 'replayed', 'refused', 'cancelled'] as const;

const Count = Type.Integer({ minimum: 0 });

const facts = {
  id: Type.String({ pattern: '^bat_[1-9]\\d*$' }),
  state: oneOf(BATCH_STATES, {
    description:
      '`receiving`: rows are on their way in and none is placed. `running`: rows are being placed. `completed`: every row is an order or a refusal; the orders go on by themselves. `cancelled`: rows that were not placed never will be.',
  }),
  rows: nullable(Type.Integer({ minimum: 1, description: 'Null while it is being received.' })),
  created_at: Instant,
  accepted_at: nullable(Instant),
  cancelled_at: nullable(Instant),
  completed_at: nullable(Instant),
};

const BatchInList = exact(facts, { title: 'BatchInList' });

export const Batch = exact(
  {
    ...facts,
    progress: exact(
      {
        waiting: Type.Integer({ minimum: 0, description: 'Rows without an outcome yet.' }),
        placed: Count,
        replayed: Type.Integer({
          minimum: 0,
          description: 'Rows whose reference stood for this very order already.',
        }),
        refused: Count,
        cancelled: Count,
        orders: exact(
          {
            in_progress: Count,
            delivered: Count,
            failed: Type.Integer({ minimum: 0, description: 'Failed, or cancelled one by one.' }),
          },
          { description: 'The orders of placed and replayed rows, as they stand.' },
        ),
      },
      { title: 'BatchProgress' },
    ),
  },
  { title: 'Batch' },
);
export const BatchList = listOf(BatchInList, 'BatchList');

const codes = [...new Set([...Object.keys(ERROR_CODES), ...Object.keys(FAILURE_CODES)])] as (
  | ErrorCode
  | FailureCode
)[]; // the objects' own keys

export const BatchResult = exact(
  {
    line: Type.Integer({ minimum: 1, description: 'Where the row begins in the file, from 1.' }),
    reference: nullable(
      Type.String({ description: 'Null where the row could not be read, or its person has been erased.' }),
    ),
    outcome: nullable(
      oneOf(ROW_OUTCOMES, { description: '`replayed`: the reference stood for this very order already.' }),
    ),
    order: nullable(Type.String({ pattern: '^ord_[1-9]\\d*$' })),
    status: nullable(oneOf(ORDER_STATUSES, { description: 'Of the order, as it stands.' })),
    code: nullable(oneOf(codes, { description: 'Why the row was refused, or the order has failed.' })),
    message: nullable(Type.String()),
  },
  { title: 'BatchResult' },
);
export const BatchResultList = listOf(BatchResult, 'BatchResultList');

export type BatchInListView = Static<typeof BatchInList>;
export type BatchView = Static<typeof Batch>;
export type BatchResultView = Static<typeof BatchResult>;
