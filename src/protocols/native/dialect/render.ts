/** Values as the native API writes them. */
import { currencyOf } from '../../../core/currency.ts';
import { formatAmount, type Minor } from '../../../core/money.ts';

export interface MoneyView {
  value: string;
  currency: string;
}

export function money(minor: Minor, currency: string): MoneyView {
  return { value: formatAmount(minor, currencyOf(currency).exponent), currency };
}

let lastInstant = { ms: 0, text: new Date(0).toISOString() };

/** RFC 3339, UTC, milliseconds. The orders of a batch share theirs. */
export function instant(ms: number): string {
  if (lastInstant.ms !== ms) lastInstant = { ms, text: new Date(ms).toISOString() };
  return lastInstant.text;
}

export function maybe<In, Out>(value: In | undefined, render: (value: In) => Out): Out | null {
  return value === undefined ? null : render(value);
}
