/** One request, as the endpoints see it. An endpoint returns an answer or throws a refusal. */
import { Refusal } from '../../../core/errors.ts';
import type { Caller } from '../../../identity/clients.ts';
import type { Sessions } from '../../../identity/sessions.ts';
import type { Market } from '../../../orders/market.ts';
import type { DialectServices } from '../../dialect.ts';
import type { Query } from './query.ts';

export interface OpenCall {
  readonly services: DialectServices;
  readonly sessions: Sessions;
  /** One market for the whole of a call. */
  readonly market: Market;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** Validated against the route's schema, where it has one. */
  readonly body: unknown;
  /** How the client reached us; pictures stand there. */
  readonly baseUrl: string;
  readonly origin: { readonly address: string; readonly userAgent: string; readonly requestId: string };
}

export interface Call extends OpenCall {
  readonly caller: Caller;
}

export interface Answer {
  readonly status?: 201;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The id of a path; throws `invalid_request` for anything but a positive whole number. */
export function idOf({ params }: Call): bigint {
  const text = params['id'] ?? '';
  if (!/^[1-9]\d{0,15}$/.test(text)) {
    throw new Refusal('invalid_request', { issues: [{ field: 'id', issue: 'must be a positive integer' }] });
  }
  return BigInt(text);
}
