/**
 * Writes the checked-in catalogue from the tables in `tools/catalogue/` and the data of the development
 * dependencies. The same inputs give the same bytes; CI runs it and fails on a difference. Sources and licences
 * are in `docs/catalogue.md`.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CountryRow, OperatorRow, PrefixRow, ProductRow } from '../src/catalogue/rows.ts';
import { assert } from '../src/core/assert.ts';
import { sandboxAmounts } from './catalogue/amounts.ts';
import { readCarriers } from './catalogue/carriers.ts';
import { readCountries } from './catalogue/countries.ts';
import { readCurrencies, renderCurrencies } from './catalogue/currencies.ts';
import {
  compareInCountry,
  gatherOperators,
  networkOf,
  type OperatorFact,
  OperatorIds,
} from './catalogue/operators.ts';
import { renderPlans } from './catalogue/plans.ts';
import { renderPromotions } from './catalogue/promotions.ts';
import { readRates } from './catalogue/rates.ts';
import { amountsOf } from './catalogue/services.ts';
import { packageFile, readCsv, sandboxChoices, sourceDocuments } from './catalogue/sources.ts';

const DATA = 'src/catalogue/data';
const REGISTRY = 'tools/catalogue/operator-ids.csv';

/** All generated files: path from the root of the repository -> text. */
export function generateCatalogue(): Map<string, string> {
  const currencies = readCurrencies();
  const codes = new Set(currencies.map((c) => c.code));
  const countries = readCountries(codes);
  const rates = readRates(codes);
  const ids = new OperatorIds(readRegistry());
  const byIso2 = new Map(countries.map((country) => [country.iso2, country]));
  const facts = gatherOperators({ carriers: readCarriers(), countries: byIso2, ids });
  const operators = renderOperators(facts, byIso2);
  const exponents = new Map(currencies.map((c) => [c.code, c.exponent]));
  const mainProducts = renderProducts(
    facts,
    operators,
    exponents,
    new Map(rates.map((r) => [r.quote, r.rate])),
  );
  const products = [...mainProducts, ...renderPlans({ operators, products: mainProducts, exponents })];
  const prefixes: PrefixRow[] = facts
    .filter((fact) => fact.prefixes.length > 0)
    .map((fact) => ({ operator_id: fact.id, prefixes: [...fact.prefixes].sort() }));

  const rows = { countries, operators, products, prefixes, promotions: renderPromotions(), rates };
  const files = new Map(Object.entries(rows).map(([name, list]) => [`${DATA}/${name}.json`, lines(list)]));
  const hash = createHash('sha256');
  for (const text of files.values()) hash.update(text);
  const version = hash.digest('hex').slice(0, 16);
  files.set(`${DATA}/version.json`, `${JSON.stringify({ version })}\n`);
  files.set(`${DATA}/ported.json`, `${JSON.stringify(sourceDocuments.ported)}\n`);
  files.set('src/core/currencies.generated.ts', renderCurrencies(currencies));
  const registry = ids.rows().map((row) => `${row.country},${row.name.replaceAll(',', ';')},${row.id}`);
  files.set(REGISTRY, `country,name,id\n${registry.join('\n')}\n`);
  return files;
}

/** An array with one row a line: compact, and a change of one row is a change of one line. */
function lines(rows: readonly unknown[]): string {
  return `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
}

function readRegistry() {
  if (!existsSync(packageFile(`../${REGISTRY}`))) return [];
  const rows = readCsv('operator-ids.csv', ['country', 'name', 'id']);
  return rows.map((row) => ({
    country: row.country,
    name: row.name.replaceAll(';', ','),
    id: Number(row.id),
  }));
}

function renderOperators(
  facts: readonly OperatorFact[],
  countries: ReadonlyMap<string, CountryRow>,
): OperatorRow[] {
  const order = new Map<number, number>();
  for (const inCountry of Map.groupBy(facts, (fact) => fact.country).values())
    for (const [at, fact] of inCountry.toSorted(compareInCountry).entries()) order.set(fact.id, at + 1);
  return facts.map((fact) => ({
    id: fact.id,
    name: fact.name,
    country: fact.country,
    currency: currencyIn(fact.country, countries),
    bundle: fact.kind === 'bundle',
    data: fact.kind === 'data',
    pin: fact.kind === 'pin',
    combo: sandboxChoices.combos.includes(fact.id),
    supports_local_amounts: !sandboxChoices.noLocalAmounts.includes(fact.id),
    commission_international: fact.international,
    commission_local: fact.local,
    ...recipientOf(fact),
    network: networkOf(fact, facts),
    product_id: sourceDocuments.productIds[fact.id] ?? fact.id,
    code: fact.service?.code ?? sourceDocuments.codes[fact.id] ?? null,
    status: sandboxChoices.outOfService.includes(fact.id) ? 'out_of_service' : 'in_service',
    list_order: order.get(fact.id) ?? 0,
    source: fact.source,
  }));
}

type Recipient = Pick<
  OperatorRow,
  'recipient_kind' | 'email_domains' | 'input_label' | 'input_pattern' | 'servers'
>;

function recipientOf({ id, kind, service }: OperatorFact): Recipient {
  const email_domains = sourceDocuments.emailDomains[id] ?? null;
  const { label = null, pattern = null, servers = null } = service ?? {};
  const byNumber = kind === 'gaming' ? 'player' : label === null ? 'phone' : 'account';
  const recipient_kind = email_domains ? 'email' : byNumber;
  return { recipient_kind, email_domains, input_label: label, input_pattern: pattern, servers };
}

function currencyIn(iso2: string, countries: ReadonlyMap<string, CountryRow>): string {
  const country = countries.get(iso2);
  assert(country, `no country ${iso2}`);
  return country.currency;
}

const PRODUCT_WORDS = {
  airtime: { validity: '', description: 'Airtime' },
  data: { validity: '30 days', description: 'Mobile data' },
  bundle: { validity: '30 days', description: 'Calls, messages and data' },
  pin: { validity: '12 months', description: 'A code to type into the phone' },
  bill: { validity: '', description: 'Bill payment' },
  gaming: { validity: '', description: 'Game credit' },
} as const;

/** A main product has no code of its own, and nobody says what it contains. */
const NO_PLAN = {
  code: null,
  validity_days: null,
  data_megabytes: null,
  voice_minutes: null,
  messages: null,
  talk_time: null,
  circle: null,
  names: {},
  descriptions: {},
  status: 'in_service',
} as const;

function renderProducts(
  facts: readonly OperatorFact[],
  operators: readonly OperatorRow[],
  exponents: ReadonlyMap<string, number>,
  rates: ReadonlyMap<string, string>,
): ProductRow[] {
  const products = facts.map((fact, at): ProductRow => {
    const { currency, product_id, email_domains } = operators[at] as OperatorRow; // rendered from the same list
    const exponent = exponents.get(currency);
    const rate = rates.get(currency);
    assert(exponent !== undefined && rate, `${currency} has no exponent or no rate`);
    const fixed = fact.kind !== 'airtime' || sandboxChoices.fixedAirtime.includes(fact.id);
    const given = fact.service ? amountsOf(fact.service) : sandboxChoices.ranges[fact.id];
    const amounts = sandboxAmounts({
      kind: fact.kind,
      fixed: fixed && !email_domains,
      exponent,
      rate,
      given,
    });
    const words = PRODUCT_WORDS[fact.kind];
    const name = sourceDocuments.productNames[fact.id] ?? fact.name;
    const identity = {
      id: product_id,
      operator_id: fact.id,
      name,
      type: fact.kind,
      class: fact.service?.class ?? sandboxChoices.classes[fact.id] ?? 'mobile',
      currency,
    };
    const tax = {
      tax_percent: fact.service?.tax ?? sandboxChoices.taxes[fact.country] ?? '0',
      tax_included: fact.service?.taxAdded !== true,
    };
    return { ...identity, ...amounts, ...words, source: 'sandbox', ...NO_PLAN, ...tax };
  });
  return products.sort((a, b) => a.id - b.id);
}

/** Writes the files into the repository; returns the paths that were written. */
export async function writeCatalogue(): Promise<string[]> {
  const files = generateCatalogue();
  for (const [path, text] of files)
    await writeFile(fileURLToPath(new URL(`../${path}`, import.meta.url)), text);
  return [...files.keys()];
}

if (import.meta.main) console.log((await writeCatalogue()).join('\n'));
