/**
 * From the request of `POST /v1/orders` to the one command. Reads and refuses what cannot be read; what is sold, to
 * whom and for how much is decided behind `placeOrder`.
 */
import type { Operator } from '../../../catalogue/catalogue.ts';
import { normaliseEmail } from '../../../catalogue/email.ts';
import { inputsOf, readInputs } from '../../../catalogue/inputs.ts';
import { parseE164 } from '../../../catalogue/phone.ts';
import { assert, unreachable } from '../../../core/assert.ts';
import { currency as currencyByCode } from '../../../core/currency.ts';
import { Refusal } from '../../../core/errors.ts';
import { type Minor, parseAmount } from '../../../core/money.ts';
import type { Caller } from '../../../identity/clients.ts';
import type { Market } from '../../../orders/market.ts';
import type { OrderPrivate } from '../../../orders/order.ts';
import type { PlaceOrder } from '../../../orders/place-order.ts';
import type { Quote } from '../../../orders/quote.ts';
import type { OrderPlacement, OrderRequest } from '../wire-orders.ts';
import { DEADLINE_SECONDS_DEFAULT, REFERENCE_CHARS_MAX } from '../wire-orders.ts';
import type { QuoteAsked } from '../wire-quotes.ts';
import { money } from './render.ts';
import { readIdempotencyKey } from './request-headers.ts';

const REFERENCE_HEADER = 'Idempotency-Key';

export interface OrderOrigin {
  readonly caller: Caller;
  readonly reference: string;
  readonly private: Omit<OrderPrivate, 'reference'>;
}

export function commandOf(market: Market, body: OrderRequest, origin: OrderOrigin): PlaceOrder {
  const { caller, reference } = origin;
  const { product, operator, walletCurrency, amount, minimumReceive } = readPriced(market, body);
  const { recipient, recipientCountry } = readRecipient(body.recipient, operator);
  return {
    buyer: caller,
    clientId: caller.clientId,
    dialect: 'native',
    productId: product.id,
    walletCurrency,
    recipient,
    recipientCountry,
    amount,
    rateMode: 'discount',
    ...(minimumReceive === undefined ? {} : { minimumReceive }),
    reference,
    deadlineSeconds: body.deadline_seconds ?? DEADLINE_SECONDS_DEFAULT,
    private: { ...origin.private, reference },
  };
}

/** What a price is made from: product, amount and the wallet that pays. Throws a Refusal. */
export function readPriced(market: Market, asked: QuoteAsked) {
  const product = market.catalogue.product(asked.product);
  if (!product) throw new Refusal('product_not_found');
  const operator = market.catalogue.operator(product.operatorId);
  assert(operator, `product ${product.id} has an operator`);
  const { walletCurrency, mode } = readPayment(asked, operator.currency);
  const { minimum_delivered: minimum } = asked;
  return {
    product,
    operator,
    walletCurrency,
    amount: { mode, minor: readAmount(asked.amount, 'amount.value') },
    minimumReceive: minimum && readMinimum(minimum, operator.currency),
  };
}

/**
 * An order that names a quote, as the order that the quote was made for. What it names beside the quote must be the
 * quote's own.
 */
export function withQuote(body: OrderPlacement, quote: Quote | undefined): OrderRequest {
  const { quote: _, product, amount, ...rest } = body;
  if (!quote) {
    if (product === undefined) throw wrong('product', 'is required without a quote');
    if (amount === undefined) throw wrong('amount', 'is required without a quote');
    return { ...rest, product, amount };
  }
  const { price, amountMode, walletCurrency, productId } = quote;
  const quoted =
    amountMode === 'send'
      ? money(price.sendAmount, price.sendCurrency)
      : money(price.receiveAmount, price.receiveCurrency);
  if (product !== undefined && product !== productId)
    throw wrong('product', 'is another than the quote is for');
  if (
    amount &&
    (amount.currency !== quoted.currency || readAmount(amount, 'amount.value') !== readAmount(quoted, ''))
  ) {
    throw wrong('amount', 'is another than the quote is for');
  }
  if (rest.pay_with !== undefined && rest.pay_with !== walletCurrency) {
    throw wrong('pay_with', 'is another than the quote is for');
  }
  return { ...rest, product: productId, amount: quoted, pay_with: walletCurrency };
}

/** The one reference of header and body: one of them is required, and given both they must agree. */
export function readReference(inBody: string | undefined, header: string | undefined): string {
  if (header === undefined) {
    if (inBody === undefined)
      throw wrong('reference', `is required, here or as the header ${REFERENCE_HEADER}`);
    return inBody;
  }
  const key = readIdempotencyKey(header);
  if (key === undefined || key === '' || key.length > REFERENCE_CHARS_MAX) {
    throw wrong(REFERENCE_HEADER, `must be 1 to ${REFERENCE_CHARS_MAX} printable ASCII characters`);
  }
  if (inBody !== undefined && inBody !== key)
    throw wrong(REFERENCE_HEADER, 'is another than the reference in the body');
  return key;
}

/** What the operator asks for, and nothing else. */
function readRecipient(given: OrderRequest['recipient'], operator: Operator) {
  const { recipient: rule } = operator;
  const names = inputsOf(rule).map(({ name }) => name);
  for (const name of Object.keys(given) as (keyof typeof given)[]) {
    if (!names.includes(name)) throw badRecipient(name, `this operator wants ${names.join(' and ')}`);
  }
  switch (rule.kind) {
    case 'phone': {
      const number = parseE164(given.phone ?? '');
      if (!number) throw badRecipient('phone', 'is not a valid number in E.164');
      if (number.country !== operator.country)
        throw badRecipient('phone', `is not a number of ${operator.country}`);
      return { recipient: { kind: 'phone', value: number.e164 }, recipientCountry: number.country } as const;
    }
    case 'email': {
      const address = normaliseEmail(given.email ?? '', operator);
      if (address === undefined) throw badRecipient('email', 'is not an address that this operator serves');
      return { recipient: { kind: 'email', value: address }, recipientCountry: undefined } as const;
    }
    case 'player':
    case 'account': {
      const read = readInputs(rule, given);
      if (read.kind === 'wrong') throw badRecipient(read.field.name, read.issue);
      return { recipient: { kind: rule.kind, value: read.value }, recipientCountry: undefined } as const;
    }
    default:
      return unreachable(rule);
  }
}

function badRecipient(field: string, issue: string): Refusal {
  return new Refusal('invalid_recipient', { issues: [{ field: `recipient.${field}`, issue }] });
}

/**
 * Which wallet pays and which of the two amounts is meant. An amount in a wallet's currency is what is sent; one in
 * the operator's currency is what is received, unless the paying wallet has that currency: then they are the same.
 */
function readPayment({ amount, pay_with }: QuoteAsked, operatorCurrency: string) {
  const walletCurrency = pay_with ?? amount.currency;
  if (amount.currency === walletCurrency) return { walletCurrency, mode: 'send' } as const;
  if (amount.currency !== operatorCurrency) {
    throw wrong(
      'amount.currency',
      `must be that of the wallet (${walletCurrency}) or of the operator (${operatorCurrency})`,
    );
  }
  return { walletCurrency, mode: 'receive' } as const;
}

function readAmount({ value, currency }: OrderRequest['amount'], field: string): Minor {
  const known = currencyByCode(currency);
  if (!known) throw wrong(field.replace('value', 'currency'), 'is not a currency of ISO 4217');
  const minor = parseAmount(value, known.exponent);
  if (minor === undefined || minor <= 0n) {
    const issue = `must be above zero with at most ${known.exponent} digits after the point`;
    throw new Refusal('invalid_amount', { issues: [{ field, issue }] });
  }
  return minor;
}

function readMinimum(asked: OrderRequest['amount'], operatorCurrency: string): Minor {
  if (asked.currency !== operatorCurrency) {
    throw wrong('minimum_delivered.currency', `must be the operator's: ${operatorCurrency}`);
  }
  return readAmount(asked, 'minimum_delivered.value');
}

function wrong(field: string, issue: string): Refusal {
  return new Refusal('invalid_request', { issues: [{ field, issue }] });
}
