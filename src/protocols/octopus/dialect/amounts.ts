/** Amounts as Octopus has them: JSON numbers out, numbers or decimal text in. */
import { currencyOf } from '../../../core/currency.ts';
import { Refusal } from '../../../core/errors.ts';
import { formatAmount, type Minor, parseAmount } from '../../../core/money.ts';

/** JSON numbers keep 15 decimal digits exactly; no amount that is sold comes near. */
const MINOR_MAX = 10n ** 15n;

export function toNumber(minor: Minor, currency: string): number {
  return Number(toText(minor, currency));
}

/** With all digits of the currency: `0.99`. */
export function toText(minor: Minor, currency: string): string {
  return formatAmount(minor, currencyOf(currency).exponent);
}

/** Throws `invalid_amount` for what is not a positive amount of the currency. */
export function readAmount(given: string | number, currency: string): Minor {
  // A number that came through the strict parser prints as it was written.
  const minor = parseAmount(String(given), currencyOf(currency).exponent);
  if (minor === undefined || minor <= 0n || minor > MINOR_MAX) {
    const issue = `must be a positive amount in ${currency}`;
    throw new Refusal('invalid_amount', { issues: [{ field: 'amount', issue }] });
  }
  return minor;
}
