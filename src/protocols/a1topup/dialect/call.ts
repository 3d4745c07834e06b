/** One request with its caller, as the endpoints see it. An endpoint returns the answer's body or throws a refusal. */
import type { Caller } from '../../../identity/clients.ts';
import type { Market } from '../../../orders/market.ts';
import type { DialectServices } from '../../dialect.ts';
import type { Fields } from './fields.ts';

export interface Question {
  readonly services: DialectServices;
  /** One market for the whole of a request. */
  readonly market: Market;
  readonly fields: Fields;
  readonly origin: { readonly address: string; readonly userAgent: string; readonly requestId: string };
}

export interface Call extends Question {
  readonly caller: Caller;
}

/** The currency of this API. */
export const CURRENCY = 'INR';
export const COUNTRY = 'IN';
