/** Percentages as decimal text, added and taken apart exactly. */
import { decimal, formatDecimal } from '../core/money.ts';

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
  const units = ({ units, scale: own }: typeof left) => units * 10n ** BigInt(scale - own);
  return formatDecimal({ units: of(units(left), units(right)), scale });
}
