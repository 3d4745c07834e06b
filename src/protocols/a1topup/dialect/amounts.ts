/** Amounts as this API asks for them: rupees. */
import { Refusal } from '../../../core/errors.ts';
import { parsePositive } from '../../../core/json-amount.ts';
import type { Minor } from '../../../core/money.ts';
import { CURRENCY } from './call.ts';

/** Reads `299`, `299.00`; throws `invalid_amount` for what is not a positive amount of rupees. */
export function readAmount(text: string): Minor {
  const minor = parsePositive(text, CURRENCY);
  if (minor === undefined) throw new Refusal('invalid_amount');
  return minor;
}
