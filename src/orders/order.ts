/**
 * An order is the customer's wish; an attempt is one try of it at one provider.
 *
 * What was asked (`OrderFacts`) is frozen when the order is accepted: request, price, every input of the price,
 * balance before and after. Where it stands (`Progress`) changes by steps that `decide.ts` makes and one SQL
 * function applies. DELIVERED, FAILED and CANCELLED are terminal: after them only linked adjustments follow.
 *
 *     ACCEPTED -> DISPATCHING -> DELIVERED | FAILED
 *                 DISPATCHING -> IN_DOUBT -> DELIVERED | FAILED | DISPATCHING | REVIEW
 *     ACCEPTED -> CANCELLED                  REVIEW -> DELIVERED | FAILED
 */
import type { AccountId, OrderId, WalletId } from '../core/ids.ts';
import type { Minor } from '../core/money.ts';
import type { Evidence, FailureCode, Recipient, Voucher } from '../routing/connector.ts';
import type { AttemptState } from './attempt.ts';

export type OrderState =
  | 'ACCEPTED'
  | 'DISPATCHING'
  | 'IN_DOUBT'
  | 'REVIEW'
  | 'DELIVERED'
  | 'FAILED'
  | 'CANCELLED';

export const TERMINAL_STATES = ['DELIVERED', 'FAILED', 'CANCELLED'] as const satisfies readonly OrderState[];

export function isTerminal(state: OrderState): boolean {
  return (TERMINAL_STATES as readonly OrderState[]).includes(state);
}

export type Dialect = 'reloadly' | 'octopus' | 'a1topup' | 'recharge' | 'native';

/** Personal data around an order, kept sealed in its one erasable column. */
export interface OrderPrivate {
  readonly reference?: string;
  readonly sender?: string;
  readonly senderCountry?: string;
  readonly clientAddress?: string;
  readonly userAgent?: string;
  readonly requestId?: string;
  /** Where the customer wants to hear of the outcome. */
  readonly notificationEmail?: string;
}

/** Frozen at accept. Amounts are minor units of the currency that stands beside them. */
export interface OrderFacts {
  readonly id: OrderId;
  readonly accountId: AccountId;
  readonly environment: 'sandbox' | 'live';
  readonly clientId: string;
  readonly dialect: Dialect;
  readonly walletId: WalletId;
  readonly productId: number;
  readonly operatorId: number;
  readonly country: string;
  /** Undefined once the person has been erased. */
  readonly recipient: Recipient | undefined;
  readonly amountMode: 'send' | 'receive';
  readonly sendAmount: Minor;
  readonly currency: string;
  readonly receiveAmount: Minor;
  readonly receiveCurrency: string;
  /** Receive currency per one unit of the wallet's, margin included. */
  readonly fxRate: string;
  readonly discount: Minor;
  readonly commission: Minor;
  readonly fee: Minor;
  readonly tax: Minor;
  readonly cost: Minor;
  readonly pricing: PricingInputs;
  readonly balanceBefore: Minor;
  readonly balanceAfter: Minor;
  readonly minimumReceive: Minor | undefined;
  readonly deadlineAtMs: number | undefined;
  readonly createdAtMs: number;
  readonly private: OrderPrivate;
}

/** What the price of an order was made of, the same for many orders; decimal strings. */
export interface PricingTerms {
  readonly fxMid: string;
  readonly fxMarginPercent: string;
  readonly fxVersion: string;
  readonly rateMode: 'discount' | 'commission';
  readonly ratePercent: string;
  readonly rateRule: string;
  readonly feeFixed: string;
  readonly feePercent: string;
  readonly taxPercent: string;
  readonly catalogueVersion: string;
}

/** The inputs of a price that have no column of their own. Nothing here is recomputed later. */
export interface PricingInputs extends PricingTerms {
  /** What accounts above the buyer keep, the root of the tree first; absent where there are none. */
  readonly shares?: readonly ShareInput[];
  /** Exact minus booked figure, as `n/d` of one minor unit; figures that came out even are absent. */
  readonly rounding: Readonly<Record<string, string>>;
}

/** `amount`: minor units of the order's currency. */
export interface ShareInput {
  readonly account: string;
  readonly percent: string;
  readonly amount: string;
}

export interface Progress {
  readonly state: OrderState;
  readonly fence: number;
  /** Number of the last attempt. */
  readonly attempt: number;
  readonly doubtSinceMs: number | undefined;
  readonly failure: FailureCode | undefined;
  readonly deliveredAmount: Minor | undefined;
  readonly providerReference: string | undefined;
  readonly completedAtMs: number | undefined;
  /** When it was told that the order is still under way, long after it was accepted. */
  readonly delayedAtMs: number | undefined;
}

export interface DatedEvidence extends Evidence {
  readonly receivedAtMs: number;
}

export interface Attempt {
  readonly number: number;
  readonly provider: string;
  readonly sku: string;
  readonly epoch: number;
  readonly instructionHash: string;
  readonly providerCost: Minor;
  readonly providerCostWallet: Minor;
  readonly state: AttemptState;
  readonly createdAtMs: number;
  readonly sentAtMs: number | undefined;
  readonly evidence: readonly DatedEvidence[];
}

export type AdjustmentCause =
  | 'OPERATOR_REVERSAL'
  | 'LATE_DELIVERY'
  | 'PARTIAL'
  | 'DISPUTE_REFUND'
  | 'CORRECTION';

export interface Adjustment {
  readonly id: bigint;
  readonly cause: AdjustmentCause;
  /** What the customer's wallet gained. */
  readonly amount: Minor;
  readonly currency: string;
  readonly createdAtMs: number;
}

/** Everything about one order. Dialects render it; the engine decides on it. */
export interface OrderRecord {
  readonly facts: OrderFacts;
  readonly progress: Progress;
  readonly attempts: readonly Attempt[];
  readonly adjustments: readonly Adjustment[];
  readonly voucher: Voucher | undefined;
}

export function attemptOf(order: OrderRecord, number: number): Attempt | undefined {
  return order.attempts.find((attempt) => attempt.number === number);
}

/** Our reference at a provider: unique for ever, because the epoch is raised after a restore. */
export function providerReference(attempt: { epoch: number; number: number }, orderId: bigint): string {
  return `${attempt.epoch}-${orderId}-${attempt.number}`;
}

export function parseProviderReference(
  text: string,
): { epoch: number; orderId: OrderId; attempt: number } | undefined {
  const match = /^(\d{1,9})-(\d{1,16})-(\d{1,4})$/.exec(text);
  if (!match) return undefined;
  // The pattern has the three groups, and an order id is whatever the reference says until the store is asked.
  return {
    epoch: Number(match[1]),
    orderId: BigInt(match[2] as string) as OrderId,
    attempt: Number(match[3]),
  };
}
