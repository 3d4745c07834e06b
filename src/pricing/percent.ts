/** Percentages as decimal text, added and taken apart exactly. */
import { type Decimal, decimal, formatDecimal } from '../core/money.ts';

export function addPercent(a: string, b: string): string {
  return combine(a, b, (left, right) => left + right);
}

/** May be negative. */
export function subtractPercent(a: string, b: string): string {
  return combine(a, b, (left, right) => left - right);
}

export function lesserPercent(a: string, b: string): string {
  return subtractPercent(a, b).startsWith('-') ? a : b;
}

function combine(a: string, b: string, of: (left: bigint, right: bigint) => bigint): string {
  const [left, right] = [decimal(a), decimal(b)];
  const scale = Math.max(left.scale, right.scale);
  const at = (value: Decimal) => value.units * 10n ** BigInt(scale - value.scale);
  return formatDecimal({ units: of(at(left), at(right)), scale });
}
