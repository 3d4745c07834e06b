/** The rows of an order that is being accepted. */
import type { Draft } from '../../src/orders/draft.ts';
import type { OrderFacts } from '../../src/orders/order.ts';
import type { ModelOrder } from './model-rows.ts';

interface Terms {
  readonly available: bigint;
  readonly sending: boolean;
  readonly leaseSeconds: number;
  readonly nowMs: number;
}

export function acceptedOrder(draft: Draft, { available, sending, leaseSeconds, nowMs }: Terms): ModelOrder {
  const { attempt } = draft;
  return {
    facts: factsOf(draft, available, nowMs),
    progress: {
      state: sending ? 'DISPATCHING' : 'ACCEPTED',
      fence: 1,
      attempt: 1,
      doubtSinceMs: undefined,
      failure: undefined,
      deliveredAmount: undefined,
      providerReference: undefined,
      completedAtMs: undefined,
      delayedAtMs: undefined,
    },
    attempts: [
      {
        ...attempt,
        number: 1,
        state: sending ? 'SENDING' : 'READY',
        createdAtMs: nowMs,
        sentAtMs: sending ? nowMs : undefined,
        evidence: [],
      },
    ],
    adjustments: [],
    voucher: undefined,
    hold: 'ACTIVE',
    eventSeq: 1,
    nextWakeupMs: nowMs + (sending ? leaseSeconds * 1000 : 0),
    cases: [],
  };
}

function factsOf(draft: Draft, available: bigint, nowMs: number): OrderFacts {
  const { price } = draft;
  const { accountId, environment, clientId, dialect, walletId, productId, operatorId, country } = draft;
  return {
    accountId,
    environment,
    clientId,
    dialect,
    walletId,
    productId,
    operatorId,
    country,
    id: draft.id,
    recipient: draft.recipient,
    amountMode: draft.amountMode,
    sendAmount: price.sendAmount,
    currency: price.sendCurrency,
    receiveAmount: price.receiveAmount,
    receiveCurrency: price.receiveCurrency,
    fxRate: price.fxRate,
    discount: price.discount,
    commission: price.commission,
    fee: price.fee,
    tax: price.tax,
    cost: price.cost,
    pricing: { ...JSON.parse(draft.terms.text), ...JSON.parse(draft.pricingText) } as OrderFacts['pricing'],
    balanceBefore: available,
    balanceAfter: available - price.cost,
    minimumReceive: draft.minimumReceive,
    deadlineAtMs: draft.deadlineSeconds === undefined ? undefined : nowMs + draft.deadlineSeconds * 1e3,
    createdAtMs: nowMs,
    private: draft.private,
  };
}
