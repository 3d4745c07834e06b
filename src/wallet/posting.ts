/**
 * Every posting of an order as a recipe (docs/MONEY.md tells them in prose). Pure: a recipe takes figures and
 * returns transfers; SQL posts them. A transfer touches at most the one wallet of its account; every other leg is
 * a platform account whose balance is the sum of its transfers:
 *
 * - `clearing`: money that came from or went to the outside
 * - `revenue`: what customers paid less what it cost, so its balance is the margin
 * - `exchange`: the bridge between two currencies
 * - `payable:<provider>` or `float:<provider>`: owed to a provider, or paid ahead
 * - `share:<account>`: what an account above the customer in a reseller tree has earned and was not paid yet
 * - `loss`: deliveries that nobody paid for
 */
import { assert } from '../core/assert.ts';
import { divideHalfEven, type Minor } from '../core/money.ts';

export type LedgerAccount =
  | 'wallet'
  | 'clearing'
  | 'revenue'
  | 'exchange'
  | 'loss'
  | `share:${bigint}`
  | `payable:${string}`
  | `float:${string}`;

export type PostingKind =
  | 'funding'
  | 'capture'
  | 'commission'
  | 'share'
  | 'cost_exchange'
  | 'cost'
  | 'refund'
  | 'commission_clawback'
  | 'share_refund'
  | 'cost_refund_exchange'
  | 'cost_refund'
  | 'share_payout'
  | 'plan_fee'
  | 'commission_payout'
  | 'correction'
  | 'loss';

/** One immutable movement: `amount` minor units of `currency` from the debit leg to the credit leg. */
export interface Posting {
  readonly kind: PostingKind;
  readonly debit: LedgerAccount;
  readonly credit: LedgerAccount;
  readonly amount: Minor;
  readonly currency: string;
  /** Which of several of its kind; 0 unless given. */
  readonly seq?: number;
}

/** What an order moves, frozen when it was accepted and when its attempt was made. */
export interface OrderFigures {
  readonly cost: Minor;
  readonly commission: Minor;
  /** What accounts above the customer earn, in the wallet's currency. */
  readonly shares: readonly { readonly accountId: bigint; readonly amount: Minor }[];
  readonly currency: string;
  /** What the provider is owed, in its own currency. */
  readonly providerCost: Minor;
  readonly providerCurrency: string;
  /** The same at the mid rate of the order's price, in the wallet's currency. */
  readonly providerCostWallet: Minor;
}

/** DELIVERED: the hold becomes revenue; the provider's cost, the commission and what resellers earn come out of it. */
export function capturePostings(figures: OrderFigures, providerAccount: LedgerAccount): Posting[] {
  assert(figures.cost > 0n, 'a capture moves something');
  assert(figures.commission <= figures.cost, 'a commission is part of the cost');
  const { cost, commission, currency } = figures;
  return positive([
    { kind: 'capture', debit: 'wallet', credit: 'revenue', amount: cost, currency },
    { kind: 'commission', debit: 'revenue', credit: 'wallet', amount: commission, currency },
    ...figures.shares.map(({ accountId, amount }, seq): Posting => {
      return { kind: 'share', seq, debit: 'revenue', credit: `share:${accountId}`, amount, currency };
    }),
    ...(figures.providerCurrency === currency
      ? [leg('cost', 'revenue', providerAccount, figures.providerCost, currency)]
      : [
          leg('cost_exchange', 'revenue', 'exchange', figures.providerCostWallet, currency),
          leg('cost', 'exchange', providerAccount, figures.providerCost, figures.providerCurrency),
        ]),
  ]);
}

/** The mirror image of a capture, for the whole of `figures` or for the part that was taken back. */
export function refundPostings(figures: OrderFigures, providerAccount: LedgerAccount): Posting[] {
  const { cost, commission, currency } = figures;
  return positive([
    { kind: 'refund', debit: 'revenue', credit: 'wallet', amount: cost, currency },
    { kind: 'commission_clawback', debit: 'wallet', credit: 'revenue', amount: commission, currency },
    ...figures.shares.map(({ accountId, amount }, seq): Posting => {
      return { kind: 'share_refund', seq, debit: `share:${accountId}`, credit: 'revenue', amount, currency };
    }),
    ...(figures.providerCurrency === currency
      ? [leg('cost_refund', providerAccount, 'revenue', figures.providerCost, currency)]
      : [
          leg('cost_refund_exchange', 'exchange', 'revenue', figures.providerCostWallet, currency),
          leg('cost_refund', providerAccount, 'exchange', figures.providerCost, figures.providerCurrency),
        ]),
  ]);
}

/** LATE_DELIVERY: delivered after all, and nobody pays: the platform's loss, never the customer's. */
export function lateDeliveryPostings(figures: OrderFigures, providerAccount: LedgerAccount): Posting[] {
  return positive([leg('loss', 'loss', providerAccount, figures.providerCost, figures.providerCurrency)]);
}

/** CORRECTION: between the platform and the customer alone. Below zero it takes back what was given in error. */
export function correctionPostings({ cost, currency }: OrderFigures): Posting[] {
  assert(cost !== 0n, 'a correction moves something');
  return cost > 0n
    ? [leg('correction', 'revenue', 'wallet', cost, currency)]
    : [leg('correction', 'wallet', 'revenue', -cost, currency)];
}

/**
 * The part of the figures that was not delivered: each is the whole less its share `delivered / ordered`, rounded
 * half to even, so that what stays and what goes back add up to the whole.
 */
export function undeliveredPart(
  figures: OrderFigures,
  share: { delivered: Minor; ordered: Minor },
): OrderFigures {
  assert(
    share.ordered > 0n && share.delivered >= 0n && share.delivered <= share.ordered,
    'a share is at most the whole',
  );
  const part = (amount: Minor) => amount - divideHalfEven(amount * share.delivered, share.ordered).quotient;
  return {
    ...figures,
    cost: part(figures.cost),
    commission: part(figures.commission),
    shares: figures.shares.map((earned) => ({ ...earned, amount: part(earned.amount) })),
    providerCost: part(figures.providerCost),
    providerCostWallet: part(figures.providerCostWallet),
  };
}

/** What is left of an order's figures after an earlier refund: what a later reversal gives back. */
export function remainingPart(figures: OrderFigures, refunded: OrderFigures): OrderFigures {
  return {
    ...figures,
    cost: figures.cost - refunded.cost,
    commission: figures.commission - refunded.commission,
    shares: figures.shares.map((share, level) => ({
      ...share,
      amount: share.amount - (refunded.shares[level]?.amount ?? 0n),
    })),
    providerCost: figures.providerCost - refunded.providerCost,
    providerCostWallet: figures.providerCostWallet - refunded.providerCostWallet,
  };
}

function leg(
  kind: PostingKind,
  debit: LedgerAccount,
  credit: LedgerAccount,
  amount: Minor,
  currency: string,
): Posting {
  return { kind, debit, credit, amount, currency };
}

/** A free part (no commission, no cost) posts nothing: a transfer moves at least one minor unit. */
function positive(postings: readonly Posting[]): Posting[] {
  return postings
    .filter((posting) => posting.amount !== 0n)
    .map((posting) => {
      assert(posting.amount > 0n, `a ${posting.kind} cannot be negative`);
      return posting;
    });
}
