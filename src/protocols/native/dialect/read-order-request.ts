/**
 * From the request of `POST /v1/orders` to the one command. Reads and refuses what cannot be read; what is sold, to
 * whom and for how much is decided behind `placeOrder`.
 */
import type { Operator } from '../../../catalogue/catalogue.ts';
import { normaliseEmail } from '../../../catalogue/email.ts';
import { parseE164 } from '../../../catalogue/phone.ts';
import { assert } from '../../../core/assert.ts';
import { currency as currencyByCode } from '../../../core/currency.ts';
import { Refusal } from '../../../core/errors.ts';
import { type Minor, parseAmount } from '../../../core/money.ts';
import type { Caller } from '../../../identity/clients.ts';
import type { Market } from '../../../orders/market.ts';
import type { OrderPrivate } from '../../../orders/order.ts';
import type { PlaceOrder } from '../../../orders/place-order.ts';
import type { OrderRequest } from '../wire-orders.ts';
import { DEADLINE_SECONDS_DEFAULT, REFERENCE_CHARS_MAX } from '../wire-orders.ts';
import { readIdempotencyKey } from './request-headers.ts';

const REFERENCE_HEADER = 'Idempotency-Key';

export interface OrderOrigin {
  readonly caller: Caller;
  readonly reference: string;
  readonly private: Omit<OrderPrivate, 'reference'>;
}

export function commandOf(market: Market, body: OrderRequest, origin: OrderOrigin): PlaceOrder {
  const { caller, reference } = origin;
  const product = market.catalogue.product(body.product);
  if (!product) throw new Refusal('product_not_found');
  const operator = market.catalogue.operator(product.operatorId);
  assert(operator, `product ${product.id} has an operator`);
  const { recipient, recipientCountry } = readRecipient(body.recipient, operator);
  const { walletCurrency, mode } = readPayment(body, operator.currency);
  return {
    buyer: caller,
    clientId: caller.clientId,
    dialect: 'native',
    productId: product.id,
    walletCurrency,
    recipient,
    recipientCountry,
    amount: { mode, minor: readAmount(body.amount, 'amount.value') },
    rateMode: 'discount',
    ...(body.minimum_delivered
      ? { minimumReceive: readMinimum(body.minimum_delivered, operator.currency) }
      : {}),
    reference,
    deadlineSeconds: body.deadline_seconds ?? DEADLINE_SECONDS_DEFAULT,
    private: { ...origin.private, reference },
  };
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

function readRecipient({ phone, email }: OrderRequest['recipient'], operator: Operator) {
  if (phone !== undefined) {
    if (operator.recipient.kind !== 'phone')
      throw badRecipient('phone', 'this operator wants an e-mail address');
    const number = parseE164(phone);
    if (!number) throw badRecipient('phone', 'is not a valid number in E.164');
    if (number.country !== operator.country)
      throw badRecipient('phone', `is not a number of ${operator.country}`);
    return { recipient: { kind: 'phone', value: number.e164 }, recipientCountry: number.country } as const;
  }
  if (operator.recipient.kind !== 'email') throw badRecipient('email', 'this operator wants a phone number');
  const address = normaliseEmail(email ?? '', operator);
  if (address === undefined) throw badRecipient('email', 'is not an address that this operator serves');
  return { recipient: { kind: 'email', value: address }, recipientCountry: undefined } as const;
}

function badRecipient(field: 'phone' | 'email', issue: string): Refusal {
  return new Refusal('invalid_recipient', { issues: [{ field: `recipient.${field}`, issue }] });
}

/**
 * Which wallet pays and which of the two amounts is meant. An amount in a wallet's currency is what is sent; one in
 * the operator's currency is what is received, unless the paying wallet has that currency: then they are the same.
 */
function readPayment({ amount, pay_with }: OrderRequest, operatorCurrency: string) {
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
