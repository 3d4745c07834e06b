/**
 * Puts the operators together: those recorded with an id of Reloadly's, those that the source documents name
 * (they win an id), the carriers of libphonenumber, and services made for the sandbox. A carrier that is the brand of a recorded operator
 * (`brands.csv`) gives it its prefixes; every other one becomes an operator with an id of ours.
 */

import type { CountryRow } from '../../src/catalogue/rows.ts';
import { assert } from '../../src/core/assert.ts';
import type { Carrier } from './carriers.ts';
import { type Service, services } from './services.ts';
import { type OperatorKind, readCsv, sandboxChoices, sourceDocuments } from './sources.ts';

export interface OperatorFact {
  readonly id: number;
  readonly country: string;
  readonly name: string;
  readonly kind: OperatorKind;
  readonly international: string;
  readonly local: string;
  readonly source: 'documents' | 'reloadly' | 'libphonenumber' | 'sandbox';
  readonly prefixes: string[];
  readonly service?: Service;
}

export interface IdRow {
  readonly country: string;
  readonly name: string;
  readonly id: number;
}

/** Ids of ours start here; Reloadly's and the documents' are below. */
export const OWN_IDS_FROM = 10_000;

/** The registry of our ids: rows are only ever added, so an operator keeps its id for good. */
export class OperatorIds {
  readonly #ids = new Map<string, IdRow>();
  #next = OWN_IDS_FROM;

  constructor(rows: readonly IdRow[]) {
    for (const row of rows) this.#ids.set(`${row.country} ${row.name}`, row);
    this.#next = Math.max(OWN_IDS_FROM, ...rows.map((row) => row.id + 1));
  }

  idOf(country: string, name: string): number {
    const key = `${country} ${name}`;
    const known = this.#ids.get(key);
    if (known) return known.id;
    this.#ids.set(key, { country, name, id: this.#next });
    return this.#next++;
  }

  rows(): IdRow[] {
    return [...this.#ids.values()].sort((a, b) => a.id - b.id);
  }
}

export function gatherOperators(input: {
  readonly carriers: readonly Carrier[];
  readonly countries: ReadonlyMap<string, CountryRow>;
  readonly ids: OperatorIds;
}): OperatorFact[] {
  const { carriers, countries, ids } = input;
  const facts = new Map<number, OperatorFact>();
  const add = (fact: OperatorFact) => {
    assert(!facts.has(fact.id), `operator ${fact.id} twice`);
    facts.set(fact.id, fact);
  };

  for (const named of sourceDocuments.operators)
    add({ ...named, ...sandboxCommission(named.id), source: 'documents', prefixes: [] });
  const recordedIds = new Map<string, number>(); // recorded id -> id in the catalogue
  for (const row of readCsv('operators-recorded.csv', [
    'id',
    'country',
    'name',
    'international',
    'local',
    'kind',
  ])) {
    const id = facts.has(Number(row.id)) ? ids.idOf(row.country, row.name) : Number(row.id);
    recordedIds.set(row.id, id);
    const commission = row.international === '' ? sandboxCommission(id) : row;
    const { international, local } = commission;
    const kind = row.kind as OperatorKind; // our own file
    add({
      id,
      country: row.country,
      name: row.name,
      kind,
      international,
      local,
      source: 'reloadly',
      prefixes: [],
    });
  }

  const brands = new Map(
    readCsv('brands.csv', ['country', 'carrier', 'recorded_id']).map((row) => [
      `${row.country} ${row.carrier}`,
      row.recorded_id,
    ]),
  );
  for (const carrier of carriers) {
    const key = `${carrier.country} ${carrier.name}`;
    const recordedId = brands.get(key);
    if (recordedId !== undefined) {
      brands.delete(key);
      const operator = facts.get(recordedIds.get(recordedId) ?? Number(recordedId));
      assert(operator?.country === carrier.country, `brands.csv: ${key}`);
      operator.prefixes.push(...carrier.prefixes);
      continue;
    }
    const id = ids.idOf(carrier.country, carrier.name);
    const country = countries.get(carrier.country)?.name ?? '';
    assert(country, `no country ${carrier.country}`);
    const name = carrier.name.includes(country) ? carrier.name : `${carrier.name} ${country}`;
    const { prefixes } = carrier;
    const kind = 'airtime';
    add({
      id,
      country: carrier.country,
      name,
      kind,
      ...sandboxCommission(id),
      source: 'libphonenumber',
      prefixes,
    });
  }
  assert(brands.size === 0, `brands.csv names unknown carriers: ${[...brands.keys()].join(', ')}`);
  for (const service of services) {
    const { country, name, kind } = service;
    const id = ids.idOf(country, name);
    add({ id, country, name, kind, ...sandboxCommission(id), source: 'sandbox', prefixes: [], service });
  }
  return [...facts.values()].sort((a, b) => a.id - b.id);
}

/** The operator whose prefixes decide: the base brand of "X Data" or "X Bundles", else the operator itself. */
export function networkOf(fact: OperatorFact, all: readonly OperatorFact[]): number {
  const chosen = fact.service?.network ?? sandboxChoices.networks[fact.id];
  if (chosen !== undefined) return chosen;
  if (fact.kind !== 'data' && fact.kind !== 'bundle') return fact.id;
  const brand = brandOf(fact.name);
  const network = all.find(
    (other) =>
      other.kind === 'airtime' && other.country === fact.country && other.name.toLowerCase() === brand,
  );
  return network?.id ?? fact.id;
}

/** "Digicel Haiti Bundles" is sold under the brand "digicel haiti". */
function brandOf(name: string): string {
  return name.replaceAll(/ (Data|Bundles|\(Paquetigo\))/g, '').toLowerCase();
}

/**
 * Order of the list of a country: airtime of any amount, airtime of fixed amounts, bundles, data, PINs, bills, games.
 * Within each the chosen first one, then the recorded brands, then by how many numbers the prefixes cover.
 */
export function compareInCountry(a: OperatorFact, b: OperatorFact): number {
  const rank = (fact: OperatorFact) => [
    KIND_ORDER.indexOf(fact.kind) + (sandboxChoices.fixedAirtime.includes(fact.id) ? 0.5 : 0),
    fact.name.startsWith(sandboxChoices.listedFirst[fact.country] ?? '') ? 0 : 1,
    fact.source === 'libphonenumber' ? 1 : 0,
    -fact.prefixes.reduce((sum, prefix) => sum + 10 ** -prefix.length, 0),
  ];
  const [left, right] = [rank(a), rank(b)];
  const at = left.findIndex((value, index) => value !== right[index]);
  if (at >= 0) return (left[at] as number) - (right[at] as number); // both have the same length
  return a.name < b.name ? -1 : 1;
}

const KIND_ORDER: readonly OperatorKind[] = ['airtime', 'bundle', 'data', 'pin', 'bill', 'gaming'];

/** A commission where none is recorded: 3 to 8 per cent, the same for an operator in every run. */
function sandboxCommission(id: number): { international: string; local: string } {
  return { international: String(3 + (id % 6)), local: '0' };
}
