/** An order in the words of both forms. */
import { unreachable } from '../../../core/assert.ts';
import { toNumber, toText } from '../../../core/json-amount.ts';
import { figuresOf } from '../../../orders/adjust.ts';
import { REFUNDS } from '../../../orders/find-orders.ts';
import type { OrderRecord } from '../../../orders/order.ts';
import { undeliveredPart } from '../../../wallet/posting.ts';
import type { Code, ErrorAnswer, RechargeAnswer, WireAnswer } from '../wire.ts';
import { transactionId } from '../wire.ts';
import { FAILURE_WORDS, messageOf } from './errors.ts';

export type Standing = 'success' | 'pending' | 'failed';

export function standingOf({ progress, adjustments }: OrderRecord): Standing {
  switch (progress.state) {
    case 'ACCEPTED':
    case 'DISPATCHING':
    case 'IN_DOUBT':
    case 'REVIEW':
      return 'pending';
    case 'FAILED':
    case 'CANCELLED':
      return 'failed';
    case 'DELIVERED':
      return adjustments.some(({ cause }) => REFUNDS.includes(cause)) ? 'failed' : 'success';
    default:
      return unreachable(progress.state);
  }
}

/** The documented form. */
export function renderRecharge(order: OrderRecord): RechargeAnswer | ErrorAnswer {
  const standing = standingOf(order);
  const { id, sendAmount, currency } = order.facts;
  if (standing === 'failed') {
    const code = failureCode(order);
    return {
      status: 'error',
      error_code: code,
      message: messageOf(code),
      transaction_id: transactionId(id),
    };
  }
  return {
    status: standing,
    transaction_id: transactionId(id),
    message: standing === 'success' ? 'Recharge successful' : 'Recharge is being processed',
    amount: toNumber(sendAmount, currency),
    commission: toNumber(commissionOf(order), currency),
    balance: toNumber(balanceAfter(order), currency),
    ...voucherOf(order),
  };
}

const WIRE_STATUS = { success: 'Success', pending: 'Pending', failed: 'Failure' } as const;

/** The wire form. */
export function renderWire(order: OrderRecord): WireAnswer {
  const { id, sendAmount, currency, recipient, private: own } = order.facts;
  const standing = standingOf(order);
  return {
    txid: transactionId(id),
    status: WIRE_STATUS[standing],
    opid: standing === 'failed' ? messageOf(failureCode(order)) : (order.progress.providerReference ?? ''),
    number: recipient?.value.replace(/^\+91/, '') ?? '',
    amount: toText(sendAmount, currency).replace(/\.0+$/, ''),
    orderid: own.reference ?? '',
    ...voucherOf(order),
  };
}

/** What a delivered gift card is redeemed with. */
function voucherOf(order: OrderRecord): { readonly pin?: string; readonly serial?: string } {
  if (!order.voucher || standingOf(order) !== 'success') return {};
  return { pin: order.voucher.code, serial: order.voucher.serial };
}

function failureCode({ progress }: OrderRecord): Code {
  // Without a failure it was taken back after its delivery, or cancelled: neither is the number's fault.
  return progress.failure ? FAILURE_WORDS[progress.failure] : '2001';
}

/** Credited so far: nothing before the delivery, the delivered part of it after a partial one. */
function commissionOf(order: OrderRecord): bigint {
  const { facts, progress, adjustments } = order;
  if (standingOf(order) !== 'success') return 0n;
  const isPartial = adjustments.some(({ cause }) => cause === 'PARTIAL');
  if (!isPartial || progress.deliveredAmount === undefined) return facts.commission;
  const share = { delivered: progress.deliveredAmount, ordered: facts.receiveAmount };
  return facts.commission - undeliveredPart(figuresOf(order, progress.attempt), share).commission;
}

/**
 * The wallet after this recharge, as the batches that took and settled orders counted it: what other recharges do
 * at the same moment is in their answers.
 */
function balanceAfter(order: OrderRecord): bigint {
  const { facts, adjustments } = order;
  if (standingOf(order) === 'pending') return facts.balanceAfter;
  const adjusted = adjustments.reduce((sum, { amount }) => sum + amount, 0n);
  return facts.balanceAfter + facts.commission + adjusted;
}
