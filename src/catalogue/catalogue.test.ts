import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { currencyOf } from '../core/currency.ts';
import { Catalogue, type Product } from './catalogue.ts';
import { readCatalogueData, readSandboxPorted } from './data.ts';
import { normaliseEmail } from './email.ts';
import { normalisePhone } from './phone.ts';

const LOAD_MS_MAX = 300;

const started = performance.now();
const rows = readCatalogueData();
const catalogue = new Catalogue(rows, readSandboxPorted());
const loadMs = performance.now() - started;

const operator = (id: number) => catalogue.operator(id) ?? assert.fail(`no operator ${id}`);

test('the whole catalogue is in memory within the time that a start may take', () => {
  assert.ok(loadMs < LOAD_MS_MAX, `${loadMs} ms`);
  assert.ok(rows.prefixes.reduce((sum, row) => sum + row.prefixes.length, 0) > 28_000);
  assert.ok(catalogue.operators().length > 1_500);
});

test('the version is the hash of the files', () => {
  const hash = createHash('sha256');
  for (const part of ['countries', 'operators', 'products', 'prefixes', 'promotions', 'rates'])
    hash.update(readFileSync(new URL(`./data/${part}.json`, import.meta.url)));
  assert.equal(catalogue.version, hash.digest('hex').slice(0, 16));
});

test('every row is whole', () => {
  for (const entry of catalogue.operators()) {
    const product = catalogue.mainProduct(entry);
    assert.equal(product.currency, entry.currency);
    assert.ok(currencyOf(entry.currency));
    assert.equal(operator(entry.network).country, entry.country, `${entry.id}`);
    assert.equal(operator(entry.network).network, entry.network, `${entry.id}`);
    const { denomination } = product;
    if (denomination.kind === 'range')
      assert.ok(0n < denomination.min && denomination.min < denomination.max);
    else
      assert.deepEqual(
        [...denomination.amounts],
        denomination.amounts.toSorted((a, b) => (a < b ? -1 : 1)),
      );
  }
  for (const country of catalogue.countries()) {
    assert.ok(currencyOf(country.currency));
    assert.ok(country.flag.endsWith(`/${country.iso2.toLowerCase()}.svg`));
    for (const code of country.callingCodes) assert.match(code, /^\+[1-9]\d{0,5}$/);
  }
  for (const promotion of catalogue.promotions()) assert.ok(operator(promotion.operatorId));
  assert.equal(
    new Set(catalogue.operators().map(({ name, country }) => `${country} ${name}`)).size,
    rows.operators.length,
  );
});

test('every currency in which something is sold has a rate', () => {
  const quoted = new Set(catalogue.rates.map((rate) => rate.quote));
  for (const { currency } of catalogue.operators()) assert.ok(quoted.has(currency), currency);
});

test('countries are listed by name, as clients know them', () => {
  const names = catalogue.countries().map((country) => country.name);
  assert.equal(names[0], 'Afghanistan');
  assert.equal(names.at(-1), 'Zimbabwe');
  assert.equal(catalogue.country('TR')?.name, 'Turkey');
  assert.equal(catalogue.countryByIso3('IND')?.iso2, 'IN');
  assert.deepEqual(catalogue.country('AF')?.callingCodes, ['+93']);
  assert.equal(catalogue.country('tr'), undefined);
});

const DOCUMENTED = [
  { id: 173, name: 'Digicel Haiti', country: 'HT' },
  { id: 174, name: 'Natcom Haiti', country: 'HT' },
  { id: 341, name: 'MTN Nigeria', country: 'NG' },
  { id: 535, name: 'EE PIN England', country: 'GB' },
  { id: 683, name: 'Nauta Cuba', country: 'CU' },
  { id: 200, name: 'Airtel India', country: 'IN' },
];
for (const { id, name, country } of DOCUMENTED) {
  test(`operator ${id} is ${name}`, () => {
    assert.deepEqual([operator(id).name, operator(id).country], [name, country]);
  });
}

test('an id of the source documents wins over a recorded one, which moves to an id of ours', () => {
  assert.equal(operator(685).country, 'CU');
  const moved = catalogue.operatorsOf('BF').find(({ name }) => name === 'Telecel Burkina Faso');
  assert.ok(moved && moved.id >= 10_000);
});

test('products 4219 and 4231 are Airtel and Vi of India', () => {
  assert.equal(catalogue.product(4219)?.operatorId, 200);
  assert.equal(catalogue.product(4231)?.name, 'Vi (Vodafone Idea) India');
  assert.deepEqual(catalogue.product(4219)?.denomination, { kind: 'range', min: 1_000n, max: 1_000_000n });
  const codes = ['AIRTEL', 'JIO', 'VI', 'BSNL'].map((code) => catalogue.operatorByCode(code)?.country);
  assert.deepEqual(codes, ['IN', 'IN', 'IN', 'IN']);
});

test('the first British operator is airtime of any amount, takes 10 pounds and serves the number of the SDK test', () => {
  const first = catalogue.operatorsOf('GB')[0] ?? assert.fail();
  const { denomination } = catalogue.mainProduct(first);
  assert.ok(denomination.kind === 'range' && denomination.min <= 1000n && denomination.max >= 1000n);
  assert.equal(catalogue.serves(first, '+447772235236'), 'yes');
});

const NUMBERS = [
  { number: '+50936377111', operatorId: 173, confidence: 'prefix' },
  { number: '+2348147658721', operatorId: 341, confidence: 'prefix' },
  { number: '+918879685100', operatorId: 200, confidence: 'ported' },
  { number: '+919876543210', operatorId: 200, confidence: 'prefix' },
];
for (const { number, operatorId, confidence } of NUMBERS) {
  test(`${number} is looked up as ${operatorId} by ${confidence}`, () => {
    assert.deepEqual(catalogue.lookupNumber(number)[0], { operatorId, confidence });
    assert.equal(catalogue.serves(operator(operatorId), number), 'yes');
  });
}

test('a lookup names the other networks of the country as alternatives, each once', () => {
  const candidates = catalogue.lookupNumber('+918879685100');
  assert.equal(new Set(candidates.map(({ operatorId }) => operatorId)).size, candidates.length);
  assert.ok(candidates.some(({ operatorId, confidence }) => operatorId === 716 && confidence === 'country'));
  for (const { operatorId } of candidates) assert.equal(operator(operatorId).country, 'IN');
});

test('without carrier data every network of the country is a guess; without a country there is none', () => {
  const american = catalogue.lookupNumber('+13058989796');
  assert.ok(american.length >= 2 && american.every(({ confidence }) => confidence === 'country'));
  for (const nonsense of ['+999123456789', '+1', '', '+', 'abc'])
    assert.deepEqual(catalogue.lookupNumber(nonsense), []);
});

test('the Turkish number of the SDK test is detected', () => {
  const [best] = catalogue.lookupNumber('+905435554433');
  assert.equal(best && operator(best.operatorId).name, 'Vodafone Turkey');
});

test('who serves a number: data and bundles follow their brand, PINs and e-mail ask for no match', () => {
  assert.equal(catalogue.serves(operator(172), '+50936377111'), 'yes');
  assert.equal(catalogue.serves(operator(174), '+50936377111'), 'no');
  assert.equal(catalogue.serves(operator(535), '+447951631337'), 'unknown');
  assert.equal(catalogue.serves(operator(685), '+5350000000'), 'unknown');
  assert.equal(catalogue.serves(operator(548), '+13058989796'), 'unknown');
});

/** In how many countries some operator has what is wanted. */
function countriesWith(wanted: (id: number) => boolean): number {
  const members = catalogue.operators().filter(({ id }) => wanted(id));
  return new Set(members.map(({ country }) => country)).size;
}

test('each filter of the operators list has members in several countries', () => {
  assert.ok(countriesWith((id) => operator(id).data) >= 10);
  assert.ok(countriesWith((id) => operator(id).bundle) >= 10);
  assert.ok(countriesWith((id) => operator(id).pin) >= 5);
  assert.ok(countriesWith((id) => operator(id).combo) >= 3);
  for (const kind of ['range', 'fixed'])
    assert.ok(
      countriesWith((id) => catalogue.mainProduct(operator(id)).denomination.kind === kind) >= 10,
      kind,
    );
});

test('Nauta takes addresses of its two domains only', () => {
  const nauta = operator(683);
  assert.equal(normaliseEmail('Anyone@nauta.com.cu', nauta), 'anyone@nauta.com.cu');
  assert.equal(normaliseEmail('anyone@nauta.co.cu', operator(685)), 'anyone@nauta.co.cu');
  for (const wrong of [
    'anyone@example.com',
    '@nauta.com.cu',
    'a@b@nauta.com.cu',
    'a..b@nauta.com.cu',
    'anyone',
    '',
  ])
    assert.equal(normaliseEmail(wrong, nauta), undefined, wrong);
  assert.equal(normaliseEmail('anyone@nauta.com.cu', operator(173)), undefined);
});

test("prefixes belong to numbers of the operator's own country", () => {
  const sample = [...catalogue.operatorsOf('HT'), ...catalogue.operatorsOf('KZ')].map(
    ({ country }) => country,
  );
  assert.ok(sample.includes('HT') && sample.includes('KZ'));
  const kazakh = normalisePhone('+77012345678', 'KZ');
  assert.equal(operator(catalogue.lookupNumber(kazakh?.e164 ?? '')[0]?.operatorId ?? 0).country, 'KZ');
});

test('plans: one amount, a validity and a content each; found by code, listed after the main product', () => {
  const bundle = catalogue.productByCode('BND001');
  assert.ok(bundle);
  assert.deepEqual(
    [bundle.type, bundle.currency, bundle.validityDays, bundle.benefits],
    ['data', 'TZS', 7, { dataMegabytes: 1024 }],
  );
  assert.equal(catalogue.serves(operator(bundle.operatorId), '+255712345678'), 'yes');
  assert.equal(catalogue.productByCode('BND000'), undefined);

  const plans = catalogue.products().filter(({ code }) => code !== undefined);
  assert.ok(plans.length >= 46);
  for (const plan of plans) {
    assert.ok(plan.denomination.kind === 'fixed' && plan.denomination.amounts.length === 1, plan.name);
    assert.match(plan.name, new RegExp(` / ${plan.validityDays} days?$`));
    assert.equal(plan.currency, operator(plan.operatorId).currency);
    assert.ok((plan.benefits.voiceMinutes === undefined) === (plan.type === 'data'), plan.name);
    assert.ok((plan.benefits.talkTime === undefined) === (plan.type !== 'combo'), plan.name);
    const [first, ...rest] = catalogue.productsOf(plan.operatorId);
    assert.equal(first?.id, operator(plan.operatorId).productId);
    assert.ok(rest.includes(plan));
    const same = rest.filter((other) => other.type === plan.type && sameAmount(other, plan));
    assert.equal(same.length, 1, `${plan.name}: the amount names the plan`);
  }
});

function sameAmount(a: Product, b: Product): boolean {
  if (a.denomination.kind !== 'fixed' || b.denomination.kind !== 'fixed') return false;
  return a.denomination.amounts[0] === b.denomination.amounts[0];
}

test('circle plans: all 22 circles of four operators, apart from what is sold in the whole country', () => {
  for (const id of [200, 716, 786, 193]) {
    const plans = catalogue.circlePlansOf(id);
    assert.equal(new Set(plans.map(({ circle }) => circle)).size, 22);
    assert.equal(plans.length, 22 * 7);
    assert.ok(catalogue.productsOf(id).every(({ circle }) => circle === undefined));
    for (const [circle, inCircle] of Map.groupBy(plans, (plan) => plan.circle)) {
      const amounts = inCircle.map(
        ({ denomination }) => denomination.kind === 'fixed' && denomination.amounts[0],
      );
      assert.equal(new Set(amounts).size, plans.length / 22, `${id} ${circle}: an amount names the plan`);
    }
  }
  assert.deepEqual(catalogue.circlePlansOf(173), []);
});

test('every class of products has members, and what the sandbox made says so', () => {
  const classes = Map.groupBy(catalogue.products(), (product) => product.class);
  const sold = ['dth', 'electricity', 'fastag', 'gaming', 'gift_card', 'mobile', 'postpaid'];
  assert.deepEqual([...classes.keys()].sort(), sold);
  for (const [name, products] of classes)
    if (name !== 'mobile') assert.ok(products.every(({ source }) => source === 'sandbox'));
  for (const { type, class: of } of catalogue.products()) {
    assert.equal(type === 'gaming', of === 'gaming');
    if (type === 'bill') assert.ok(['dth', 'electricity', 'fastag', 'postpaid'].includes(of));
  }
});

test('Indian products hold their tax, bills of electricity none, and a game adds it', () => {
  const tax = (name: string) => {
    const found = catalogue.operators().find((one) => one.name === name) ?? assert.fail(name);
    return catalogue.mainProduct(found).tax;
  };
  assert.deepEqual(tax('Airtel India'), { percent: '18', isIncluded: true });
  assert.deepEqual(tax('BESCOM Bengaluru'), { percent: '0', isIncluded: true });
  assert.deepEqual(tax('Battlegrounds Mobile India'), { percent: '18', isIncluded: false });
  assert.deepEqual(tax('Digicel Haiti'), { percent: '0', isIncluded: true });
});

test('bills and games answer to no lookup of a number; postpaid serves the numbers of its network', () => {
  const candidates = catalogue.lookupNumber('+919876543210');
  for (const { operatorId } of candidates)
    assert.equal(catalogue.mainProduct(operator(operatorId)).type, 'airtime', operator(operatorId).name);
  const postpaid = catalogue.operators().find(({ name }) => name === 'Airtel Postpaid') ?? assert.fail();
  assert.equal(catalogue.serves(postpaid, '+919876543210'), 'yes');
  assert.equal(catalogue.serves({ ...postpaid, network: 716 }, '+919876543210'), 'no');
  const game = catalogue.operators().find(({ name }) => name === 'Genshin Impact') ?? assert.fail();
  assert.equal(catalogue.serves(game, '+13058989796'), 'unknown');
});

test('what is sold no longer is found by its id and listed nowhere', () => {
  const products = rows.products.map((row) =>
    row.id === 500_003 ? { ...row, status: 'out_of_service' as const } : row,
  );
  const next = new Catalogue({ ...rows, products });
  assert.equal(next.product(500_003)?.status, 'out_of_service');
  assert.equal(next.productByCode('BND003'), undefined);
  assert.ok(![...next.products(), ...next.productsOf(200)].some(({ id }) => id === 500_003));
});

test('the holder of a range is told apart from who serves the number now', () => {
  assert.equal(catalogue.rangeHolder('+918879685100')?.id, 716);
  assert.equal(catalogue.rangeHolder('+919876543210')?.id, 200);
  assert.equal(catalogue.rangeHolder('+13058989796'), undefined);
});
