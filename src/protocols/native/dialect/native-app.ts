/** The Fastify instance of the native API, typed by its schemas. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';

export type NativeApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

const DIGITS = /^-?\d{1,15}$/;

/**
 * Numbers of a query are text, and the validator changes no types: here, digits become a number where the schema
 * wants an integer. Everything else stays text and is refused by the schema.
 */
export function readIntegers(request: Pick<FastifyRequest, 'query' | 'routeOptions'>): void {
  const schema = request.routeOptions.schema?.querystring as QuerySchema | undefined; // ours are objects
  const query = request.query as Record<string, unknown>; // what the parser makes
  for (const [name, { type }] of Object.entries(schema?.properties ?? {})) {
    const text = query[name];
    if (type === 'integer' && typeof text === 'string' && DIGITS.test(text)) query[name] = Number(text);
  }
}

interface QuerySchema {
  readonly properties?: Readonly<Record<string, { readonly type?: unknown }>>;
}
