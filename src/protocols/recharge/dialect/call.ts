/** One authenticated request, as the endpoints see it. An endpoint returns its answer or throws a refusal. */
import type { Caller } from '../../../identity/clients.ts';
import type { Market } from '../../../orders/market.ts';
import type { DialectServices } from '../../dialect.ts';
import type { RateSheets } from './rate-sheets.ts';
import type { Representation } from './representation.ts';

export interface Call {
  readonly services: DialectServices;
  readonly sheets: RateSheets;
  readonly caller: Caller;
  /** One market for the whole of a call. */
  readonly market: Market;
  readonly params: Readonly<Record<string, string>>;
  /** Validated against the route's schema. */
  readonly body: unknown;
  readonly representation: Representation;
  readonly ifNoneMatch: string | undefined;
  readonly origin: { readonly address: string; readonly userAgent: string; readonly requestId: string };
}

export interface Answer {
  readonly status: 200 | 202 | 304;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text has been written already, in the representation of the call. */
  readonly body?: object | string;
}

export type Endpoint = (call: Call) => Answer | Promise<Answer>;

/** As the article writes them: `2023-11-01T10:15:00Z`. A part of a second counts as a whole one. */
export function instant(ms: number): string {
  return `${new Date(Math.ceil(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}
