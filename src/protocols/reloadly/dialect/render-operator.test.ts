import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Catalogue } from '../../../catalogue/catalogue.ts';
import { readCatalogueData } from '../../../catalogue/data.ts';
import type { AccountId } from '../../../core/ids.ts';
import type { Market } from '../../../orders/market.ts';
import { PriceBook } from '../../../pricing/price-book.ts';
import { RateTable } from '../../../pricing/rates.ts';
import { isTopup, readOperatorFilter } from './operator-filter.ts';
import { renderOperator } from './render-operator.ts';
import type { Terms } from './terms.ts';

const catalogue = new Catalogue(readCatalogueData());
const market: Pick<Market, 'catalogue' | 'rates' | 'prices' | 'now' | 'rateAgeMsMax'> = {
  catalogue,
  rates: new RateTable(catalogue.rates),
  now: () => 0,
  rateAgeMsMax: { sandbox: undefined, live: undefined },
  prices: new PriceBook([{ name: 'plain', percent: '6', fxMarginPercent: '0' }], []),
};
const terms = (currency: string): Terms => ({
  // Rendering never looks at routes.
  market: market as Market,
  buyer: { accountId: 1n as AccountId, environment: 'sandbox', plan: 'plain' },
  currency,
  baseUrl: 'https://topups.reloadly.com',
  language: 'en',
});
const PLAIN = { suggestedAmounts: false, suggestedAmountsMap: false };
const render = (id: number, detail = PLAIN, currency = 'USD') => {
  const operator = catalogue.operator(id);
  assert.ok(operator);
  return renderOperator(terms(currency), operator, detail);
};

const KEYS = [
  'id',
  'operatorId',
  'name',
  'bundle',
  'data',
  'comboProduct',
  'pin',
  'supportsLocalAmounts',
  'supportsGeographicalRechargePlans',
  'denominationType',
  'senderCurrencyCode',
  'senderCurrencySymbol',
  'destinationCurrencyCode',
  'destinationCurrencySymbol',
  'commission',
  'internationalDiscount',
  'localDiscount',
  'mostPopularAmount',
  'mostPopularLocalAmount',
  'minAmount',
  'maxAmount',
  'localMinAmount',
  'localMaxAmount',
  'country',
  'fx',
  'logoUrls',
  'fixedAmounts',
  'fixedAmountsDescriptions',
  'localFixedAmounts',
  'localFixedAmountsDescriptions',
  'suggestedAmounts',
  'suggestedAmountsMap',
  'geographicalRechargePlans',
  'promotions',
  'fees',
];

test('every operator has the one set of keys, and no amount is missing a digit', () => {
  for (const operator of catalogue.operators()) {
    const shown = renderOperator(terms('USD'), operator, {
      suggestedAmounts: true,
      suggestedAmountsMap: true,
    });
    assert.deepEqual(Object.keys(shown).sort(), KEYS.toSorted(), operator.name);
    const isRange = shown.denominationType === 'RANGE';
    assert.equal(shown.fixedAmounts.length > 0, !isRange, operator.name);
    assert.equal(typeof shown.minAmount, isRange ? 'number' : 'object', operator.name);
    assert.ok(shown.fx.rate !== null && shown.fx.rate > 0, operator.name);
    assert.equal(shown.fixedAmounts.length, new Set(shown.fixedAmounts).size, operator.name);
  }
});

test('a range in dollars', () => {
  const shown = render(173);
  assert.equal(shown.denominationType, 'RANGE');
  assert.equal(shown.commission, 12);
  assert.equal(shown.internationalDiscount, 12);
  assert.equal(shown.localDiscount, 0);
  assert.equal(shown.senderCurrencyCode, 'USD');
  assert.equal(shown.senderCurrencySymbol, '$');
  assert.equal(shown.destinationCurrencyCode, 'HTG');
  assert.deepEqual(shown.country, { isoName: 'HT', name: 'Haiti' });
  assert.ok(
    shown.minAmount !== null && shown.maxAmount !== null && shown.minAmount < 1 && shown.maxAmount > 15,
  );
  assert.equal(shown.localMinAmount, 25);
  assert.deepEqual(shown.fixedAmounts, []);
  assert.deepEqual(shown.suggestedAmounts, []);
  assert.deepEqual(shown.suggestedAmountsMap, {});
  assert.ok(shown.promotions.length > 0);
  assert.deepEqual(Object.keys(shown.promotions[0] ?? {}).sort(), [
    'denominations',
    'description',
    'endDate',
    'id',
    'localDenominations',
    'operatorId',
    'promotionId',
    'startDate',
    'title',
    'title2',
  ]);
});

test('the logo is an address of ours', () => {
  assert.deepEqual(render(173).logoUrls, ['https://topups.reloadly.com/logos/173.svg']);
});

test('bills, games and gift cards are none of this API', () => {
  const other = catalogue.operators().filter((one) => !isTopup(catalogue, one));
  const sold = new Set(other.map((one) => catalogue.mainProduct(one).class));
  assert.deepEqual([...sold].sort(), ['dth', 'electricity', 'fastag', 'gaming', 'gift_card', 'postpaid']);
  // Television that Reloadly itself lists stays.
  assert.ok(isTopup(catalogue, catalogue.operator(228) ?? assert.fail()));
});

test('the plans of the telecom circles: aligned amounts and texts, all within the range of the operator', () => {
  const shown = render(200);
  assert.equal(shown.supportsGeographicalRechargePlans, true);
  assert.equal(shown.geographicalRechargePlans.length, 22);
  for (const plans of shown.geographicalRechargePlans) {
    assert.deepEqual(Object.keys(plans), [
      'locationCode',
      'locationName',
      'fixedAmounts',
      'localAmounts',
      'fixedAmountsPlanNames',
      'fixedAmountsDescriptions',
      'localFixedAmountsPlanNames',
      'localFixedAmountsDescriptions',
    ]);
    const sent = plans.fixedAmounts.map((amount) => amount.toFixed(2));
    const received = plans.localAmounts.map((amount) => amount.toFixed(2));
    assert.ok(sent.length >= 5, plans.locationCode);
    assert.deepEqual(Object.keys(plans.fixedAmountsPlanNames), sent);
    assert.deepEqual(Object.keys(plans.fixedAmountsDescriptions), sent);
    assert.deepEqual(Object.keys(plans.localFixedAmountsPlanNames), received);
    assert.deepEqual(Object.keys(plans.localFixedAmountsDescriptions), received);
    for (const amount of plans.fixedAmounts)
      assert.ok(amount >= (shown.minAmount ?? 0) && amount <= (shown.maxAmount ?? 0), `${amount}`);
  }
  const kolkata = shown.geographicalRechargePlans.find(({ locationCode }) => locationCode === 'KO');
  assert.equal(kolkata?.locationName, 'Kolkata');
  assert.equal(kolkata?.localFixedAmountsDescriptions['100.00'], 'INR 81.75 talk time');
  assert.equal(render(173).supportsGeographicalRechargePlans, false);
  assert.deepEqual(render(173).geographicalRechargePlans, []);
});

test('suggestions are whole amounts of the sender, with what each converts to', () => {
  const shown = render(173, { suggestedAmounts: true, suggestedAmountsMap: true });
  assert.ok(shown.suggestedAmounts.length > 3);
  assert.ok(shown.suggestedAmounts.every((amount) => Number.isInteger(amount)));
  assert.deepEqual(
    Object.keys(shown.suggestedAmountsMap).map(Number).sort(byValue),
    shown.suggestedAmounts.toSorted(byValue),
  );
  const rate = shown.fx.rate ?? 0;
  for (const [sent, received] of Object.entries(shown.suggestedAmountsMap)) {
    assert.ok(Math.abs(received - Number(sent) * rate) <= 0.005 + 1e-9, `${sent} -> ${received}`);
  }
});

test('only the map, where only the map is asked for', () => {
  const shown = render(173, { suggestedAmounts: false, suggestedAmountsMap: true });
  assert.deepEqual(shown.suggestedAmounts, []);
  assert.ok(Object.keys(shown.suggestedAmountsMap).length > 3);
});

test('fixed amounts and their descriptions stand side by side', () => {
  const data = catalogue
    .operators()
    .find((one) => one.data && catalogue.mainProduct(one).denomination.kind === 'fixed');
  assert.ok(data);
  const shown = render(data.id);
  assert.equal(shown.denominationType, 'FIXED');
  assert.equal(shown.minAmount, null);
  assert.equal(shown.localMinAmount, null);
  assert.equal(shown.fixedAmounts.length, shown.localFixedAmounts.length);
  assert.deepEqual(
    Object.keys(shown.fixedAmountsDescriptions),
    shown.fixedAmounts.map((amount) => amount.toFixed(2)),
  );
  assert.equal(Object.keys(shown.localFixedAmountsDescriptions).length, shown.localFixedAmounts.length);
});

test("out of a wallet in the operator's own currency nothing is converted", () => {
  const shown = render(341, PLAIN, 'NGN');
  assert.deepEqual(shown.fx, { rate: 1, currencyCode: 'NGN' });
  assert.deepEqual([shown.minAmount, shown.maxAmount], [shown.localMinAmount, shown.localMaxAmount]);
});

const FILTERS: [query: Record<string, string>, keeps: (kind: ReturnType<typeof kindOf>) => boolean][] = [
  [{ includeBundles: 'false' }, ({ bundle }) => !bundle],
  [{ includeData: 'false' }, ({ data }) => !data],
  [{ includePin: 'false' }, ({ pin }) => !pin],
  [{ includeCombo: 'false' }, ({ combo }) => !combo],
  [{ includeRange: 'false' }, ({ range }) => !range],
  [{ includeFixed: 'false' }, ({ range }) => range],
  [{ bundlesOnly: 'true' }, ({ bundle }) => bundle],
  [{ dataOnly: 'true' }, ({ data }) => data],
  [{ pinOnly: 'true' }, ({ pin }) => pin],
  [{ comboOnly: 'true' }, ({ combo }) => combo],
  [{ dataOnly: 'true', includeData: 'false' }, () => false],
  [{ includePin: 'TRUE', includeData: 'true' }, () => true],
  [{}, () => true],
];
for (const [query, keeps] of FILTERS) {
  test(`the filter ${JSON.stringify(query)}`, () => {
    const filter = readOperatorFilter(query, catalogue);
    for (const operator of catalogue.operators()) {
      const expected = isTopup(catalogue, operator) && keeps(kindOf(operator.id));
      assert.equal(filter.keeps(operator), expected, operator.name);
    }
  });
}

function kindOf(id: number) {
  const operator = catalogue.operator(id);
  assert.ok(operator);
  return { ...operator, range: catalogue.mainProduct(operator).denomination.kind === 'range' };
}

function byValue(a: number, b: number): number {
  return a - b;
}
