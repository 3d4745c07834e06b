/** From the parameters of a recharge to the one command. Guards stand in the order of the documented codes. */
import type { Operator } from '../../../catalogue/catalogue.ts';
import { normalisePhone, type Phone } from '../../../catalogue/phone.ts';
import { Refusal } from '../../../core/errors.ts';
import type { PlaceOrder } from '../../../orders/place-order.ts';
import { readAmount, toText } from './amounts.ts';
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
  const phone = readMobile(fields, names.mobile);
  const code = (textOr(fields, names.operator, 'operator_not_found') ?? '').toUpperCase();
  const operator = operatorOf(market.catalogue, names.operatorCodes[code] ?? code);
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
    recipient: { kind: 'phone', value: phone.e164 },
    recipientCountry: phone.country,
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

/** Throws `operator_not_found`. */
function operatorOf(catalogue: Call['market']['catalogue'], code: string): Operator {
  const operator = catalogue.operatorByCode(code);
  if (operator?.country !== COUNTRY) throw new Refusal('operator_not_found');
  return operator;
}

/** As `readText`, but whatever cannot be read has the code of what it stands for. */
function textOr(
  fields: Fields,
  name: string,
  code: 'invalid_recipient' | 'operator_not_found' | 'invalid_amount',
): string | undefined {
  try {
    return readText(fields, name, TEXT);
  } catch {
    throw new Refusal(code);
  }
}
