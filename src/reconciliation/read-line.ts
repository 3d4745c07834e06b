/**
 * From the cells of a line to what it says, by a mapping. Pure. An issue names a field of ours and never what the
 * provider wrote: it is kept, and may be a person's number.
 */
import { type Currency, currency } from '../core/currency.ts';
import { formatAmount, MINOR_MAX, type Minor, parseAmount } from '../core/money.ts';
import { parseProviderReference } from '../orders/order.ts';
import type { StatedVerdict, StatementLine } from './line.ts';
import { type Field, foldWord, type Mapping } from './mapping.ts';
import { timeFormat } from './time-format.ts';

export type LineRead =
  | { readonly kind: 'line'; readonly line: StatementLine }
  /** By its word it says nothing yet. */
  | { readonly kind: 'left_out' }
  | { readonly kind: 'malformed'; readonly issue: string };

/** The text of a field; undefined or empty where the line has none. */
export type Cells = (field: Field) => string | undefined;

const REFERENCE_CHARS_MAX = 200;
const CODE_CHARS_MAX = 100;

class Malformed extends Error {}

/** Throws for a mapping that `readMapping` would not have let through. */
export function createLineReader(mapping: Mapping): (cells: Cells) => LineRead {
  const readTime = timeFormat(mapping.time.format, mapping.time.offset);
  if (!readTime) throw new Error('a mapping has a format of time');
  const words = new Map(Object.entries(mapping.verdicts).map(([word, verdict]) => [foldWord(word), verdict]));

  const readOne = (cell: Cells, verdict: StatedVerdict): StatementLine => {
    const unit = currencyIn(cell('currency') ?? mapping.currency, 'currency');
    const amount = given(cell('amount'), (text) => amountIn(mapping.amounts, unit, text, 'amount'));
    if (verdict === 'delivered' && (amount === undefined || amount === 0n))
      throw new Malformed('amount is missing');
    const ours = cell('our_reference');
    return {
      named: ours === undefined ? undefined : parseProviderReference(ours),
      theirReference: shortText(cell('their_reference'), REFERENCE_CHARS_MAX, 'their_reference'),
      recipient: given(cell('recipient'), (text) => recipientOf(mapping, text)),
      verdict,
      code: shortText(cell('code'), CODE_CHARS_MAX, 'code'),
      amount,
      currency: unit.code,
      cost: given(cell('cost'), (text) => {
        const costUnit = currencyIn(cell('cost_currency') ?? unit.code, 'cost_currency');
        return { amount: amountIn(mapping.amounts, costUnit, text, 'cost'), currency: costUnit.code };
      }),
      atMs: required(given(cell('at'), readTime), 'at is not a time of the format'),
    };
  };

  return (cells) => {
    const cell: Cells = (field) => cells(field)?.trim() || undefined;
    const verdict = words.get(foldWord(cell('verdict') ?? ''));
    if (verdict === 'left_out') return { kind: 'left_out' };
    try {
      return { kind: 'line', line: readOne(cell, required(verdict, 'verdict is not a word of the mapping')) };
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return { kind: 'malformed', issue: error.message };
    }
  };
}

function amountIn(amounts: Mapping['amounts'], unit: Currency, text: string, field: string): Minor {
  const plain = plainNumber(amounts, text);
  const exponent = amounts.exponents?.[unit.code] ?? unit.exponent;
  const isWhole = /^\d{1,20}$/.test(plain);
  const written = amounts.unit === 'decimal' ? plain : isWhole ? formatAmount(BigInt(plain), exponent) : '';
  const minor = parseAmount(written, unit.exponent);
  if (minor === undefined || minor < 0n || minor > MINOR_MAX)
    throw new Malformed(`${field} is no amount of ${unit.code}`);
  return minor;
}

/** Without what groups its digits, and with a point for a point. */
function plainNumber({ point = '.', grouping }: Mapping['amounts'], text: string): string {
  const whole = grouping === undefined ? text : text.replaceAll(grouping, '');
  return point === '.' ? whole : whole.replaceAll('.', 'x').replace(',', '.');
}

function currencyIn(text: string | undefined, field: string): Currency {
  return required(currency(text?.toUpperCase() ?? ''), `${field} is no currency`);
}

function recipientOf({ recipient_prefix: prefix = '' }: Mapping, text: string): string {
  if (text.length > REFERENCE_CHARS_MAX) throw new Malformed('recipient is too long');
  const packed = text.replaceAll(/[\s()-]/g, '');
  return /^\d+$/.test(packed) ? `${prefix}${packed}` : /^\+\d+$/.test(packed) ? packed : text;
}

function shortText(text: string | undefined, lengthMax: number, field: string): string | undefined {
  if (text !== undefined && text.length > lengthMax) throw new Malformed(`${field} is too long`);
  return text;
}

function given<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text);
}

function required<T>(value: T | undefined, issue: string): T {
  if (value === undefined) throw new Malformed(issue);
  return value;
}
