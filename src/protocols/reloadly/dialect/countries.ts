import type * as wire from '../wire.ts';
import { type Call, countryOf } from './call.ts';
import { renderCountry } from './render-country.ts';

/** `GET /countries`, by name. */
export function countries({ market, baseUrl }: Call): wire.Country[] {
  return market.catalogue.countries().map((country) => renderCountry(country, baseUrl));
}

/** `GET /countries/{iso}` */
export function countryByCode({ market, params, baseUrl }: Call): wire.Country {
  return renderCountry(countryOf(market.catalogue, params['iso'] ?? ''), baseUrl);
}
