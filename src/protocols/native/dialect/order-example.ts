/** One order in its two views, for the published document. */
import type { OrderRequest, OrderView } from '../wire-orders.ts';

const usd = (value: string) => ({ value, currency: 'USD' });
const htg = (value: string) => ({ value, currency: 'HTG' });

export const ORDER_REQUEST_EXAMPLE: OrderRequest = {
  reference: 'invoice-4711',
  product: 173,
  recipient: { phone: '+50936377111' },
  amount: usd('15.00'),
};

const accepted: OrderView = {
  id: 'ord_245301287911744',
  status: 'accepted',
  reference: 'invoice-4711',
  dialect: 'native',
  product: 173,
  operator: 173,
  country: 'HT',
  recipient: { phone: '+50936377111' },
  wallet: 'wal_5001',
  amount_mode: 'send',
  send: usd('15.00'),
  receive: htg('1963.86'),
  fx_rate: '130.92386',
  fx_version: '2026-09-29',
  discount: usd('1.80'),
  commission: usd('0.00'),
  fee: usd('0.00'),
  tax: usd('0.00'),
  cost: usd('13.20'),
  balance_before: usd('10000000.00'),
  balance_after: usd('9999986.80'),
  minimum_delivered: null,
  deadline_at: '2026-11-21T10:01:00.000Z',
  created_at: '2026-11-21T10:00:00.000Z',
  delivered: null,
  operator_reference: null,
  voucher: null,
  failure: null,
  completed_at: null,
  adjustments: [],
};

export const ORDER_EXAMPLE = {
  accepted,
  delivered: {
    ...accepted,
    status: 'delivered',
    delivered: htg('1963.86'),
    operator_reference: 'DG-20261121-8814',
    completed_at: '2026-11-21T10:00:00.250Z',
  } satisfies OrderView,
  cancelled: {
    ...accepted,
    status: 'cancelled',
    completed_at: '2026-11-21T10:00:05.000Z',
  } satisfies OrderView,
};
