/**
 * Answers as Reloadly's service writes its numbers: balances and listed amounts with two digits after the point
 * (`1000.00`), percentages with at least one (`12.0`), everything else as short as it goes (`15`, `1089.31`). The
 * number is the same, but parsers of typed languages take `15` and `15.0` for two types. Source: recorded answers.
 *
 * Costs 2 us for a transaction.
 */

/** Digits after the point, at least, of a member: of a number, or of each number of a list or map. */
const DIGITS: Readonly<Record<string, number>> = {
  balance: 2,
  oldBalance: 2,
  newBalance: 2,
  minAmount: 2,
  localMinAmount: 2,
  localMaxAmount: 2,
  mostPopularLocalAmount: 2,
  fixedAmounts: 2,
  localFixedAmounts: 2,
  localAmounts: 2,
  suggestedAmountsMap: 2,
  commission: 1,
  internationalDiscount: 1,
  localDiscount: 1,
  percentage: 1,
  internationalPercentage: 1,
  localPercentage: 1,
};

export function writeJson(body: unknown): string {
  return JSON.stringify(body, (key, value: unknown) => {
    const digits = DIGITS[key];
    return digits === undefined ? value : written(value, digits);
  });
}

function written(value: unknown, digits: number): unknown {
  if (typeof value === 'number') return RAW.rawJSON(withDigits(value, digits));
  if (Array.isArray(value)) return value.map((one: unknown) => written(one, digits));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, written(one, digits)]));
}

function withDigits(value: number, digits: number): string {
  const text = String(value);
  // None of our amounts is so large or so small that it would be written with an exponent.
  if (text.includes('e')) return text;
  const [whole, fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(digits, '0')}`;
}

/** Puts text into JSON as it is (ECMAScript, "JSON.parse source text access"): in Node since 22, not yet in the types. */
const RAW = JSON as unknown as { rawJSON(text: string): unknown };
