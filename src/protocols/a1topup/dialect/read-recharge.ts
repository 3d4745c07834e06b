/** From the parameters of a recharge to the one command. Guards stand in the order of the documented codes. */
import type { Operator } from '../../../catalogue/catalogue.ts';
import { readInputs } from '../../../catalogue/inputs.ts';
import { normalisePhone, type Phone } from '../../../catalogue/phone.ts';
import { Refusal } from '../../../core/errors.ts';
import { toText } from '../../../core/json-amount.ts';
import type { PlaceOrder } from '../../../orders/place-order.ts';
import type { Recipient } from '../../../routing/connector.ts';
import { readAmount } from './amounts.ts';
import { type Call, COUNTRY, CURRENCY } from './call.ts';
import { type Fields, readText } from './fields.ts';

/** A refused recharge is tried again for this long. */
const DEADLINE_SECONDS = 45;
const REFERENCE_CHARACTERS_MAX = 100;
const TEXT_CHARACTERS_MAX = 64;
const TEXT = { charactersMax: TEXT_CHARACTERS_MAX };
/** Ten digits that begin as mobile numbers do: landlines and calling codes are not taken. */
const MOBILE = /^[6-9]\d{9}$/;

/** How the two forms name their parameters. */
export interface FieldNames {
  readonly mobile: string;
  readonly operator: string;
  readonly circle: string;
  readonly reference: string;
  /** Codes of operators beside the documented ones. */
  readonly operatorCodes: Readonly<Record<string, string>>;
}

export async function readRecharge(call: Call, names: FieldNames): Promise<PlaceOrder> {
  const { fields, caller, market, services, origin } = call;
  const operator = findOperator(market.catalogue, fields, names);
  const recipient = readRecipient(fields, names.mobile, operator);
  if (!operator) throw new Refusal('operator_not_found');
  const minor = readAmount(textOr(fields, 'amount', 'invalid_amount') ?? '');
  // Airtime is the same in every circle, so whatever names one changes nothing, but it must be a text.
  readText(fields, names.circle, TEXT);
  const reference = readText(fields, names.reference, { charactersMax: REFERENCE_CHARACTERS_MAX });

  // Whoever has no rupees has too few of them.
  if ((await services.engine.wallets.find(caller.accountId, CURRENCY)) === undefined) {
    const details = { required: toText(minor, CURRENCY), available: toText(0n, CURRENCY) };
    throw new Refusal('insufficient_balance', { details });
  }
  const { address, userAgent, requestId } = origin;
  return {
    buyer: caller,
    clientId: caller.clientId,
    dialect: 'a1topup',
    productId: operator.productId,
    walletCurrency: CURRENCY,
    recipient,
    recipientCountry: recipient.kind === 'phone' ? COUNTRY : undefined,
    amount: { mode: 'send', minor },
    rateMode: 'commission',
    reference,
    deadlineSeconds: DEADLINE_SECONDS,
    private: {
      ...(reference === undefined ? {} : { reference }),
      clientAddress: address,
      userAgent,
      requestId,
    },
  };
}

/** Throws `invalid_recipient`. */
export function readMobile(fields: Fields, name: string): Phone {
  const text = textOr(fields, name, 'invalid_recipient') ?? '';
  const phone = MOBILE.test(text) ? normalisePhone(text, COUNTRY) : undefined;
  if (!phone) throw new Refusal('invalid_recipient');
  return phone;
}

/**
 * Whatever the operator's customers are known by: the parameter of a mobile number holds subscriber, consumer and
 * vehicle numbers too. Of an operator that is not known it has to be a mobile number. Throws `invalid_recipient`.
 */
function readRecipient(fields: Fields, name: string, operator: Operator | undefined): Recipient {
  const rule = operator?.recipient;
  if (rule?.kind !== 'account') return { kind: 'phone', value: readMobile(fields, name).e164 };
  const read = readInputs(rule, { account_number: textOr(fields, name, 'invalid_recipient') });
  if (read.kind === 'wrong')
    throw new Refusal('invalid_recipient', { issues: [{ field: name, issue: read.issue }] });
  return { kind: 'account', value: read.value };
}

/** Undefined for a code that names none of this API's: those whose customers are known otherwise have no code. */
function findOperator(
  catalogue: Call['market']['catalogue'],
  fields: Fields,
  names: FieldNames,
): Operator | undefined {
  const given = fields[names.operator];
  const code = typeof given === 'string' ? given.trim().toUpperCase() : '';
  const operator = catalogue.operatorByCode(names.operatorCodes[code] ?? code);
  return operator?.country === COUNTRY ? operator : undefined;
}

/** As `readText`, but whatever cannot be read has the code of what it stands for. */
function textOr(
  fields: Fields,
  name: string,
  code: 'invalid_recipient' | 'invalid_amount',
): string | undefined {
  try {
    return readText(fields, name, TEXT);
  } catch {
    throw new Refusal(code);
  }
}
