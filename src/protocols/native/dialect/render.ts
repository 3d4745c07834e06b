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

/** RFC 3339, UTC, milliseconds. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

export function maybe<In, Out>(value: In | undefined, render: (value: In) => Out): Out | null {
  return value === undefined ? null : render(value);
}
