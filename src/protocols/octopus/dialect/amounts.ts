/** Amounts as Octopus asks for them. */
import { Refusal } from '../../../core/errors.ts';
import { parsePositive } from '../../../core/json-amount.ts';
import type { Minor } from '../../../core/money.ts';

/** Throws `invalid_amount` for what is not a positive amount of the currency. */
export function readAmount(given: string | number, currency: string): Minor {
  const minor = parsePositive(given, currency);
  if (minor === undefined) {
    const issue = `must be a positive amount in ${currency}`;
    throw new Refusal('invalid_amount', { issues: [{ field: 'amount', issue }] });
  }
  return minor;
}
