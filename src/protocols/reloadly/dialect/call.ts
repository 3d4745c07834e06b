/** One authenticated request, as the endpoints see it. An endpoint returns the answer's body or throws a refusal. */
import type { Catalogue, Country, Operator } from '../../../catalogue/catalogue.ts';
import type { Language } from '../../../catalogue/plan-text.ts';
import { Refusal } from '../../../core/errors.ts';
import type { Caller } from '../../../identity/clients.ts';
import type { Market } from '../../../orders/market.ts';
import type { DialectServices } from '../../dialect.ts';
import { isTopup } from './operator-filter.ts';
import type { Query } from './query.ts';

export interface Call {
  readonly services: DialectServices;
  readonly caller: Caller;
  /** One market for the whole of a call. */
  readonly market: Market;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** Validated against the route's schema. */
  readonly body: unknown;
  /** How the client reached us: `https://topups-sandbox.reloadly.com`. Links and pictures start with it. */
  readonly baseUrl: string;
  /** Of promotions: as `Accept-Language` prefers. */
  readonly language: Language;
  readonly origin: { readonly address: string; readonly userAgent: string; readonly requestId: string };
}

export type Endpoint = (call: Call) => unknown;

const OPERATOR_ID = /^\d{1,9}$/;

/** The operator of a path or body; throws `invalid_request` or `operator_not_found`. */
export function operatorOf(catalogue: Catalogue, given: string | number, field = 'operatorId'): Operator {
  const text = String(given);
  if (!/^\d+$/.test(text)) {
    throw new Refusal('invalid_request', { issues: [{ field, issue: 'must be a whole number' }] });
  }
  const operator = OPERATOR_ID.test(text) ? catalogue.operator(Number(text)) : undefined;
  if (!operator || !isTopup(catalogue, operator)) throw new Refusal('operator_not_found');
  return operator;
}

/** The country of an ISO code in capitals or small letters; throws `country_not_supported`. */
export function countryOf(catalogue: Catalogue, iso2: string): Country {
  const country = catalogue.country(iso2.toUpperCase());
  if (!country) throw new Refusal('country_not_supported');
  return country;
}
