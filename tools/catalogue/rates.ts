/** Exchange rates of one day, US dollar based, as decimal text: never through a float. */
import { readFileSync } from 'node:fs';
import type { RateRow } from '../../src/catalogue/rows.ts';
import { assert } from '../../src/core/assert.ts';
import { parseDecimal } from '../../src/core/money.ts';
import { packageFile } from './sources.ts';

const FILE = '@fawazahmed0/currency-api/v1/currencies/usd.json';

export function readRates(currencies: ReadonlySet<string>): RateRow[] {
  const text = readFileSync(packageFile(FILE), 'utf8');
  const day = /"date": "(\d{4}-\d\d-\d\d)"/.exec(text)?.[1];
  assert(day, 'the rates have no date');
  const rows: RateRow[] = [];
  for (const [, code, number] of text.matchAll(/"([a-z]{3})": ([0-9.eE+-]+)/g)) {
    const quote = (code as string).toUpperCase(); // both groups are in the pattern
    if (!currencies.has(quote)) continue;
    const rate = plain(number as string);
    assert((parseDecimal(rate)?.units ?? 0n) > 0n, `${quote}: ${rate}`);
    rows.push({ base: 'USD', quote, rate, version: day, source: 'currency-api', valid_on: day });
  }
  return rows.sort((a, b) => (a.quote < b.quote ? -1 : 1));
}

/** `1.5e-7` as `0.00000015`: moves the point in the text. */
function plain(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const shift = Number(exponent);
  if (shift === 0) return mantissa;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  const point = whole.length + shift;
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  return `${digits.slice(0, point).padEnd(point, '0')}${point < digits.length ? `.${digits.slice(point)}` : ''}`;
}
