/** What is served where, and which scopes open it: any one of those named; none means every token. */
import type { Static, TSchema } from 'typebox';
import type { Scope } from '../../../identity/scopes.ts';
import { FxRateRequest, LookupRequest, OperatorFxRateRequest, TopupRequest } from '../wire.ts';
import { balance } from './accounts.ts';
import type { Call, Endpoint } from './call.ts';
import { commission, commissions } from './commissions.ts';
import { countries, countryByCode } from './countries.ts';
import { autoDetect, lookUp, lookUpPosted } from './detect-operator.ts';
import { VERIFY_PATH } from './errors.ts';
import { fxRate, operatorFxRate } from './fx-rate.ts';
import { operatorById, operators, operatorsOfCountry } from './operators.ts';
import { promotion, promotions, promotionsOfCountry, promotionsOfOperator } from './promotions.ts';
import { topup, topupAsync } from './topups.ts';
import { legacyTransactions, refund, topupStatus, transaction, transactions } from './transactions.ts';
import { verifyAccount } from './verify-account.ts';

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly scopes: readonly Scope[];
  readonly endpoint: Endpoint;
  /** Of the body. */
  readonly schema?: TSchema;
  /** It shows what is on sale, and nothing else. */
  readonly isListing?: true;
}

const OPERATORS: readonly Scope[] = ['read-operators'];
const PROMOTIONS: readonly Scope[] = ['read-promotions'];
const SEND: readonly Scope[] = ['send-topups'];
const HISTORY: readonly Scope[] = ['read-topups-history'];

export const ROUTES: readonly Route[] = [
  get('/accounts/balance', [], balance),
  { method: 'POST', path: VERIFY_PATH, scopes: [], endpoint: verifyAccount },
  listing('/countries', [], countries),
  listing('/countries/:iso', [], countryByCode),
  listing('/operators', OPERATORS, operators),
  listing('/operators/:id', OPERATORS, operatorById),
  listing('/operators/countries/:iso', OPERATORS, operatorsOfCountry),
  get('/operators/auto-detect/phone/:phone/countries/:iso', OPERATORS, autoDetect),
  get('/operators/auto-detect/phone/:phone/country-code/:iso', OPERATORS, autoDetect),
  get('/operators/mnp-lookup/phone/:phone/countries/:iso', OPERATORS, lookUp),
  post('/mnp-lookup/operators', OPERATORS, LookupRequest, lookUpPosted),
  post('/operators/fx-rate', OPERATORS, OperatorFxRateRequest, fxRate),
  post('/operators/:id/fx-rate', OPERATORS, FxRateRequest, operatorFxRate),
  listing('/operators/commissions', OPERATORS, commissions),
  listing('/operators/:id/commissions', OPERATORS, commission),
  listing('/promotions', PROMOTIONS, promotions),
  listing('/promotions/:id', PROMOTIONS, promotion),
  listing('/promotions/operators/:id', PROMOTIONS, promotionsOfOperator),
  listing('/promotions/country-codes/:iso', PROMOTIONS, promotionsOfCountry),
  listing('/promotions/countries/:iso', PROMOTIONS, promotionsOfCountry),
  post('/topups', SEND, TopupRequest, topup),
  post('/topups-async', SEND, TopupRequest, topupAsync),
  get('/topups/:id/status', [...SEND, ...HISTORY], topupStatus),
  get('/topups/reports/transactions', HISTORY, transactions),
  get('/topups/reports/transactions/:id', HISTORY, transaction),
  get('/topups/reports/transactions/:id/refund', HISTORY, refund),
  get('/transactions', HISTORY, legacyTransactions),
];

function get(path: string, scopes: readonly Scope[], endpoint: Endpoint): Route {
  return { method: 'GET', path, scopes, endpoint };
}

function listing(path: string, scopes: readonly Scope[], endpoint: Endpoint): Route {
  return { ...get(path, scopes, endpoint), isListing: true };
}

function post<Schema extends TSchema>(
  path: string,
  scopes: readonly Scope[],
  schema: Schema,
  take: (call: Call, body: Static<Schema>) => unknown,
): Route {
  // The body has been validated against this very schema.
  return {
    method: 'POST',
    path,
    scopes,
    schema,
    endpoint: (call) => take(call, call.body as Static<Schema>),
  };
}
