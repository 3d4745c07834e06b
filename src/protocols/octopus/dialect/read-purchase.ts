/** From Octopus' requests to what is bought, and to the one command. Guards stand in the order of the error codes. */
import type { Operator, Product } from '../../../catalogue/catalogue.ts';
import { normaliseEmail } from '../../../catalogue/email.ts';
import { normalisePhone } from '../../../catalogue/phone.ts';
import { Refusal } from '../../../core/errors.ts';
import type { Minor } from '../../../core/money.ts';
import type { PlaceOrder } from '../../../orders/place-order.ts';
import type { Recipient } from '../../../routing/connector.ts';
import type { ChargesRequest, OrderRequest } from '../wire.ts';
import { readAmount } from './amounts.ts';
import type { Call } from './call.ts';
import { payingCurrency } from './paying-wallet.ts';
import { inputFieldOf, soldOperator } from './products.ts';
import { readText, wrong } from './query.ts';
import { pickVariant } from './variants.ts';

export interface Purchase {
  readonly operator: Operator;
  readonly variant: Product;
  /** In the operator's currency. */
  readonly amount: Minor;
  readonly walletCurrency: string;
}

/** What charges and orders have in common. */
export async function readPurchase(call: Call, body: ChargesRequest): Promise<Purchase> {
  const { catalogue } = call.market;
  const operator = soldOperator(catalogue, body.product_id);
  const amount = readAmount(body.amount, operator.currency);
  // The documents call it a query parameter and print it in the body.
  const category = (body.category || readText(call.query, 'category')) ?? undefined;
  const variant = pickVariant(catalogue, operator, { amount, category });
  return { operator, variant, amount, walletCurrency: await payingCurrency(call, body.wallet_id) };
}

export async function readOrder(call: Call, body: OrderRequest): Promise<PlaceOrder> {
  const { catalogue } = call.market;
  const recipient = readRecipient(soldOperator(catalogue, body.product_id), body.input_data ?? {});
  const { operator, variant, amount, walletCurrency } = await readPurchase(call, body);
  if (recipient.kind === 'phone' && catalogue.serves(operator, recipient.value) === 'no')
    throw new Refusal('recipient_of_other_operator');
  // An empty reference is none.
  const reference = body.client_reference || undefined;
  const { address, userAgent, requestId } = call.origin;
  return {
    buyer: call.caller,
    clientId: call.caller.clientId,
    dialect: 'octopus',
    productId: variant.id,
    walletCurrency,
    recipient,
    recipientCountry: recipient.kind === 'phone' ? operator.country : undefined,
    amount: { mode: 'receive', minor: amount },
    rateMode: 'discount',
    reference,
    // Outages never fail an order: it is tried until it ends.
    deadlineSeconds: undefined,
    private: {
      ...(reference === undefined ? {} : { reference }),
      clientAddress: address,
      userAgent,
      requestId,
    },
  };
}

function readRecipient(operator: Operator, given: Readonly<Record<string, unknown>>): Recipient {
  const field = inputFieldOf(operator);
  const unknown = Object.keys(given).find((key) => key !== field.field_name);
  if (unknown !== undefined) throw wrong(`input_data.${unknown}`, 'is not an input field of this product');
  const value = given[field.field_name];
  const name = `input_data.${field.field_name}`;
  if (value === undefined || value === null || value === '') throw wrong(name, 'is required');
  if (typeof value !== 'string') throw wrong(name, 'must be a string');
  const invalid = (issue: string) => new Refusal('invalid_recipient', { issues: [{ field: name, issue }] });
  if (field.type === 'email') {
    const email = normaliseEmail(value, operator);
    if (email === undefined) throw invalid('is not an address of this product');
    return { kind: 'email', value: email };
  }
  const phone = normalisePhone(value, operator.country);
  if (!phone) throw invalid('is not a valid number of the country of this product');
  return { kind: 'phone', value: phone.e164 };
}
