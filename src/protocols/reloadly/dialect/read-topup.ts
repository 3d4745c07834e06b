/** From Reloadly's request to the one command. Guards stand in the order of the error codes. */
import type { Catalogue, Operator } from '../../../catalogue/catalogue.ts';
import { normaliseEmail } from '../../../catalogue/email.ts';
import { normalisePhone, senderPhoneValid } from '../../../catalogue/phone.ts';
import { Refusal } from '../../../core/errors.ts';
import type { PlaceOrder } from '../../../orders/place-order.ts';
import type { Recipient } from '../../../routing/connector.ts';
import type { TopupRequest } from '../wire.ts';
import { readAmount } from './amounts.ts';
import { type Call, countryOf, operatorOf } from './call.ts';
import { payingCurrency } from './paying-wallet.ts';
import { wrong } from './query.ts';

/** A refused top-up is tried again for this long. */
const DEADLINE_SECONDS = 45;

type Phone = NonNullable<TopupRequest['recipientPhone']>;

export async function readTopup(call: Call, body: TopupRequest): Promise<PlaceOrder> {
  const { catalogue } = call.market;
  const { recipientPhone, recipientEmail, senderPhone } = body;
  if (!recipientPhone && !recipientEmail) throw wrong('recipientPhone', 'is required');
  if (recipientPhone && recipientEmail) throw wrong('recipientEmail', 'is given beside recipientPhone');
  const phone = recipientPhone ? readRecipientPhone(catalogue, recipientPhone) : undefined;
  const sender = senderPhone ? readSender(senderPhone) : {};

  const operator = operatorOf(catalogue, body.operatorId);
  const recipient = phone?.recipient ?? readEmail(operator, recipientEmail ?? '');
  const walletCurrency = await payingCurrency(call);
  const isLocal = body.useLocalAmount === true;
  const minor = readAmount(body.amount, isLocal ? operator.currency : walletCurrency);
  if (isLocal && !operator.supportsLocalAmounts) {
    const message = 'This operator does not support local amounts';
    throw new Refusal('amount_out_of_range', {
      message,
      issues: [{ field: 'useLocalAmount', issue: 'must be false' }],
    });
  }

  // An empty identifier is none: clients send it where they have nothing to say.
  const reference = body.customIdentifier || undefined;
  const { address, userAgent, requestId } = call.origin;
  return {
    buyer: call.caller,
    clientId: call.caller.clientId,
    dialect: 'reloadly',
    productId: operator.productId,
    walletCurrency,
    recipient,
    recipientCountry: phone?.country,
    amount: { mode: isLocal ? 'receive' : 'send', minor },
    rateMode: 'discount',
    reference,
    deadlineSeconds: DEADLINE_SECONDS,
    private: {
      ...(reference === undefined ? {} : { reference }),
      ...sender,
      clientAddress: address,
      userAgent,
      requestId,
    },
  };
}

function readRecipientPhone(catalogue: Catalogue, given: Phone): { recipient: Recipient; country: string } {
  const { iso2 } = countryOf(catalogue, given.countryCode);
  const phone = normalisePhone(String(given.number), iso2);
  if (!phone) throw new Refusal('invalid_recipient');
  return { recipient: { kind: 'phone', value: phone.e164 }, country: phone.country };
}

function readEmail(operator: Operator, address: string): Recipient {
  const value = normaliseEmail(address, operator);
  if (value === undefined) {
    const issue =
      operator.recipient.kind === 'email'
        ? 'is not an address of this operator'
        : 'is not taken by this operator';
    throw new Refusal('invalid_recipient', { issues: [{ field: 'recipientEmail', issue }] });
  }
  return { kind: 'email', value };
}

function readSender(given: Phone): { sender: string; senderCountry: string } {
  const sender = String(given.number).replaceAll(/[\s().-]/g, '');
  const senderCountry = given.countryCode.toUpperCase();
  if (!senderPhoneValid(sender, senderCountry)) throw new Refusal('invalid_sender');
  return { sender, senderCountry };
}
