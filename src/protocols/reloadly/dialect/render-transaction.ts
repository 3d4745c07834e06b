/** An order as a transaction of Reloadly's. */
import type { Catalogue } from '../../../catalogue/catalogue.ts';
import { unreachable } from '../../../core/assert.ts';
import { currencyOf } from '../../../core/currency.ts';
import { mintedAt } from '../../../core/ids.ts';
import { toNumber } from '../../../core/json-amount.ts';
import { REFUNDS } from '../../../orders/find-orders.ts';
import type { OrderFacts, OrderRecord } from '../../../orders/order.ts';
import type { Voucher } from '../../../routing/connector.ts';
import type * as wire from '../wire.ts';
import { FAILURE_WORDS, failureMessage } from './errors.ts';
import { formatInstant } from './instants.ts';
import { refundOf } from './refund.ts';

export interface TransactionContext {
  readonly catalogue: Catalogue;
  readonly baseUrl: string;
  /** `answer`: to whoever tops up. `history`: without balance, and the PIN cannot be used. */
  readonly view: 'answer' | 'history';
}

export function renderTransaction(order: OrderRecord, context: TransactionContext): wire.Transaction {
  const { facts, progress } = order;
  const { recipient, currency } = facts;
  return {
    transactionId: Number(facts.id), // ids are safe integers
    status: statusOf(order),
    operatorTransactionId: progress.providerReference ?? null,
    customIdentifier: facts.private.reference ?? null,
    recipientPhone: recipient?.kind === 'phone' ? digitsOf(recipient.value) : null,
    recipientEmail: recipient?.kind === 'email' ? recipient.value : null,
    senderPhone: facts.private.sender === undefined ? null : digitsOf(facts.private.sender),
    countryCode: facts.country,
    operatorId: facts.operatorId,
    operatorName: context.catalogue.operator(facts.operatorId)?.name ?? null,
    discount: toNumber(facts.discount, currency),
    discountCurrencyCode: currency,
    requestedAmount: toNumber(facts.sendAmount, currency),
    requestedAmountCurrencyCode: currency,
    deliveredAmount: toNumber(progress.deliveredAmount ?? facts.receiveAmount, facts.receiveCurrency),
    deliveredAmountCurrencyCode: facts.receiveCurrency,
    transactionDate: formatInstant(transactionMs(facts)),
    fee: toNumber(facts.fee, currency),
    pinDetail: order.voucher ? renderPin(order.voucher, context.view) : null,
    balanceInfo: context.view === 'history' ? null : renderBalance(facts),
    links: linksOf(order, context.baseUrl),
  };
}

/** `refund` where something has come back. */
function linksOf(order: OrderRecord, baseUrl: string): wire.Link[] {
  const href = `${baseUrl}/topups/reports/transactions/${order.facts.id}`;
  const self = { href, rel: 'self', method: 'GET' };
  return refundOf(order) ? [self, { href: `${href}/refund`, rel: 'refund', method: 'GET' }] : [self];
}

/** The answer of the status call: why it failed, if it did. */
export function renderStatus(order: OrderRecord, context: TransactionContext): wire.TopupStatus {
  const transaction = renderTransaction(order, context);
  return { ...reasonOf(order), status: transaction.status, transaction };
}

export function statusOf({ progress, adjustments }: OrderRecord): wire.TransactionStatus {
  switch (progress.state) {
    case 'ACCEPTED':
    case 'DISPATCHING':
    case 'IN_DOUBT':
    case 'REVIEW':
      return 'PROCESSING';
    case 'FAILED':
    case 'CANCELLED':
      return 'REFUNDED';
    case 'DELIVERED':
      return adjustments.some(({ cause }) => REFUNDS.includes(cause)) ? 'REFUNDED' : 'SUCCESSFUL';
    default:
      return unreachable(progress.state);
  }
}

function reasonOf(order: OrderRecord): Pick<wire.TopupStatus, 'code' | 'message'> {
  if (statusOf(order) !== 'REFUNDED') return { code: null, message: null };
  const { failure, state } = order.progress;
  if (failure) return { code: FAILURE_WORDS[failure], message: failureMessage(failure) };
  const message = state === 'CANCELLED' ? 'The top-up was cancelled.' : 'The operator took the top-up back.';
  return { code: 'TOPUP_TRANSACTION_FAILED', message };
}

/**
 * When an order was made, by its id: the order of ids is the order of history, and filters by date are bounds of
 * ids, so a transaction is found by the very date that it shows.
 */
export function transactionMs(facts: OrderFacts): number {
  return mintedAt(facts.id);
}

function renderBalance(facts: OrderFacts): wire.BalanceInfo {
  const { currency } = facts;
  return {
    oldBalance: toNumber(facts.balanceBefore, currency),
    newBalance: toNumber(facts.balanceAfter, currency),
    cost: toNumber(facts.cost, currency),
    currencyCode: currency,
    currencyName: currencyOf(currency).name,
    updatedAt: formatInstant(facts.createdAtMs),
  };
}

/** Digits of a PIN that history shows, so that two can be told apart. */
const PIN_DIGITS_SHOWN = 4;

function renderPin(voucher: Voucher, view: TransactionContext['view']): wire.PinDetail {
  const [info1 = null, info2 = null, info3 = null] = voucher.instructions;
  const { code } = voucher;
  const hidden = Math.max(code.length - PIN_DIGITS_SHOWN, Math.ceil(code.length / 2));
  return {
    serial: voucher.serial,
    info1,
    info2,
    info3,
    value: null,
    code: view === 'history' ? '*'.repeat(hidden) + code.slice(hidden) : code,
    ivr: voucher.ivr,
    validity: voucher.validity,
  };
}

function digitsOf(phone: string): string {
  return phone.replace(/^\+/, '');
}
