/** Amounts as the APIs of others have them: JSON numbers or decimal text, in and out. */
import { currencyOf } from './currency.ts';
import { formatAmount, type Minor, parseAmount } from './money.ts';

/** JSON numbers keep 15 decimal digits exactly; no amount that is sold comes near. */
const JSON_MINOR_MAX = 10n ** 15n;

export function toNumber(minor: Minor, currency: string): number {
  return Number(toText(minor, currency));
}

/** With all digits of the currency: `0.99`. */
export function toText(minor: Minor, currency: string): string {
  return formatAmount(minor, currencyOf(currency).exponent);
}

/** Reads `10`, `"10"`, `"10.50"`; undefined for what is not a positive amount of the currency. */
export function parsePositive(given: string | number, currency: string): Minor | undefined {
  // A number that came through the strict parser prints as it was written.
  const minor = parseAmount(String(given), currencyOf(currency).exponent);
  return minor === undefined || minor <= 0n || minor > JSON_MINOR_MAX ? undefined : minor;
}
