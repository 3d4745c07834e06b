/** GET /v1/countries. */
import { Type } from 'typebox';
import type { Country } from '../../../catalogue/catalogue.ts';
import type { DialectServices } from '../../dialect.ts';
import { after, answer, exact, limit, problems } from '../wire.ts';
import { CountryList, type CountryView } from '../wire-catalogue.ts';
import { admit, needs } from './caller.ts';
import type { NativeApp } from './native-app.ts';
import { pageOf } from './paging.ts';

const EXAMPLE = {
  data: [
    { code: 'HT', code3: 'HTI', name: 'Haiti', continent: 'NA', currency: 'HTG', calling_codes: ['+509'] },
  ],
  next: 'HT',
};

export function addCountries(app: NativeApp, services: DialectServices): void {
  app.get(
    '/v1/countries',
    {
      onRequest: admit(services, 'any'),
      schema: {
        operationId: 'listCountries',
        security: needs('any'),
        tags: ['Catalogue'],
        summary: 'List countries',
        description: 'All countries, by name.',
        querystring: exact({
          limit,
          after: Type.Optional(after('The code of the last country of the page before.')),
        }),
        response: {
          200: answer(CountryList, { description: 'A page of countries.', example: EXAMPLE }),
          ...problems('invalid_request'),
        },
      },
    },
    async (request) => {
      const countries = services.engine.market().catalogue.countries();
      const { rows, next } = pageOf(countries, (country) => country.iso2, request.query);
      return { data: rows.map(countryView), next };
    },
  );
}

function countryView(country: Country): CountryView {
  return {
    code: country.iso2,
    code3: country.iso3,
    name: country.name,
    continent: country.continent,
    currency: country.currency,
    calling_codes: [...country.callingCodes],
  };
}
