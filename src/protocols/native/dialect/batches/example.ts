/** One batch in its life, for the published document. */

import { writeCsv } from '../../../../platform/csv.ts';
import type { BatchInListView, BatchResultView, BatchView } from '../../wire-batches.ts';
import { RESULT_COLUMNS } from './render-batch.ts';

const ROWS = [
  {
    reference: 'july-1',
    product: 173,
    recipient: { phone: '+50936377111' },
    amount: { value: '15.00', currency: 'USD' },
  },
  {
    reference: 'july-2',
    operator: 173,
    recipient: { phone: '+50936377112' },
    amount: { value: '500.00', currency: 'HTG' },
    pay_with: 'USD',
  },
];

export const NDJSON_EXAMPLE = ROWS.map((row) => `${JSON.stringify(row)}\n`).join('');
export const CSV_EXAMPLE =
  'reference,operator,recipient,amount,currency,pay_with\r\njuly-1,173,+50936377111,15.00,USD,\r\njuly-2,173,+50936377112,500.00,HTG,USD\r\n';

const accepted: BatchInListView = {
  id: 'bat_245301287911745',
  state: 'running',
  rows: 2,
  created_at: '2026-11-21T10:00:00.000Z',
  accepted_at: '2026-11-21T10:00:00.120Z',
  cancelled_at: null,
  completed_at: null,
};

const none = { waiting: 0, placed: 0, replayed: 0, refused: 0, cancelled: 0 };
const noOrders = { in_progress: 0, delivered: 0, failed: 0 };

export const BATCH_EXAMPLE = {
  listed: accepted,
  accepted: { ...accepted, progress: { ...none, waiting: 2, orders: noOrders } } satisfies BatchView,
  completed: {
    ...accepted,
    state: 'completed',
    completed_at: '2026-11-21T10:00:00.300Z',
    progress: { ...none, placed: 1, refused: 1, orders: { ...noOrders, delivered: 1 } },
  } satisfies BatchView,
  cancelled: {
    ...accepted,
    state: 'cancelled',
    cancelled_at: '2026-11-21T10:00:00.200Z',
    completed_at: '2026-11-21T10:00:00.300Z',
    progress: { ...none, cancelled: 2, orders: noOrders },
  } satisfies BatchView,
};

const results: BatchResultView[] = [
  {
    line: 1,
    reference: 'july-1',
    outcome: 'placed',
    order: 'ord_245301287911746',
    status: 'delivered',
    code: null,
    message: null,
  },
  {
    line: 2,
    reference: 'july-2',
    outcome: 'refused',
    order: null,
    status: null,
    code: 'insufficient_balance',
    message: 'The wallet cannot pay for this order.',
  },
];

export const RESULTS_EXAMPLE = {
  list: { data: results, next: null },
  csv: writeCsv(RESULT_COLUMNS, results),
  ndjson: results.map((row) => `${JSON.stringify(row)}\n`).join(''),
};
