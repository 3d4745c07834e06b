/**
 * The one way in. A dialect parses its request into `PlaceOrder` and renders the result; everything between is
 * here: product, price and route from memory, a draft into the next batch, and after its commit the hand-over to
 * dispatch. No success is told before the commit.
 */

import type { Operator, Product } from '../catalogue/catalogue.ts';
import { currencyOf } from '../core/currency.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { OrderId, WalletId } from '../core/ids.ts';
import type { Minor } from '../core/money.ts';
import { formatAmount } from '../core/money.ts';
import { remember } from '../core/remember.ts';
import { contentId } from '../platform/crypto.ts';
import { QueueFull } from '../platform/queue-full.ts';
import type { Price } from '../pricing/price.ts';
import type { Recipient } from '../routing/connector.ts';
import type { ChosenRoute } from '../routing/routes.ts';
import type { Acceptance } from './accept-store.ts';
import { acceptedOrder } from './accepted-order.ts';
import { sealPrivate } from './codec.ts';
import type { Draft, DraftAttempt } from './draft.ts';
import type { Engine } from './engine.ts';
import { hashInstruction } from './instruction.ts';
import { type Buyer, type Market, offerFor, type RateMode } from './market.ts';
import {
  type Dialect,
  type OrderPrivate,
  type OrderRecord,
  type PricingInputs,
  type PricingTerms,
  providerReference,
} from './order.ts';
import { offerQuoted, type Quote } from './quote.ts';

export interface PlaceOrder {
  readonly buyer: Buyer;
  readonly clientId: string;
  readonly dialect: Dialect;
  readonly productId: number;
  readonly walletCurrency: string;
  readonly recipient: Recipient;
  /** Country of the recipient's number, ISO 3166-1 alpha-2; undefined for e-mail recipients. */
  readonly recipientCountry: string | undefined;
  readonly amount: { readonly mode: 'send' | 'receive'; readonly minor: Minor };
  readonly rateMode: RateMode;
  readonly minimumReceive?: Minor;
  /** The client's own reference, one namespace per account for ever. */
  readonly reference: string | undefined;
  /** The price that was promised; product, currency and amount of the order are the quote's. */
  readonly quote?: Quote;
  /** Until when a refused order is tried again; undefined: without end. */
  readonly deadlineSeconds: number | undefined;
  readonly private: OrderPrivate;
}

export type Placed =
  | { readonly kind: 'placed'; readonly order: OrderRecord }
  /** The same reference and content as an earlier order: that order, and no effect. */
  | { readonly kind: 'replayed'; readonly orderId: OrderId }
  | Rejected;

interface Rejected {
  readonly kind: 'rejected';
  readonly code: ErrorCode;
  /** The order that holds the reference. */
  readonly orderId?: OrderId;
  /** What was needed and what there was, in minor units of `currency`. */
  readonly funds?: { readonly required: Minor; readonly available: Minor; readonly currency: string };
}

export async function placeOrder(engine: Engine, command: PlaceOrder): Promise<Placed> {
  const prints = fingerprints(engine, command);
  const placed = await placeNew(engine, command, prints);
  // What is sold and at what price changes; a reference that stands for an order answers with it for ever.
  return placed.kind === 'rejected' && prints.referenceHash !== undefined
    ? ((await standingOrder(engine, command, prints)) ?? placed)
    : placed;
}

/** A market has few: its rates, rules and fees, put together. */
const nameOfTerms = remember(contentId, 1_000);

/** One for all: refusing has to cost little. */
const CROWDED = new QueueFull('too many wait to be sent');

type Prints = ReturnType<typeof fingerprints>;

async function standingOrder(
  engine: Engine,
  command: PlaceOrder,
  prints: Prints,
): Promise<Placed | undefined> {
  const standing = await engine.store.findReference(command.buyer.accountId, prints.referenceHash ?? '');
  if (!standing) return undefined;
  const orderId = standing.orderId as OrderId; // references point at orders
  if (standing.fingerprint !== prints.fingerprint)
    return { kind: 'rejected', code: 'reference_reused', orderId };
  return standing.archived
    ? { kind: 'rejected', code: 'order_archived', orderId }
    : { kind: 'replayed', orderId };
}

async function placeNew(engine: Engine, command: PlaceOrder, prints: Prints): Promise<Placed> {
  const choice = await choose(engine, command);
  if (choice.kind === 'rejected') return choice;
  const { market, operator, route } = choice;
  const sendNow =
    !market.sendingBlocked &&
    engine.circuits.permit(route.provider, operator.id) &&
    engine.dispatcher.takeRoom(route.provider, 'new');
  if (!sendNow && (engine.dispatcher.isCrowded(route.provider) || engine.wakeups.isBehind)) throw CROWDED;
  let sending = false;
  try {
    const { draft, inputs } = draftOf(engine, command, { prints, choice, sendNow });
    const acceptance = await engine.intake.submit(draft);
    if (acceptance.outcome !== 'accepted') return declined(acceptance, draft);
    const order = acceptedOrder(draft, acceptance, inputs);
    sending = sendNow && acceptance.sending;
    if (sending) engine.dispatcher.send(order, 1, acceptance.startedAt);
    else engine.wakeups.soon();
    return { kind: 'placed', order };
  } finally {
    if (sendNow && !sending) engine.dispatcher.giveRoom(route.provider);
  }
}

/** What is sold, at which price, from which wallet and by which route, all of one moment of the market. */
interface Choice {
  readonly kind: 'chosen';
  readonly market: Market;
  readonly operator: Operator;
  readonly product: Product;
  readonly price: Price;
  readonly route: ChosenRoute;
  readonly walletId: WalletId;
}

async function choose(engine: Engine, command: PlaceOrder): Promise<Choice | Rejected> {
  const market = engine.market();
  const product = market.catalogue.product(command.productId);
  const operator = product && market.catalogue.operator(product.operatorId);
  if (!product || !operator) return { kind: 'rejected', code: 'product_not_found' };
  if (command.recipient.kind !== operator.recipient.kind)
    return { kind: 'rejected', code: 'invalid_recipient' };
  if (command.recipientCountry !== undefined && command.recipientCountry !== operator.country) {
    return { kind: 'rejected', code: 'invalid_recipient' };
  }
  const { quote, minimumReceive } = command;
  const offer = quote
    ? offerQuoted(market, quote, { ...command, operator, product, minimumReceive })
    : offerFor(market, { ...command, operator, product, minimumReceive });
  if (offer.kind === 'rejected') return offer;
  const { price, route } = offer;
  const walletId = await engine.wallets.find(command.buyer.accountId, command.walletCurrency);
  if (walletId === undefined) return { kind: 'rejected', code: 'wallet_not_found' };
  if (!market.routing.provider(route.provider)) return { kind: 'rejected', code: 'no_route' };
  return { kind: 'chosen', market, operator, product, price, route, walletId };
}

/** The order as it goes into a batch, and what its price is made of. */
function draftOf(
  engine: Engine,
  command: PlaceOrder,
  {
    prints,
    choice,
    sendNow,
  }: { readonly prints: Prints; readonly choice: Choice; readonly sendNow: boolean },
): { readonly draft: Draft; readonly inputs: PricingInputs } {
  const { market, operator, product, price, route, walletId } = choice;
  const id = engine.mint.next() as OrderId; // the mint makes ids of every kind
  const terms = pricingTerms(price, market);
  const own = ownInputs(price);
  const termsText = JSON.stringify(terms);
  const recipient = engine.sealRecipient(command.recipient);
  const draft: Draft = {
    id,
    fingerprint: prints.fingerprint,
    referenceHash: prints.referenceHash,
    recipientHash: recipient.hash,
    accountId: command.buyer.accountId,
    environment: command.buyer.environment,
    clientId: command.clientId,
    dialect: command.dialect,
    walletId,
    recipient: command.recipient,
    recipientSealed: recipient.sealed,
    productId: product.id,
    operatorId: operator.id,
    country: operator.country,
    amountMode: command.amount.mode,
    price,
    terms: { id: nameOfTerms(termsText), text: termsText },
    pricingText: JSON.stringify(own),
    minimumReceive: command.minimumReceive,
    deadlineSeconds: command.deadlineSeconds,
    private: command.private,
    privateSealed: sealPrivate(engine.vault, command.private),
    attempt: attemptFor(engine, price, {
      ...route,
      epoch: market.epoch,
      reference: providerReference({ epoch: market.epoch, number: 1 }, id),
      recipient: command.recipient,
    }),
    quoteId: command.quote?.id,
    sendNow,
  };
  return { draft, inputs: { ...terms, ...own } };
}

/** Keyed hash of what a provider is asked, and what it will cost there. */
function attemptFor(
  engine: Engine,
  price: Price,
  to: { epoch: number; provider: string; sku: string; reference: string; recipient: Recipient },
): DraftAttempt {
  return {
    epoch: to.epoch,
    provider: to.provider,
    sku: to.sku,
    instructionHash: hashInstruction(engine, {
      reference: to.reference,
      sku: to.sku,
      recipient: to.recipient,
      amount: price.receiveAmount,
      currency: price.receiveCurrency,
    }),
    providerCost: price.providerCost,
    providerCostWallet: price.providerCostInWallet,
  };
}

function fingerprints(engine: Engine, command: PlaceOrder) {
  const { recipient, amount, productId, walletCurrency, reference } = command;
  const asked = [
    recipient.kind,
    recipient.value,
    `${productId}`,
    amount.mode,
    `${amount.minor}`,
    walletCurrency,
  ];
  return {
    fingerprint: engine.vault.hash('order', ...asked),
    referenceHash: reference === undefined ? undefined : referenceHash(engine, reference),
  };
}

/** How a client's reference is stored and found. */
export function referenceHash(engine: Pick<Engine, 'vault'>, reference: string): string {
  return engine.vault.hash('reference', reference);
}

function declined(acceptance: Acceptance, draft: Draft): Placed {
  const orderId = acceptance.orderId as OrderId; // the function answers with ids of orders
  switch (acceptance.outcome) {
    case 'replayed':
      return { kind: 'replayed', orderId };
    case 'reused':
      return { kind: 'rejected', code: 'reference_reused', orderId };
    case 'archived':
      return { kind: 'rejected', code: 'order_archived', orderId };
    case 'insufficient_balance': {
      const { cost, sendCurrency } = draft.price;
      const funds = { required: cost, available: acceptance.balanceBefore ?? 0n, currency: sendCurrency };
      return { kind: 'rejected', code: 'insufficient_balance', funds };
    }
    case 'quote_expired':
    case 'quote_used':
    case 'recently_recharged':
    case 'daily_count_reached':
    case 'daily_amount_reached':
    case 'wallet_not_found':
    case 'account_inactive':
      return { kind: 'rejected', code: acceptance.outcome };
    case 'accepted':
      throw new Error('an accepted order is not declined');
  }
}

function pricingTerms(price: Price, market: Market): PricingTerms {
  return {
    fxMid: price.fxMid,
    fxMarginPercent: price.fxMarginPercent,
    fxVersion: price.fxVersion,
    rateMode: price.rateMode,
    ratePercent: price.ratePercent,
    rateRule: price.rateRule,
    feeFixed: formatAmount(price.feeFixed, currencyOf(price.sendCurrency).exponent),
    feePercent: price.feePercent,
    taxPercent: price.taxPercent,
    catalogueVersion: market.catalogue.version,
  };
}

/** What of the inputs is this order's alone. */
function ownInputs(price: Price): Omit<PricingInputs, keyof PricingTerms> {
  return {
    ...(price.shares.length > 0 && {
      shares: price.shares.map(({ accountId, percent, amount }) => {
        return { account: `${accountId}`, percent, amount: `${amount}` };
      }),
    }),
    rounding: price.rounding,
  };
}
