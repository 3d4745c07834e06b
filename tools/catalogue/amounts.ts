/**
 * Amounts that have no public source: derived from dollar amounts by the rate of the day and rounded to what a
 * shop would print. They change when the rates do, so the same run writes both.
 */
import { assert } from '../../src/core/assert.ts';
import { decimal, divideHalfEven, type Minor, parseAmount } from '../../src/core/money.ts';
import type { OperatorKind } from './sources.ts';

export interface Amounts {
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly fixed_amounts: readonly number[] | null;
  readonly suggested: readonly number[];
  readonly most_popular: number | null;
}

/** US dollars. */
const RANGE = ['0.20', '200'] as const;
const SUGGESTED = ['1', '2', '5', '10', '15', '20', '25', '30', '50', '100'];
const MOST_POPULAR = '10';
const FIXED: Readonly<Partial<Record<OperatorKind, readonly string[]>>> = {
  airtime: ['1', '2', '5', '10', '15', '20', '30', '50'],
  data: ['0.50', '1', '2', '3', '5', '10', '20'],
  bundle: ['2', '5', '10', '20', '30'],
  pin: ['5', '10', '15', '20', '25', '50'],
};

/** Leading digits that look like a price: 10, 12, 15, 20 ... 80, in tenths of a power of ten. */
const PRINTED = [10n, 12n, 15n, 20n, 25n, 30n, 40n, 50n, 60n, 75n, 80n, 100n];

export function sandboxAmounts(input: {
  readonly kind: OperatorKind;
  readonly fixed: boolean;
  readonly exponent: number;
  /** Units of the currency per US dollar. */
  readonly rate: string;
  /** Amounts as printed by a source, in whole units: `range` or `fixed`, then the amounts. */
  readonly given?: readonly string[] | undefined;
}): Amounts {
  const { exponent, rate } = input;
  const local = (dollars: string) => printed(convert(dollars, rate, exponent));
  const [form = input.fixed ? 'fixed' : 'range', ...texts] = input.given ?? [];
  const given = texts.map((text) => {
    const minor = parseAmount(text, exponent);
    assert(minor, `not an amount: ${text}`);
    return minor;
  });
  if (form === 'fixed') {
    const amounts = rising(given.length > 0 ? given : (FIXED[input.kind] ?? []).map(local));
    assert(amounts.length > 0, `no amounts for ${input.kind}`);
    const middle = amounts[Math.floor(amounts.length / 2)] ?? null;
    return { minimum: null, maximum: null, fixed_amounts: amounts, suggested: [], most_popular: middle };
  }
  const [minimum, maximum] = rising(given.length > 0 ? given : RANGE.map(local));
  assert(minimum !== undefined && maximum !== undefined, 'a range has two ends');
  const within = (amount: number) => amount >= minimum && amount <= maximum;
  const popular = Number(local(MOST_POPULAR));
  return {
    minimum,
    maximum,
    fixed_amounts: null,
    suggested: rising(SUGGESTED.map(local)).filter(within),
    most_popular: within(popular) ? popular : null,
  };
}

function convert(dollars: string, rate: string, exponent: number): Minor {
  const [a, b] = [decimal(dollars), decimal(rate)];
  return divideHalfEven(a.units * b.units * 10n ** BigInt(exponent), 10n ** BigInt(a.scale + b.scale))
    .quotient;
}

/** The nearest amount with printed leading digits. */
function printed(minor: Minor): Minor {
  if (minor < 10n) return minor < 1n ? 1n : minor;
  const unit = 10n ** BigInt(minor.toString().length - 1);
  const candidates = PRINTED.map((digits) => (digits * unit) / 10n);
  const distance = (candidate: bigint) => (candidate > minor ? candidate - minor : minor - candidate);
  return candidates.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best));
}

function rising(amounts: readonly Minor[]): number[] {
  return [...new Set(amounts.map(Number))].sort((a, b) => a - b);
}
