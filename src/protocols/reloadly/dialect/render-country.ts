import type { Country } from '../../../catalogue/catalogue.ts';
import { currencyOf } from '../../../core/currency.ts';
import type * as wire from '../wire.ts';

export function renderCountry(country: Country, baseUrl: string): wire.Country {
  const { name, symbol } = currencyOf(country.currency);
  return {
    isoName: country.iso2,
    name: country.name,
    continent: country.continent,
    currencyCode: country.currency,
    currencyName: name,
    currencySymbol: symbol,
    flag: baseUrl + country.flag,
    callingCodes: country.callingCodes,
  };
}
