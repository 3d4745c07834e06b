/** An order as the native API shows it. */
import { writeInputs } from '../../../catalogue/inputs.ts';
import { formatId } from '../../../core/ids.ts';
import type { OrderFacts, OrderRecord, OrderState } from '../../../orders/order.ts';
import { FAILURE_CODES, type FailureCode, type Recipient, type Voucher } from '../../../routing/connector.ts';
import type { ORDER_STATUSES, OrderView } from '../wire-orders.ts';
import { instant, maybe, money } from './render.ts';

export type OrderStatus = (typeof ORDER_STATUSES)[number];

export function statusOf(state: OrderState): OrderStatus {
  return state.toLowerCase() as OrderStatus; // the states in small letters, which the type of STATE_OF checks
}

/** The other way round; also the proof that the two lists are one. */
export const STATE_OF = {
  accepted: 'ACCEPTED',
  dispatching: 'DISPATCHING',
  in_doubt: 'IN_DOUBT',
  review: 'REVIEW',
  delivered: 'DELIVERED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
} as const satisfies { [Status in OrderStatus]: Uppercase<Status> & OrderState };

/** As it stands. */
export function orderView({ facts, progress, adjustments, voucher }: OrderRecord): OrderView {
  return {
    ...acceptedView(facts),
    status: statusOf(progress.state),
    delivered: maybe(progress.deliveredAmount, (minor) => money(minor, facts.receiveCurrency)),
    operator_reference: progress.providerReference ?? null,
    voucher: maybe(voucher, voucherView),
    failure: maybe(progress.failure, failureView),
    completed_at: maybe(progress.completedAtMs, instant),
    adjustments: adjustments.map(({ id, cause, amount, currency, createdAtMs }) => ({
      id: formatId('adjustment', id),
      cause: cause.toLowerCase() as Lowercase<typeof cause>,
      amount: money(amount, currency),
      created_at: instant(createdAtMs),
    })),
  };
}

/**
 * As it was accepted: only what is frozen since, in one order of members, so that the first answer and every
 * replay of it are the same bytes, whatever has become of the order.
 */
export function acceptedView(facts: OrderFacts): OrderView {
  const { currency, receiveCurrency } = facts;
  return {
    id: formatId('order', facts.id),
    status: 'accepted',
    reference: facts.private.reference ?? null,
    dialect: facts.dialect,
    product: facts.productId,
    operator: facts.operatorId,
    country: facts.country,
    recipient: maybe(facts.recipient, recipientView),
    wallet: formatId('wallet', facts.walletId),
    amount_mode: facts.amountMode,
    send: money(facts.sendAmount, currency),
    receive: money(facts.receiveAmount, receiveCurrency),
    fx_rate: facts.fxRate,
    fx_version: facts.pricing.fxVersion,
    discount: money(facts.discount, currency),
    commission: money(facts.commission, currency),
    fee: money(facts.fee, currency),
    tax: money(facts.tax, currency),
    cost: money(facts.cost, currency),
    balance_before: money(facts.balanceBefore, currency),
    balance_after: money(facts.balanceAfter, currency),
    minimum_delivered: maybe(facts.minimumReceive, (minor) => money(minor, receiveCurrency)),
    deadline_at: maybe(facts.deadlineAtMs, instant),
    created_at: instant(facts.createdAtMs),
    delivered: null,
    operator_reference: null,
    voucher: null,
    failure: null,
    completed_at: null,
    adjustments: [],
  };
}

function recipientView({ kind, value }: Recipient) {
  if (kind === 'phone') return { phone: value };
  return kind === 'email' ? { email: value } : writeInputs(kind, value);
}

function failureView(code: FailureCode) {
  const { userFixable, sentence } = FAILURE_CODES[code];
  return { code, user_fixable: userFixable, message: sentence };
}

function voucherView({ code, serial, validity, ivr, instructions }: Voucher) {
  return { code, serial, validity, ivr, instructions: [...instructions] };
}
