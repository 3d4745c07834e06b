/**
 * How each number is written in the recorded answers of Reloadly's service: typed parsers tell `15` from `15.0`.
 * Every number of an answer must have its line here.
 */
import assert from 'node:assert/strict';

/** Whole; as short as it goes; with at least one digit after the point; with two (or the three of a dinar). */
const FORMS = {
  whole: /^\d+$/,
  short: /^(?:\d+|\d+\.\d*[1-9])$/,
  one: /^\d+\.(?:\d|\d+[1-9])$/,
  two: /^\d+\.\d\d[1-9]?$/,
} as const;

/** By the name of the member; numbers of a list or map go by the name of the list or map. */
const WRITTEN: Readonly<Record<string, keyof typeof FORMS>> = {
  id: 'whole',
  operatorId: 'whole',
  promotionId: 'whole',
  transactionId: 'whole',
  expires_in: 'whole',
  offset: 'whole',
  pageNumber: 'whole',
  pageSize: 'whole',
  totalElements: 'whole',
  totalPages: 'whole',
  size: 'whole',
  number: 'whole',
  numberOfElements: 'whole',
  status: 'whole',
  rate: 'short',
  fxRate: 'short',
  maxAmount: 'short',
  mostPopularAmount: 'short',
  suggestedAmounts: 'short',
  discount: 'short',
  requestedAmount: 'short',
  deliveredAmount: 'short',
  fee: 'short',
  cost: 'short',
  refundedAmount: 'short',
  commission: 'one',
  internationalDiscount: 'one',
  localDiscount: 'one',
  percentage: 'one',
  internationalPercentage: 'one',
  localPercentage: 'one',
  balance: 'two',
  oldBalance: 'two',
  newBalance: 'two',
  minAmount: 'two',
  localMinAmount: 'two',
  localMaxAmount: 'two',
  mostPopularLocalAmount: 'two',
  fixedAmounts: 'two',
  localFixedAmounts: 'two',
  localAmounts: 'two',
  suggestedAmountsMap: 'two',
};

/** The reviver's third argument (ECMAScript, "JSON.parse source text access"): in Node since 22, not yet in the types. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

class Written {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** Checks every number of an answer's text. Returns the names that it met. */
export function assertWritten(text: string, path: string): Set<string> {
  const met = new Set<string>();
  const check = (name: string, value: unknown): void => {
    if (value instanceof Written) {
      const form = WRITTEN[name];
      assert.ok(form, `${path}: nothing is said of the number ${name}`);
      assert.match(value.source, FORMS[form], `${path}: ${name}`);
      met.add(name);
    } else if (Array.isArray(value)) {
      for (const one of value) check(name, one);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) check(name === 'suggestedAmountsMap' ? name : key, one);
    }
  };
  check(
    '',
    parseWithSource(text, (_key, value, { source }) =>
      typeof value === 'number' ? new Written(source ?? '') : value,
    ),
  );
  return met;
}
