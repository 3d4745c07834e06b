/** What came back of a top-up: all of it where it failed or was reversed, a part where less was delivered. */

import { toNumber } from '../../../core/json-amount.ts';
import type { Minor } from '../../../core/money.ts';
import type { OrderRecord } from '../../../orders/order.ts';
import type * as wire from '../wire.ts';
import { finerRefusal } from './errors.ts';
import { formatInstant } from './instants.ts';

/** `GET /topups/reports/transactions/{id}/refund`, where a transaction's `refund` link leads. */
export function renderRefund(order: OrderRecord): wire.Refund {
  const refund = refundOf(order);
  if (!refund) throw finerRefusal('invalid_request', 'not_refunded');
  const { id, currency } = order.facts;
  return {
    transactionId: Number(id), // ids are safe integers
    refundedAmount: toNumber(refund.amount, currency),
    refundedAmountCurrencyCode: currency,
    refundDate: formatInstant(refund.atMs),
  };
}

interface Refund {
  readonly amount: Minor;
  readonly atMs: number;
}

/** Undefined while nothing has come back. */
export function refundOf({ facts, progress, adjustments }: OrderRecord): Refund | undefined {
  const { state, completedAtMs = facts.createdAtMs } = progress;
  if (state === 'FAILED' || state === 'CANCELLED') return { amount: facts.cost, atMs: completedAtMs };
  // A correction may have taken some of it back.
  const amount = adjustments.reduce((sum, made) => sum + made.amount, 0n);
  const moved = adjustments.filter((made) => made.amount !== 0n);
  if (amount === 0n) return undefined;
  return { amount, atMs: Math.max(...moved.map(({ createdAtMs }) => createdAtMs)) };
}
