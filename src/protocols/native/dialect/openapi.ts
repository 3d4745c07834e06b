/**
 * The published document, OpenAPI 3.1, made from the routes' own schemas, and the reference pages that show it.
 * Pages and document come from this server alone: nothing is asked of the outside, which a policy enforces.
 */
import { readFileSync } from 'node:fs';
import swagger from '@fastify/swagger';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { nameSchemas } from './name-schemas.ts';
import type { NativeApp } from './native-app.ts';

export const OPENAPI_PATH = '/openapi.json';
export const DOCS_PATH = '/docs';

/** A fact of the package, read once. */
const VERSION = (
  JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  }
).version;

const INFO = {
  title: 'Toprail',
  version: VERSION,
  summary: 'The native API of the recharge switch.',
  description: `Airtime and data for phones everywhere, paid from prepaid wallets.

- **Money** is \`{value, currency}\` with a decimal string; times are RFC 3339 in UTC with milliseconds.
- **Lists** are \`{data, next}\`: ask again with \`?after=\` and the value of \`next\` until it is null.
- **Errors** are problem details (RFC 9457) with a \`code\` that never changes its meaning.
- **An order is placed once**: the same \`reference\` (or \`Idempotency-Key\`) with the same content is the same order, for ever.`,
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

const TAGS = [
  { name: 'Catalogue', description: 'What is sold, where, and on which terms.' },
  { name: 'Orders', description: 'Place orders, cancel them and see what becomes of them.' },
  { name: 'Batches', description: 'Orders by the file: each row is placed once, or refused by itself.' },
  { name: 'Schedules', description: 'Orders to come: once or again and again, by the clocks of a zone.' },
  { name: 'Wallets', description: 'Prepaid money and its statements.' },
  { name: 'Events', description: 'Everything that happens, in order.' },
];

const SECURITY_SCHEMES = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'The API key of a client, as a bearer token.' },
  token: {
    type: 'oauth2',
    description: 'A token for a client’s id and secret (RFC 6749, client credentials), as a bearer token.',
    flows: {
      clientCredentials: {
        tokenUrl: '/oauth/token',
        scopes: {
          'orders:write': 'Place and cancel orders.',
          'orders:read': 'Read orders and their timelines.',
          'wallets:read': 'Read wallets and their entries.',
          'events:read': 'Read events.',
        },
      },
    },
  },
} as const;

/** Only this server; styles and the start of the page's program stand in the page. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Call before the routes: they are collected as they are added. */
export async function collectRoutes(app: NativeApp): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: INFO,
      servers: [{ url: '/' }],
      tags: TAGS,
      components: { securitySchemes: SECURITY_SCHEMES },
      security: [{ apiKey: [] }, { token: [] }],
    },
  });
}

export async function addReferencePages(app: NativeApp): Promise<void> {
  let text: string | undefined;
  app.get(OPENAPI_PATH, { schema: { hide: true } }, async (_request, reply) => {
    text ??= JSON.stringify(openApiOf(app));
    return reply.type('application/json; charset=utf-8').send(text);
  });
  await app.register(scalar, {
    routePrefix: DOCS_PATH,
    hooks: {
      onRequest: (_request: FastifyRequest, reply: FastifyReply, done: () => void) => {
        reply.headers({
          'content-security-policy': PAGE_POLICY,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        });
        done();
      },
    },
    configuration: {
      url: OPENAPI_PATH,
      pageTitle: 'Toprail API',
      withDefaultFonts: false,
      telemetry: false,
      // Empty, not absent: without one, tried requests would go through somebody's proxy.
      proxyUrl: '',
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
}

/** The document of an app whose routes are all there. */
export function openApiOf(app: NativeApp): Record<string, unknown> {
  return nameSchemas(app.swagger() as unknown as Record<string, unknown>); // JSON; its type forbids what 3.1 allows
}
