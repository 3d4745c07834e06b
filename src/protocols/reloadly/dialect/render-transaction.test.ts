import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Catalogue } from '../../../catalogue/catalogue.ts';
import { readCatalogueData } from '../../../catalogue/data.ts';
import { type AccountId, firstIdAt, type OrderId, type WalletId } from '../../../core/ids.ts';
import type { AdjustmentCause, OrderRecord, OrderState } from '../../../orders/order.ts';
import { FAILURE_CODES, type FailureCode } from '../../../routing/connector.ts';
import { renderStatus, renderTransaction, statusOf, type TransactionContext } from './render-transaction.ts';

const MADE_AT = Date.UTC(2026, 0, 26, 3, 19, 16);
const ID = (firstIdAt(MADE_AT) + 77n) as OrderId;
const catalogue = new Catalogue(readCatalogueData());
const ANSWER: TransactionContext = { catalogue, baseUrl: 'https://topups.reloadly.com', view: 'answer' };

function orderOf(
  changes: { progress?: Partial<OrderRecord['progress']>; facts?: Partial<OrderRecord['facts']> } = {},
): OrderRecord {
  return {
    facts: {
      id: ID,
      accountId: 1n as AccountId,
      environment: 'sandbox',
      clientId: 'client',
      dialect: 'reloadly',
      walletId: 2n as WalletId,
      productId: 535,
      operatorId: 535,
      country: 'GB',
      recipient: { kind: 'phone', value: '+447951631337' },
      amountMode: 'send',
      sendAmount: 316_840n,
      currency: 'NGN',
      receiveAmount: 500n,
      receiveCurrency: 'GBP',
      fxRate: '0.0015780836',
      discount: 6_337n,
      commission: 0n,
      fee: 0n,
      tax: 0n,
      cost: 310_503n,
      pricing: {
        fxMid: '0.0015780836',
        fxMarginPercent: '0',
        fxVersion: 'day',
        rateMode: 'discount',
        ratePercent: '2',
        rateRule: 'operator:535',
        feeFixed: '0.00',
        feePercent: '0',
        taxPercent: '0',
        catalogueVersion: 'v',
        rounding: {},
      },
      balanceBefore: 6_038_741n,
      balanceAfter: 5_728_238n,
      minimumReceive: undefined,
      deadlineAtMs: undefined,
      createdAtMs: MADE_AT + 12,
      private: { reference: 'This is example identifier', sender: '+11231231231', senderCountry: 'CA' },
      ...changes.facts,
    },
    progress: {
      state: 'DELIVERED',
      fence: 2,
      attempt: 1,
      doubtSinceMs: undefined,
      failure: undefined,
      deliveredAmount: undefined,
      providerReference: undefined,
      completedAtMs: MADE_AT + 40,
      delayedAtMs: undefined,
      ...changes.progress,
    },
    attempts: [],
    adjustments: [],
    voucher: {
      code: '773709733097662',
      serial: '558111',
      validity: '30 days',
      ivr: '1-888-888-8888',
      instructions: ['DIAL *611', 'DIAL *611', 'Dial *233* and PIN #'],
    },
  };
}

test('a transaction as the documents print it, to the last digit', () => {
  assert.deepEqual(renderTransaction(orderOf(), ANSWER), {
    transactionId: Number(ID),
    status: 'SUCCESSFUL',
    operatorTransactionId: null,
    customIdentifier: 'This is example identifier',
    recipientPhone: '447951631337',
    recipientEmail: null,
    senderPhone: '11231231231',
    countryCode: 'GB',
    operatorId: 535,
    operatorName: 'EE PIN England',
    discount: 63.37,
    discountCurrencyCode: 'NGN',
    requestedAmount: 3168.4,
    requestedAmountCurrencyCode: 'NGN',
    deliveredAmount: 5,
    deliveredAmountCurrencyCode: 'GBP',
    transactionDate: '2026-01-26 03:19:16',
    fee: 0,
    pinDetail: {
      serial: '558111',
      info1: 'DIAL *611',
      info2: 'DIAL *611',
      info3: 'Dial *233* and PIN #',
      value: null,
      code: '773709733097662',
      ivr: '1-888-888-8888',
      validity: '30 days',
    },
    balanceInfo: {
      oldBalance: 60_387.41,
      newBalance: 57_282.38,
      cost: 3105.03,
      currencyCode: 'NGN',
      currencyName: 'Nigerian Naira',
      updatedAt: '2026-01-26 03:19:16',
    },
    links: [
      {
        href: `https://topups.reloadly.com/topups/reports/transactions/${ID}`,
        rel: 'self',
        method: 'GET',
      },
    ],
  });
});

test('history has no balance and hides the PIN', () => {
  const shown = renderTransaction(orderOf(), { ...ANSWER, view: 'history' });
  assert.equal(shown.balanceInfo, null);
  assert.equal(shown.pinDetail?.code, '***********7662');
  assert.equal(shown.pinDetail?.serial, '558111');
});

test('a short PIN keeps half of its digits hidden', () => {
  const order = orderOf();
  assert.ok(order.voucher);
  const short = { ...order, voucher: { ...order.voucher, code: '12345' } };
  assert.equal(renderTransaction(short, { ...ANSWER, view: 'history' }).pinDetail?.code, '***45');
});

test('an e-mail recipient, an erased one, and what the operator said', () => {
  const email = orderOf({
    facts: { recipient: { kind: 'email', value: 'anyone@nauta.com.cu' }, private: {} },
  });
  const shown = renderTransaction({ ...email, voucher: undefined }, ANSWER);
  assert.deepEqual(
    [shown.recipientPhone, shown.recipientEmail, shown.senderPhone, shown.customIdentifier, shown.pinDetail],
    [null, 'anyone@nauta.com.cu', null, null, null],
  );
  const erased = renderTransaction(
    orderOf({
      facts: { recipient: undefined },
      progress: { deliveredAmount: 250n, providerReference: 'OP-1' },
    }),
    ANSWER,
  );
  assert.deepEqual([erased.recipientPhone, erased.recipientEmail], [null, null]);
  assert.equal(erased.deliveredAmount, 2.5);
  assert.equal(erased.operatorTransactionId, 'OP-1');
});

const STATES: [OrderState, causes: AdjustmentCause[], string][] = [
  ['ACCEPTED', [], 'PROCESSING'],
  ['DISPATCHING', [], 'PROCESSING'],
  ['IN_DOUBT', [], 'PROCESSING'],
  ['REVIEW', [], 'PROCESSING'],
  ['DELIVERED', [], 'SUCCESSFUL'],
  ['DELIVERED', ['PARTIAL'], 'SUCCESSFUL'],
  ['DELIVERED', ['OPERATOR_REVERSAL'], 'REFUNDED'],
  ['FAILED', [], 'REFUNDED'],
  ['FAILED', ['LATE_DELIVERY'], 'REFUNDED'],
  ['CANCELLED', [], 'REFUNDED'],
];
for (const [state, causes, expected] of STATES) {
  test(`${state} with [${causes.join()}] is ${expected}`, () => {
    const adjustments = causes.map((cause) => ({
      id: 1n,
      cause,
      amount: 1n,
      currency: 'NGN',
      createdAtMs: 0,
    }));
    assert.equal(statusOf({ ...orderOf({ progress: { state } }), adjustments }), expected);
  });
}

test('the status call gives no reason where there is nothing to explain', () => {
  for (const state of ['DISPATCHING', 'DELIVERED'] as const) {
    const { code, message, status, transaction } = renderStatus(orderOf({ progress: { state } }), ANSWER);
    assert.deepEqual([code, message], [null, null]);
    assert.equal(status, transaction.status);
    assert.ok(transaction.balanceInfo);
  }
});

for (const failure of Object.keys(FAILURE_CODES) as FailureCode[]) {
  test(`the status call tells ${failure}`, () => {
    const { code, message, status } = renderStatus(
      orderOf({ progress: { state: 'FAILED', failure } }),
      ANSWER,
    );
    assert.equal(status, 'REFUNDED');
    assert.match(code ?? '', /^[A-Z_]+$/);
    assert.equal(message, FAILURE_CODES[failure].sentence);
  });
}
