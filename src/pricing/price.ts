/**
 * The price of an order, from values alone. Amounts are minor units; each figure is computed exactly and rounded
 * once, half to even, and what rounding left out is kept beside it. Everything that went in comes out again: the
 * order stores it, and nothing is computed a second time.
 *
 *   send, receive   one is given, the other follows by the rate (mid rate less margin)
 *   discount        per cent of send, taken off at once; or
 *   commission      per cent of send, credited at delivery
 *   shares          what accounts above the buyer keep, per cent of send, owed to them at delivery
 *   fee             fixed, plus per cent of send
 *   tax             per cent of send - discount + fee
 *   cost            send - discount + fee + tax: what is held and captured
 *   provider cost   per cent of receive, in the operator's currency, and at the mid rate in the wallet's
 */

import type { Denomination } from '../catalogue/catalogue.ts';
import { assert } from '../core/assert.ts';
import type { ErrorCode } from '../core/errors.ts';
import { MINOR_MAX, type Minor } from '../core/money.ts';
import { type Conversion, effectiveRate, listFixed, minorRate, receiveFor, sendFor } from './conversion.ts';
import { addPercent } from './percent.ts';
import { providerCostOf } from './provider-cost.ts';
import { SAME_CURRENCY } from './rates.ts';
import { multiply, percentOf, type Ratio, round } from './ratio.ts';
import type { SharePercent } from './reseller-tree.ts';

export interface PriceInput extends Conversion {
  /** `send`: minor units of the wallet's currency; `receive`: of the operator's. */
  readonly amount: { readonly mode: 'send' | 'receive'; readonly minor: Minor };
  readonly denomination: Denomination;
  readonly priceRate: {
    /** What the buyer gets. */
    readonly percent: string;
    readonly ruleId: string;
    readonly mode: 'discount' | 'commission';
    /** What is kept above the buyer, the root of the tree first. */
    readonly shares?: readonly SharePercent[];
  };
  /** In the wallet's currency; the percentage is of what is sent. */
  readonly fee: { readonly fixed: Minor; readonly percent: string };
  readonly taxPercent: string;
  /** Of the face value. */
  readonly providerCostPercent: string;
  /** In the operator's currency. */
  readonly minimumDelivered?: Minor;
}

/** What an account above the buyer keeps: its points of the percentage, and minor units of the wallet's currency. */
export interface Share extends SharePercent {
  readonly amount: Minor;
}

export type RoundedFigure =
  | 'sendAmount'
  | 'receiveAmount'
  | 'discount'
  | 'commission'
  | 'shares'
  | 'fee'
  | 'tax'
  | 'providerCost'
  | 'providerCostInWallet';

export interface Price {
  readonly sendAmount: Minor;
  readonly sendCurrency: string;
  readonly receiveAmount: Minor;
  readonly receiveCurrency: string;
  /** Margin included: what the customer's amount is converted at. */
  readonly fxRate: string;
  readonly fxMid: string;
  readonly fxMarginPercent: string;
  readonly fxVersion: string;
  readonly rateMode: 'discount' | 'commission';
  readonly ratePercent: string;
  readonly rateRule: string;
  readonly discount: Minor;
  readonly commission: Minor;
  readonly shares: readonly Share[];
  readonly feeFixed: Minor;
  readonly feePercent: string;
  readonly fee: Minor;
  readonly taxPercent: string;
  readonly tax: Minor;
  readonly cost: Minor;
  readonly providerCostPercent: string;
  /** In the receive currency. */
  readonly providerCost: Minor;
  readonly providerCostInWallet: Minor;
  /** Exact minus rounded, `n/d` of one minor unit, |n/d| <= 1/2. A figure that came out even is absent. */
  readonly rounding: Readonly<Partial<Record<RoundedFigure, string>>>;
}

export type PriceOutcome =
  | { readonly kind: 'priced'; readonly price: Price }
  | { readonly kind: 'rejected'; readonly code: ErrorCode };

export function quotePrice(input: PriceInput): PriceOutcome {
  if (input.amount.minor <= 0n) return rejected('invalid_amount');
  const fxRate = effectiveRate(input);
  if (fxRate === undefined) return rejected('rate_unavailable');
  const minor = minorRate(input, fxRate);

  const rounding: Partial<Record<RoundedFigure, string>> = {};
  const keep = (figure: RoundedFigure, rounded: { value: bigint; remainder: string | undefined }): Minor => {
    if (rounded.remainder !== undefined) rounding[figure] = rounded.remainder;
    return rounded.value;
  };

  const amounts = settleAmounts(input, minor, keep);
  if (amounts.kind === 'rejected') return amounts;
  const { send, receive } = amounts;
  if (input.minimumDelivered !== undefined && receive < input.minimumDelivered) {
    return rejected('delivered_below_minimum');
  }

  const { priceRate, fee: feeTerms } = input;
  const share = part(send, priceRate.percent);
  const discount = priceRate.mode === 'discount' ? keep('discount', round(share)) : 0n;
  const commission = priceRate.mode === 'commission' ? keep('commission', round(share)) : 0n;
  const { shares, remainder } = sharesOf(send, priceRate.percent, priceRate.shares ?? []);
  if (remainder !== undefined) rounding.shares = remainder;
  const fee = feeTerms.fixed + keep('fee', round(part(send, feeTerms.percent)));
  const tax = keep('tax', round(part(send - discount + fee, input.taxPercent)));
  const cost = send - discount + fee + tax;
  // A discount that rounds up to the whole of a few cents: nothing would be held, so nothing is sold.
  if (cost <= 0n) return rejected('invalid_amount');
  // A fee as high as the column of its rule lets it be.
  if (cost > MINOR_MAX) return rejected('invalid_amount');

  const same = input.wallet.currency === input.operator.currency;
  const fxMid = same ? '1' : (input.exchange?.mid ?? fxRate);
  const provider = providerCostOf(input, {
    receiveAmount: receive,
    percent: input.providerCostPercent,
    mid: fxMid,
  });
  const providerCost = keep('providerCost', provider.cost);
  const providerCostInWallet = keep('providerCostInWallet', provider.inWallet);

  assert(commission >= 0n && discount >= 0n && fee >= 0n && tax >= 0n, 'a part of the price is negative');
  return {
    kind: 'priced',
    price: {
      sendAmount: send,
      sendCurrency: input.wallet.currency,
      receiveAmount: receive,
      receiveCurrency: input.operator.currency,
      fxRate,
      fxMid,
      fxMarginPercent: same ? '0' : (input.exchange?.marginPercent ?? '0'),
      fxVersion: same ? SAME_CURRENCY : (input.exchange?.version ?? SAME_CURRENCY),
      rateMode: priceRate.mode,
      ratePercent: priceRate.percent,
      rateRule: priceRate.ruleId,
      discount,
      commission,
      shares,
      feeFixed: feeTerms.fixed,
      feePercent: feeTerms.percent,
      fee,
      taxPercent: input.taxPercent,
      tax,
      cost,
      providerCostPercent: input.providerCostPercent,
      providerCost,
      providerCostInWallet,
      rounding,
    },
  };
}

type Amounts = { readonly kind: 'settled'; readonly send: Minor; readonly receive: Minor };
type Rejected = { readonly kind: 'rejected'; readonly code: ErrorCode };

/**
 * Both amounts, checked against what the product is sold for. The amount that was asked for is never changed; a
 * sent amount that is listed for a fixed one delivers exactly the fixed one.
 */
function settleAmounts(
  input: PriceInput,
  minor: Ratio,
  keep: (figure: RoundedFigure, rounded: ReturnType<typeof round>) => Minor,
): Amounts | Rejected {
  const { amount, denomination } = input;
  if (amount.mode === 'receive') {
    if (!isSold(amount.minor, denomination)) return rejected('amount_out_of_range');
    const send = keep('sendAmount', sendFor(amount.minor, minor));
    // Worth less than half a minor unit of the wallet's currency.
    return send > 0n ? { kind: 'settled', send, receive: amount.minor } : rejected('invalid_amount');
  }
  if (denomination.kind === 'fixed') {
    const listed = listFixed(input, denomination.amounts).find(({ send }) => send === amount.minor);
    if (!listed) return rejected('amount_out_of_range');
    keep('sendAmount', sendFor(listed.receive, minor));
    return { kind: 'settled', ...listed };
  }
  const receive = receiveFor(amount.minor, minor);
  if (!isSold(receive.value, denomination)) return rejected('amount_out_of_range');
  return { kind: 'settled', send: amount.minor, receive: keep('receiveAmount', receive) };
}

function isSold(receive: Minor, denomination: Denomination): boolean {
  if (denomination.kind === 'fixed') return denomination.amounts.includes(receive);
  return receive >= denomination.min && receive <= denomination.max;
}

/**
 * From the buyer up, each account's share is the difference between two rounded amounts: what everyone up to it gets,
 * less what everyone below it gets. So buyer and shares add up to the root's percentage of the whole, rounded once.
 */
function sharesOf(
  send: Minor,
  buyerPercent: string,
  kept: readonly SharePercent[],
): { readonly shares: readonly Share[]; readonly remainder: string | undefined } {
  if (kept.length === 0) return { shares: [], remainder: undefined };
  let percent = buyerPercent;
  let below = round(part(send, percent));
  const shares: Share[] = [];
  for (const share of kept.toReversed()) {
    percent = addPercent(percent, share.percent);
    const upTo = round(part(send, percent));
    shares.unshift({ ...share, amount: upTo.value - below.value });
    below = upTo;
  }
  return { shares, remainder: below.remainder };
}

/** So many per cent of an amount, exactly. */
function part(of: Minor, percent: string): Ratio {
  return multiply({ over: of, under: 1n }, percentOf(percent));
}

function rejected(code: ErrorCode): Rejected {
  return { kind: 'rejected', code };
}
