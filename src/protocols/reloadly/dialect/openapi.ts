/** The published document of this dialect. */
import {
  type ApiDescription,
  describeApi,
  either,
  list,
  object,
  oneOf,
  ref,
  type Schema,
  type Told,
  text,
  whole,
} from '../../../platform/openapi.ts';
import { MEDIA_TYPE } from '../wire.ts';
import { ROUTES } from './endpoints.ts';
import { pageOf, SCHEMAS } from './openapi-schemas.ts';
import { TOKEN_PATH } from './token.ts';

const PAGE = { page: 'From 1; 0 is the same first page.', size: 'Of a page; 200 unless given.' };
const FILTER = {
  includeBundles: 'true unless given.',
  includeData: 'true unless given.',
  includePin: 'true unless given.',
  includeCombo: 'true unless given.',
  includeRange: 'true unless given.',
  includeFixed: 'true unless given.',
  bundlesOnly: 'false unless given.',
  dataOnly: 'false unless given.',
  pinOnly: 'false unless given.',
  comboOnly: 'false unless given.',
  suggestedAmounts: 'false unless given.',
  suggestedAmountsMap: 'false unless given.',
  simplified: 'false unless given.',
};
const HISTORY = {
  ...PAGE,
  countryCode: 'ISO 3166-1 alpha-2.',
  operatorId: 'Of the operator.',
  operatorName: 'The whole name, in any case.',
  customIdentifier: 'As it was given with the top-up.',
};
const operator = either(ref('Operator'), ref('SimplifiedOperator'));

function answered(summary: string, answer: Schema, query?: Readonly<Record<string, string>>): Told {
  return { summary, answers: { 200: answer }, ...(query && { query }) };
}

const GRANT = {
  type: 'object',
  properties: {
    client_id: text,
    client_secret: text,
    grant_type: oneOf(['client_credentials']),
    audience: text,
    scope: text,
  },
  required: ['grant_type'],
};

const detected = answered('The operator of a number.', operator, FILTER);

const TOLD: Readonly<Record<string, Told>> = {
  [`POST ${TOKEN_PATH}`]: {
    ...answered(
      'An access token, for a day. Credentials in the body, also as a form, or as Basic.',
      ref('Token'),
    ),
    access: 'open',
    body: GRANT,
  },
  'GET /accounts/balance': answered('What top-ups can be paid from.', ref('Balance')),
  'POST /accounts/verify': answered('Whose token this is.', ref('VerifiedAccount')),
  'GET /countries': answered('All countries, by name.', list(ref('Country'))),
  'GET /countries/:iso': answered('A country.', ref('Country')),
  'GET /operators': answered('Operators, by name.', pageOf(operator), { ...PAGE, ...FILTER }),
  'GET /operators/:id': answered('An operator.', operator, FILTER),
  'GET /operators/countries/:iso': answered('The operators of a country.', list(operator), FILTER),
  'GET /operators/auto-detect/phone/:phone/countries/:iso': detected,
  'GET /operators/auto-detect/phone/:phone/country-code/:iso': detected,
  'GET /operators/mnp-lookup/phone/:phone/countries/:iso': detected,
  'POST /mnp-lookup/operators': detected,
  'POST /operators/fx-rate': answered('What an amount is in the operator’s currency.', ref('FxRate')),
  'POST /operators/:id/fx-rate': answered('What an amount is in the operator’s currency.', ref('FxRate')),
  'GET /operators/commissions': answered('The caller’s discounts.', pageOf(ref('Commission')), PAGE),
  'GET /operators/:id/commissions': answered('The caller’s discount at an operator.', ref('Commission')),
  'GET /promotions': answered('Promotions, by id.', pageOf(ref('Promotion')), PAGE),
  'GET /promotions/:id': answered('A promotion.', ref('Promotion')),
  'GET /promotions/operators/:id': answered('The promotions of an operator.', list(ref('Promotion'))),
  'GET /promotions/country-codes/:iso': answered('The promotions of a country.', list(ref('Promotion'))),
  'GET /promotions/countries/:iso': answered('The promotions of a country.', list(ref('Promotion'))),
  'POST /topups': answered(
    'Tops up, and answers with the outcome or, after 10 s, PROCESSING.',
    ref('Transaction'),
  ),
  'POST /topups-async': answered('Tops up, and answers at once.', object({ transactionId: whole })),
  'GET /topups/:id/status': answered('How a top-up stands, and why it failed.', ref('TopupStatus')),
  'GET /topups/reports/transactions': answered('Top-ups, newest first.', pageOf(ref('Transaction')), {
    ...HISTORY,
    startDate: 'YYYY-MM-DD HH:mm:ss, UTC.',
    endDate: 'YYYY-MM-DD HH:mm:ss, UTC.',
  }),
  'GET /topups/reports/transactions/:id': answered('A top-up.', ref('Transaction')),
  'GET /topups/reports/transactions/:id/refund': answered('What came back of a top-up.', ref('Refund')),
  'GET /transactions': answered('The older form of the list.', pageOf(ref('Transaction')), {
    ...HISTORY,
    count: 'The same as size.',
    startTime: 'YYYY-MM-DD HH:mm:ss, UTC.',
    endTime: 'YYYY-MM-DD HH:mm:ss, UTC.',
    sortBy: 'transactionId, transactionDate, create_time or update_time: the time of creation.',
    sortOrder: 'asc or desc.',
  }),
};

const API: ApiDescription = {
  title: 'Toprail: the Reloadly dialect',
  description: 'Reloadly’s Topups API, served by Toprail.',
  types: ['application/json', MEDIA_TYPE],
  securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
  schemas: SCHEMAS,
  error: either(ref('Error'), ref('NotFound')),
  routes: [{ method: 'POST', path: TOKEN_PATH }, ...ROUTES],
  told: TOLD,
};

export function reloadlyDocument(): Record<string, unknown> {
  return describeApi(API);
}
