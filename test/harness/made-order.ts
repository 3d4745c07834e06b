/** Orders made up for tests of the pure core: an order of 15 USD to Haiti, costing 13.20, as it stands. */
import type { AccountId, OrderId, WalletId } from '../../src/core/ids.ts';
import type { Attempt, DatedEvidence, OrderRecord, OrderState } from '../../src/orders/order.ts';
import { DELAYED_AFTER_MS } from '../../src/orders/schedule.ts';
import type { Capability, Evidence } from '../../src/routing/connector.ts';

export const NOW_MS = Date.UTC(2026, 10, 21, 12);

/** Trusts as the sandbox's record does: NOT_FOUND counts 8 s after the send, twice, 5 s apart. */
export const CAPABILITY: Capability = {
  idempotentSubmit: 'claimed',
  statusByOurReference: true,
  notFoundIsProof: true,
  sendDeadlineSeconds: 3,
  longestPauseSeconds: 2,
  settleHorizonSeconds: 3,
  notFoundSpacingSeconds: 5,
  reversal: 'advice',
  callbacks: 'signed',
  refusedCodes: {
    NO_SUCH_NUMBER: { failure: 'recipient_invalid', retryable: false },
    OUT_OF_SERVICE: { failure: 'operator_unavailable', retryable: true },
  },
  pendingCodes: ['QUEUED'],
  maxInflight: 10,
};

export function evidence(verdict: Evidence['verdict'], more: Partial<DatedEvidence> = {}): DatedEvidence {
  return { source: 'query', verdict, receivedAtMs: NOW_MS, ...more };
}

export interface MadeOrder {
  readonly state?: OrderState;
  readonly attempts?: readonly Partial<Attempt>[];
  readonly deadlineInMs?: number | undefined;
  readonly ageMs?: number;
  readonly doubtForMs?: number;
  readonly commission?: bigint;
  /** Nobody has been told yet that it takes long. */
  readonly undelayed?: true;
}

export function madeOrder(made: MadeOrder = {}): OrderRecord {
  const createdAtMs = NOW_MS - (made.ageMs ?? 0);
  const attempts = (made.attempts ?? [{}]).map(
    (attempt, index): Attempt => ({
      number: index + 1,
      provider: 'p',
      sku: 'airtime:173',
      epoch: 1,
      instructionHash: '00000000-0000-0000-0000-000000000000',
      providerCost: 180675n,
      providerCostWallet: 1380n,
      state: 'SENDING',
      createdAtMs,
      sentAtMs: createdAtMs,
      evidence: [],
      ...attempt,
    }),
  );
  return {
    facts: {
      id: 244179353964608n as OrderId,
      accountId: 1001n as AccountId,
      environment: 'sandbox',
      clientId: 'client',
      dialect: 'native',
      walletId: 5001n as WalletId,
      productId: 173,
      operatorId: 173,
      country: 'HT',
      recipient: { kind: 'phone', value: '+50936377111' },
      amountMode: 'send',
      sendAmount: 1500n,
      currency: 'USD',
      receiveAmount: 196386n,
      receiveCurrency: 'HTG',
      fxRate: '130.924',
      discount: 180n,
      commission: made.commission ?? 0n,
      fee: 0n,
      tax: 0n,
      cost: 1320n,
      pricing: {
        fxMid: '130.924',
        fxMarginPercent: '0',
        fxVersion: 'v',
        rateMode: 'discount',
        ratePercent: '12',
        rateRule: 'operator:173',
        feeFixed: '0.00',
        feePercent: '0',
        taxPercent: '0',
        catalogueVersion: 'v',
        rounding: {},
      },
      balanceBefore: 1_000_000n,
      balanceAfter: 998_680n,
      minimumReceive: undefined,
      deadlineAtMs: made.deadlineInMs === undefined ? undefined : NOW_MS + made.deadlineInMs,
      createdAtMs,
      private: {},
    },
    progress: {
      state: made.state ?? 'DISPATCHING',
      fence: 1,
      attempt: attempts.length,
      doubtSinceMs: made.doubtForMs === undefined ? undefined : NOW_MS - made.doubtForMs,
      failure: undefined,
      deliveredAmount: made.state === 'DELIVERED' ? 196386n : undefined,
      providerReference: undefined,
      completedAtMs: undefined,
      // Told already where the order is old enough, so that a test sees what follows.
      delayedAtMs: (made.ageMs ?? 0) >= DELAYED_AFTER_MS && !made.undelayed ? NOW_MS : undefined,
    },
    attempts,
    adjustments: [],
    voucher: undefined,
  };
}
