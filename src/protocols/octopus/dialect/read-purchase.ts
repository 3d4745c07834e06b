/** From Octopus' requests to what is bought, and to the one command. Guards stand in the order of the error codes. */
import type { Operator, Product } from '../../../catalogue/catalogue.ts';
import { normaliseEmail } from '../../../catalogue/email.ts';
import { readInputs } from '../../../catalogue/inputs.ts';
import { normalisePhone } from '../../../catalogue/phone.ts';
import { unreachable } from '../../../core/assert.ts';
import { Refusal } from '../../../core/errors.ts';
import type { Minor } from '../../../core/money.ts';
import { lookupHolder } from '../../../identity/limits.ts';
import type { PlaceOrder } from '../../../orders/place-order.ts';
import type { Recipient } from '../../../routing/connector.ts';
import type { ChargesRequest, OrderRequest } from '../wire.ts';
import { readAmount } from './amounts.ts';
import type { Call } from './call.ts';
import { payingCurrency } from './paying-wallet.ts';
import { inputFieldsOf, soldOperator } from './products.ts';
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
  if (recipient.kind === 'phone' && (await isOfAnother(call, operator, recipient.value))) {
    // The refusal tells whose number it is not, as a lookup would: it is one.
    call.services.limits.lookups.spend(lookupHolder(call.caller), recipient.value);
    throw new Refusal('recipient_of_other_operator');
  }
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

/** Known to be another network's, and no order has shown that the number has moved to this one. */
async function isOfAnother(
  { market, services, caller }: Call,
  operator: Operator,
  e164: string,
): Promise<boolean> {
  if (market.catalogue.serves(operator, e164) !== 'no') return false;
  return (await services.engine.ports.find(caller.environment, e164))?.operatorId !== operator.network;
}

function readRecipient(operator: Operator, given: Readonly<Record<string, unknown>>): Recipient {
  const fields = inputFieldsOf(operator).map(({ field_name: name }) => name);
  const unknown = Object.keys(given).find((key) => !fields.includes(key));
  if (unknown !== undefined) throw wrong(`input_data.${unknown}`, 'is not an input field of this product');
  const texts: Record<string, string> = {};
  for (const field of fields) {
    const value = given[field] ?? '';
    if (value === '') throw wrong(`input_data.${field}`, 'is required');
    if (typeof value !== 'string') throw wrong(`input_data.${field}`, 'must be a string');
    texts[field] = value;
  }
  const { recipient: rule } = operator;
  switch (rule.kind) {
    case 'phone': {
      const phone = normalisePhone(texts['phone_number'] ?? '', operator.country);
      if (!phone) throw invalid('phone_number', 'is not a valid number of the country of this product');
      return { kind: 'phone', value: phone.e164 };
    }
    case 'email': {
      const email = normaliseEmail(texts['email'] ?? '', operator);
      if (email === undefined) throw invalid('email', 'is not an address of this product');
      return { kind: 'email', value: email };
    }
    case 'player':
    case 'account': {
      const read = readInputs(rule, texts);
      if (read.kind === 'wrong') throw invalid(read.field.name, read.issue);
      return { kind: rule.kind, value: read.value };
    }
    default:
      return unreachable(rule);
  }
}

function invalid(field: string, issue: string): Refusal {
  return new Refusal('invalid_recipient', { issues: [{ field: `input_data.${field}`, issue }] });
}
