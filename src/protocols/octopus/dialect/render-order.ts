/** An order as Octopus shows it. Members without a value are left out. */
import type { Catalogue } from '../../../catalogue/catalogue.ts';
import { unreachable } from '../../../core/assert.ts';
import { toNumber } from '../../../core/json-amount.ts';
import { REFUNDS } from '../../../orders/find-orders.ts';
import type { OrderRecord, OrderState } from '../../../orders/order.ts';
import type { Order, OrderStatus } from '../wire.ts';
import { failureOf } from './errors.ts';
import { formatInstant } from './instants.ts';
import { variantName } from './variants.ts';

/** The states behind each status. Money that went back after the delivery makes it FAILED: see `statusOf`. */
export const STATES_OF = {
  PENDING: ['ACCEPTED', 'DISPATCHING', 'IN_DOUBT', 'REVIEW'],
  DELIVERED: ['DELIVERED'],
  FAILED: ['FAILED'],
  CANCELLED: ['CANCELLED'],
  // A voucher that was spent on a top-up: not sold here.
  RECHARGED: [],
} as const satisfies Record<OrderStatus, readonly OrderState[]>;

const STATUS_TEXTS = {
  PENDING: 'Order submitted for fulfilment',
  DELIVERED: 'Top-up delivered',
  FAILED: 'Top-up failed; the wallet was refunded',
  CANCELLED: 'Order cancelled; the wallet was refunded',
  RECHARGED: 'Recharged',
} as const satisfies Record<OrderStatus, string>;

const TAKEN_BACK = {
  failure_code: 'UNKNOWN',
  failure_reason: 'The operator took the top-up back.',
  is_user_fixable: false,
} as const satisfies ReturnType<typeof failureOf>;

export function renderOrder(order: OrderRecord, catalogue: Catalogue): Order {
  const { facts, progress } = order;
  const operator = catalogue.operator(facts.operatorId);
  const variant = catalogue.product(facts.productId);
  const status = statusOf(order);
  const { reference } = facts.private;
  return {
    id: Number(facts.id), // ids are safe integers
    ...(reference !== undefined && { client_reference: reference }),
    product_id: operator?.productId ?? facts.productId,
    product_name: operator ? catalogue.mainProduct(operator).name : '',
    variant_name: variant ? variantName(variant) : '',
    country_code: catalogue.country(facts.country)?.iso3 ?? '',
    amount: toNumber(facts.cost, facts.currency),
    currency: facts.currency,
    status,
    status_text: STATUS_TEXTS[status],
    // Statements list what an order moved under the order's own id.
    ...(status === 'DELIVERED' && { transaction_id: Number(facts.id) }),
    ...(status === 'FAILED' && (progress.failure ? failureOf(progress.failure) : TAKEN_BACK)),
    created_at: formatInstant(facts.createdAtMs),
    ...(progress.completedAtMs !== undefined && { completed_at: formatInstant(progress.completedAtMs) }),
  };
}

export function statusOf({ progress, adjustments }: OrderRecord): Exclude<OrderStatus, 'RECHARGED'> {
  switch (progress.state) {
    case 'ACCEPTED':
    case 'DISPATCHING':
    case 'IN_DOUBT':
    case 'REVIEW':
      return 'PENDING';
    case 'FAILED':
    case 'CANCELLED':
      return progress.state;
    case 'DELIVERED':
      return adjustments.some(({ cause }) => REFUNDS.includes(cause)) ? 'FAILED' : 'DELIVERED';
    default:
      return unreachable(progress.state);
  }
}
