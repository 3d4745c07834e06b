/** An order at the moment of its acceptance. */
import type { Acceptance } from './accept-store.ts';
import type { Draft } from './draft.ts';
import type { OrderRecord, PricingInputs } from './order.ts';
import { newAttempt } from './settle-order.ts';

/** As the batch has just stored it: the same that reading it would give. */
export function acceptedOrder(draft: Draft, acceptance: Acceptance, pricing: PricingInputs): OrderRecord {
  const { price } = draft;
  const atMs = acceptance.acceptedAtMs;
  const balanceBefore = acceptance.balanceBefore ?? 0n;
  return {
    facts: {
      id: draft.id,
      accountId: draft.accountId,
      environment: draft.environment,
      clientId: draft.clientId,
      dialect: draft.dialect,
      walletId: draft.walletId,
      productId: draft.productId,
      operatorId: draft.operatorId,
      country: draft.country,
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
      pricing,
      balanceBefore,
      balanceAfter: balanceBefore - price.cost,
      minimumReceive: draft.minimumReceive,
      deadlineAtMs: draft.deadlineSeconds === undefined ? undefined : atMs + draft.deadlineSeconds * 1000,
      createdAtMs: atMs,
      private: draft.private,
    },
    progress: {
      state: acceptance.sending ? 'DISPATCHING' : 'ACCEPTED',
      fence: 1,
      attempt: 1,
      doubtSinceMs: undefined,
      failure: undefined,
      deliveredAmount: undefined,
      providerReference: undefined,
      completedAtMs: undefined,
      delayedAtMs: undefined,
    },
    attempts: [newAttempt(draft.attempt, { number: 1, atMs, sending: acceptance.sending })],
    adjustments: [],
    voucher: undefined,
  };
}
