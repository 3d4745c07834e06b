/** An order as a transaction: where the money, the operator and the recharge stand, and what happened so far. */
import type { Catalogue } from '../../../catalogue/catalogue.ts';
import { unreachable } from '../../../core/assert.ts';
import { currencyOf } from '../../../core/currency.ts';
import { formatAmount, type Minor } from '../../../core/money.ts';
import type { LoggedEvent } from '../../../events/event-log.ts';
import { REFUNDS } from '../../../orders/find-orders.ts';
import type { DeliveryTimes } from '../../../orders/health/delivery-times.ts';
import { attemptOf, type OrderRecord } from '../../../orders/order.ts';
import { FAILURE_CODES } from '../../../routing/connector.ts';
import { type Change, type Money, type Transaction, transactionId } from '../wire.ts';
import { bundleIdOf } from './bundles.ts';
import { instant } from './call.ts';

export function renderTransaction(
  order: OrderRecord,
  events: readonly LoggedEvent[],
  { catalogue, times }: { readonly catalogue: Catalogue; readonly times: DeliveryTimes },
): Transaction {
  const { facts, progress } = order;
  const product = catalogue.product(facts.productId);
  const standing = standingOf(order);
  return {
    transaction_id: transactionId(facts.id),
    status: standing.status,
    subscriber_number: facts.recipient?.value ?? null,
    bundle_id: (product && bundleIdOf(product, facts.receiveAmount)) ?? null,
    client_reference: facts.private.reference ?? null,
    payment_method: 'wallet',
    payment_status: standing.payment,
    paid: money(facts.cost, facts.currency),
    refunded: refundedOf(order),
    operator: { id: facts.operatorId, name: catalogue.operator(facts.operatorId)?.name ?? '' },
    operator_response: responseOf(order),
    recharge_status: standing.recharge,
    delivered:
      progress.state === 'DELIVERED'
        ? money(progress.deliveredAmount ?? facts.receiveAmount, facts.receiveCurrency)
        : null,
    failure: failureOf(order),
    created_at: instant(facts.createdAtMs),
    estimated_completion:
      standing.status === 'pending' ? instant(facts.createdAtMs + times.typicalMs(facts.operatorId)) : null,
    completed_at: progress.completedAtMs === undefined ? null : instant(progress.completedAtMs),
    history: events.map(changeOf),
  };
}

type Standing = {
  readonly status: Transaction['status'];
  readonly payment: Transaction['payment_status'];
  readonly recharge: Transaction['recharge_status'];
};

function standingOf({ progress, adjustments }: OrderRecord): Standing {
  switch (progress.state) {
    case 'ACCEPTED':
      return { status: 'pending', payment: 'held', recharge: 'accepted' };
    case 'DISPATCHING':
      return { status: 'pending', payment: 'held', recharge: 'sent' };
    case 'IN_DOUBT':
    case 'REVIEW':
      return { status: 'pending', payment: 'held', recharge: 'in_doubt' };
    case 'FAILED':
      return { status: 'failed', payment: 'released', recharge: 'failed' };
    case 'CANCELLED':
      return { status: 'failed', payment: 'released', recharge: 'cancelled' };
    case 'DELIVERED':
      return adjustments.some(({ cause }) => REFUNDS.includes(cause))
        ? { status: 'failed', payment: 'refunded', recharge: 'reversed' }
        : { status: 'completed', payment: 'charged', recharge: 'delivered' };
    default:
      return unreachable(progress.state);
  }
}

function refundedOf({ facts, adjustments }: OrderRecord): Money | null {
  const gained = adjustments.reduce((sum, { amount }) => sum + amount, 0n);
  return gained === 0n ? null : money(gained, facts.currency);
}

/** What the operator said last of the last try. */
function responseOf(order: OrderRecord): Transaction['operator_response'] {
  const attempt = attemptOf(order, order.progress.attempt);
  return {
    status: attempt?.state.toLowerCase() ?? 'none',
    code: attempt?.evidence.findLast(({ code }) => code !== undefined)?.code ?? null,
    reference: order.progress.providerReference ?? null,
  };
}

function failureOf({ progress: { failure } }: OrderRecord): Transaction['failure'] {
  if (!failure) return null;
  const { sentence, userFixable } = FAILURE_CODES[failure];
  return { code: failure, message: sentence, user_fixable: userFixable };
}

function changeOf({ seq, type, atMs, body }: LoggedEvent): Change {
  const why = [body['code'], body['cause'], body['after'], body['reason']].find(
    (said) => typeof said === 'string',
  );
  return {
    sequence: seq ?? 0,
    event: type,
    at: instant(atMs),
    code: typeof why === 'string' ? why.toLowerCase() : null,
  };
}

function money(minor: Minor, currency: string): Money {
  return { amount: formatAmount(minor, currencyOf(currency).exponent), currency };
}
