/** Amounts as Reloadly has them: JSON numbers out, numbers or strings in. */
import { currencyOf } from '../../../core/currency.ts';
import { Refusal } from '../../../core/errors.ts';
import { formatAmount, type Minor, parseAmount } from '../../../core/money.ts';

/** JSON numbers keep 15 decimal digits exactly; no amount that is sold comes near. */
const MINOR_MAX = 10n ** 15n;

export function toNumber(minor: Minor, currency: string): number {
  return Number(toText(minor, currency));
}

/** With all digits of the currency: `5.00`. Keys of descriptions are written so. */
export function toText(minor: Minor, currency: string): string {
  return formatAmount(minor, currencyOf(currency).exponent);
}

/** Reads `10`, `"10"`, `"10.50"`; throws `invalid_amount` for what is not a positive amount of the currency. */
export function readAmount(given: string | number, currency: string): Minor {
  // A number that came through the strict parser prints as it was written.
  const minor = parseAmount(String(given), currencyOf(currency).exponent);
  if (minor === undefined || minor <= 0n || minor > MINOR_MAX) {
    throw new Refusal('invalid_amount', {
      issues: [{ field: 'amount', issue: `is not an amount in ${currency}` }],
    });
  }
  return minor;
}
