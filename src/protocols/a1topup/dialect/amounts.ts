/** Amounts as this API has them: JSON numbers or text in rupees. */
import { currencyOf } from '../../../core/currency.ts';
import { Refusal } from '../../../core/errors.ts';
import { formatAmount, type Minor, parseAmount } from '../../../core/money.ts';
import { CURRENCY } from './call.ts';

/** JSON numbers keep 15 decimal digits exactly; no amount that is sold comes near. */
const MINOR_MAX = 10n ** 15n;

/** Reads `299`, `299.00`; throws `invalid_amount` for what is not a positive amount of rupees. */
export function readAmount(text: string): Minor {
  const minor = parseAmount(text, currencyOf(CURRENCY).exponent);
  if (minor === undefined || minor <= 0n || minor > MINOR_MAX) throw new Refusal('invalid_amount');
  return minor;
}

export function toText(minor: Minor, currency: string): string {
  return formatAmount(minor, currencyOf(currency).exponent);
}

export function toNumber(minor: Minor, currency: string): number {
  return Number(toText(minor, currency));
}
