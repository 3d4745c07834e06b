/** The exact key sets and types that Reloadly's clients parse, written down once. */
import assert from 'node:assert/strict';
import type { Answer } from '../../harness/app.ts';

/** `'string|null'`, an array's element in brackets, an object with exactly these keys, or a map under `'*'`. */
export type Shape = string | readonly [Shape] | { readonly [key: string]: Shape };

export function assertShape(value: unknown, shape: Shape, path = 'answer'): void {
  if (typeof shape === 'string') {
    const kind = value === null ? 'null' : typeof value;
    assert.ok(shape.split('|').includes(kind), `${path} is ${kind}, not ${shape}`);
  } else if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value), `${path} is no array`);
    for (const [index, element] of value.entries())
      assertShape(element, shape[0] as Shape, `${path}[${index}]`);
  } else {
    assert.ok(typeof value === 'object' && value !== null, `${path} is no object`);
    const { '*': every, ...members } = shape as Record<string, Shape>;
    if (every === undefined) {
      assert.deepEqual(Object.keys(value).sort(), Object.keys(members).sort(), `keys of ${path}`);
    }
    for (const [key, member] of Object.entries(value)) {
      assertShape(member, every ?? (members[key] as Shape), `${path}.${key}`);
    }
  }
}

const SORT = { sorted: 'boolean', unsorted: 'boolean', empty: 'boolean' };

export function pageOf(item: Shape): Shape {
  return {
    content: [item],
    pageable: {
      sort: SORT,
      offset: 'number',
      pageNumber: 'number',
      pageSize: 'number',
      paged: 'boolean',
      unpaged: 'boolean',
    },
    totalElements: 'number',
    totalPages: 'number',
    last: 'boolean',
    first: 'boolean',
    size: 'number',
    number: 'number',
    numberOfElements: 'number',
    sort: SORT,
    empty: 'boolean',
  };
}

export const ERROR: Shape = {
  timeStamp: 'string',
  message: 'string',
  path: 'string',
  errorCode: 'string',
  infoLink: 'null',
  details: [{ '*': 'string|number' }],
};

/** Refused with this code, in the one shape, without a word of our insides. */
export function assertRefused(answer: Answer, status: number, code: string): void {
  assert.equal(answer.status, status, answer.text);
  assertShape(answer.body, ERROR);
  assert.equal(answer.body.errorCode, code, answer.text);
  assert.doesNotMatch(answer.text, /select |toprail\.|\.ts\b/i);
}

export const NOT_FOUND: Shape = {
  timeStamp: 'string',
  status: 'number',
  error: 'string',
  message: 'string',
  path: 'string',
};

export const BALANCE: Shape = {
  balance: 'number',
  currencyCode: 'string',
  currencyName: 'string',
  updatedAt: 'string',
};

export const COUNTRY: Shape = {
  isoName: 'string',
  name: 'string',
  continent: 'string',
  currencyCode: 'string',
  currencyName: 'string',
  currencySymbol: 'string',
  flag: 'string',
  callingCodes: ['string'],
};

export const PROMOTION: Shape = {
  id: 'number',
  promotionId: 'number',
  operatorId: 'number',
  title: 'string',
  title2: 'string',
  description: 'string',
  startDate: 'string',
  endDate: 'string',
  denominations: 'string|null',
  localDenominations: 'string|null',
};

export const OPERATOR: Shape = {
  id: 'number',
  operatorId: 'number',
  name: 'string',
  bundle: 'boolean',
  data: 'boolean',
  comboProduct: 'boolean',
  pin: 'boolean',
  supportsLocalAmounts: 'boolean',
  supportsGeographicalRechargePlans: 'boolean',
  denominationType: 'string',
  senderCurrencyCode: 'string',
  senderCurrencySymbol: 'string',
  destinationCurrencyCode: 'string',
  destinationCurrencySymbol: 'string',
  commission: 'number',
  internationalDiscount: 'number',
  localDiscount: 'number',
  mostPopularAmount: 'number|null',
  mostPopularLocalAmount: 'number|null',
  minAmount: 'number|null',
  maxAmount: 'number|null',
  localMinAmount: 'number|null',
  localMaxAmount: 'number|null',
  country: { isoName: 'string', name: 'string' },
  fx: { rate: 'number', currencyCode: 'string' },
  logoUrls: ['string'],
  fixedAmounts: ['number'],
  fixedAmountsDescriptions: { '*': 'string' },
  localFixedAmounts: ['number'],
  localFixedAmountsDescriptions: { '*': 'string' },
  suggestedAmounts: ['number'],
  suggestedAmountsMap: { '*': 'number' },
  geographicalRechargePlans: [
    {
      locationCode: 'string',
      locationName: 'string',
      fixedAmounts: ['number'],
      localAmounts: ['number'],
      fixedAmountsPlanNames: { '*': 'string' },
      fixedAmountsDescriptions: { '*': 'string' },
      localFixedAmountsPlanNames: { '*': 'string' },
      localFixedAmountsDescriptions: { '*': 'string' },
    },
  ],
  promotions: [PROMOTION],
  fees: ['never'],
};

export const SIMPLIFIED_OPERATOR: Shape = {
  id: 'number',
  operatorId: 'number',
  name: 'string',
  countryCode: 'string',
  data: 'boolean',
  bundle: 'boolean',
  status: 'boolean',
};

export const COMMISSION: Shape = {
  operator: SIMPLIFIED_OPERATOR,
  percentage: 'number',
  internationalPercentage: 'number',
  localPercentage: 'number',
  updatedAt: 'string',
};

export const FX_RATE: Shape = { id: 'number', name: 'string', fxRate: 'number', currencyCode: 'string' };

const PIN_DETAIL: Shape = {
  serial: 'string',
  info1: 'string|null',
  info2: 'string|null',
  info3: 'string|null',
  value: 'null',
  code: 'string',
  ivr: 'string',
  validity: 'string',
};

const BALANCE_INFO: Shape = {
  oldBalance: 'number',
  newBalance: 'number',
  cost: 'number',
  currencyCode: 'string',
  currencyName: 'string',
  updatedAt: 'string',
};

/** With or without a PIN, with or without the balance. */
export function transactionShape({
  pin,
  balance,
}: {
  pin: 'pin' | 'no pin';
  balance: 'balance' | 'no balance';
}): Shape {
  return {
    transactionId: 'number',
    status: 'string',
    operatorTransactionId: 'string|null',
    customIdentifier: 'string|null',
    recipientPhone: 'string|null',
    recipientEmail: 'string|null',
    senderPhone: 'string|null',
    countryCode: 'string',
    operatorId: 'number',
    operatorName: 'string',
    discount: 'number',
    discountCurrencyCode: 'string',
    requestedAmount: 'number',
    requestedAmountCurrencyCode: 'string',
    deliveredAmount: 'number',
    deliveredAmountCurrencyCode: 'string',
    transactionDate: 'string',
    fee: 'number',
    pinDetail: pin === 'pin' ? PIN_DETAIL : 'null',
    balanceInfo: balance === 'balance' ? BALANCE_INFO : 'null',
    links: [{ href: 'string', rel: 'string', method: 'string' }],
  };
}

/** Amounts in whole minor units of two digits, so that sums of them are exact. */
export function cents(amount: number): number {
  return Math.round(amount * 100);
}
