/** Countries: ISO 3166-1 from countries-list; names and airtime currencies as recorded from Reloadly's service. */

import { readFileSync } from 'node:fs';
import { getCountryData, type TCountryCode } from 'countries-list';
import type { CountryRow } from '../../src/catalogue/rows.ts';
import { assert } from '../../src/core/assert.ts';
import { packageFile, readCsv } from './sources.ts';

/** Reserved codes outside ISO 3166-1 that have number plans and carriers: Ascension, Kosovo. */
const RESERVED_WITH_CARRIERS = ['AC', 'XK'];
/** Reserved codes without carriers of their own. */
const LEFT_OUT = ['TA'];
/** Antarctica has no currency of its own; nothing is sold there. */
const CURRENCY_WHERE_NONE: Readonly<Record<string, string>> = { AQ: 'USD' };

export function readCountries(currencies: ReadonlySet<string>): CountryRow[] {
  const recorded = new Map(
    readCsv('countries-recorded.csv', ['iso2', 'name', 'currency', 'calling_codes']).map((row) => [
      row.iso2,
      row,
    ]),
  );
  const codes = Object.keys(
    JSON.parse(readFileSync(packageFile('countries-list/countries.min.json'), 'utf8')),
  );
  const rows = codes
    .filter((code) => !LEFT_OUT.includes(code))
    .map((code): CountryRow => {
      const facts = getCountryData(code as TCountryCode); // the key of the package's own table
      const known = recorded.get(code);
      const currency =
        known?.currency || facts.currency.find((c) => currencies.has(c)) || CURRENCY_WHERE_NONE[code];
      assert(currency && currencies.has(currency), `${code} has no currency`);
      const calling = known?.calling_codes || facts.phone.map((digits) => `+${digits}`).join(' ');
      return {
        iso2: code,
        iso3: facts.iso3,
        name: known?.name ?? facts.name,
        continent: facts.continent,
        currency,
        calling_codes: calling.split(' '),
        flag: `/flags/${code.toLowerCase()}.svg`,
      };
    });
  assert(rows.length === 249 + RESERVED_WITH_CARRIERS.length, `${rows.length} countries`);
  return rows.sort((a, b) => (a.iso2 < b.iso2 ? -1 : 1));
}
