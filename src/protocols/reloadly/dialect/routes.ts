/**
 * The Reloadly dialect. One endpoint is one small file, `endpoints.ts` says what is served where, and here they
 * are put on the edge: who calls, what representation is wanted, then the endpoint.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { chooseLanguage } from '../../../catalogue/accept-language.ts';
import { Refusal } from '../../../core/errors.ts';
import { refuseIfElsewhere } from '../../../identity/allow-list.ts';
import type { Caller } from '../../../identity/clients.ts';
import { refuseIfSpent } from '../../../identity/rate-limits.ts';
import { callerOf, decorateCaller, setCaller } from '../../../identity/request-caller.ts';
import { baseUrlOf } from '../../../platform/base-url.ts';
import { createEdge, refuseOtherMethods } from '../../../platform/edge.ts';
import type { DialectServices } from '../../dialect.ts';
import { HOSTS } from '../wire.ts';
import { admit, needScope, rateHeaders } from './admit.ts';
import type { Call } from './call.ts';
import { ROUTES, type Route } from './endpoints.ts';
import { renderError } from './errors.ts';
import { Listings } from './listings.ts';
import { JSON_TYPE, representationFor } from './media-type.ts';
import type { Query } from './query.ts';
import { serveTokens, TOKEN_PATH } from './token.ts';
import { writeJson } from './write-json.ts';

export interface Served {
  readonly hosts: readonly string[];
  readonly prefixes: readonly string[];
  readonly app: FastifyInstance;
}

/** The token endpoint stands here and serves every dialect. */
const PREFIXES = [
  '/oauth',
  '/accounts',
  '/countries',
  '/operators',
  '/promotions',
  '/topups',
  '/topups-async',
  '/transactions',
  '/mnp-lookup',
] as const;

export function createReloadlyDialect(services: DialectServices): Served {
  const { clock } = services;
  const app = createEdge({
    ...services,
    render: (refusal, request) => {
      const { status, headers, body } = renderError(refusal, {
        path: pathOf(request.url),
        nowMs: clock.now(),
      });
      return { status, headers: { ...headers, 'content-type': typeOf(request) }, body };
    },
  });
  app.setReplySerializer(writeJson);
  decorateCaller(app);
  app.addHook('onRequest', (request, reply, done) => {
    void reply.type(typeOf(request)).header('vary', 'Accept, Accept-Language');
    done();
  });
  serveTokens(app, services, { onRequest: refuseUnacceptable });
  const listings = new Listings(clock);
  for (const route of ROUTES) serve(app, { services, listings }, route);
  refuseOtherMethods(app, { ...methodsByPath(), [TOKEN_PATH]: ['POST'] });
  return { hosts: HOSTS, prefixes: PREFIXES, app };
}

function serve(
  app: FastifyInstance,
  { services, listings }: { readonly services: DialectServices; readonly listings: Listings },
  route: Route,
): void {
  app.route({
    method: route.method,
    url: route.path,
    ...(route.schema ? { schema: { body: route.schema } } : {}),
    onRequest: [
      async (request, reply) => {
        const caller = await admit(services.tokens, request.headers.authorization);
        refuseIfElsewhere(caller, request.ip);
        const standing = services.limits.requests.count(caller);
        void reply.headers(rateHeaders(standing));
        needScope(caller, route.scopes);
        refuseIfSpent(standing);
        setCaller(request, caller);
      },
      refuseUnacceptable,
    ],
    handler: async (request) => {
      const call = callOf(services, callerOf(request), request);
      return route.isListing ? listings.answer(call, request.url, route.endpoint) : route.endpoint(call);
    },
  });
}

async function refuseUnacceptable(request: FastifyRequest, _reply: FastifyReply): Promise<void> {
  if (representationFor(request.headers.accept) === undefined) throw new Refusal('not_acceptable');
}

/** Answers are typed like the `Accept`; where nothing of ours is accepted, the refusal is plain JSON. */
function typeOf(request: FastifyRequest): string {
  return representationFor(request.headers.accept) ?? JSON_TYPE;
}

const USER_AGENT_CHARACTERS_MAX = 200;

function callOf(services: DialectServices, caller: Caller, request: FastifyRequest): Call {
  return {
    services,
    caller,
    market: services.engine.market(),
    params: request.params as Record<string, string>, // Fastify's own, of the route's pattern
    query: request.query as Query, // Fastify's parser makes these and nothing else
    body: request.body,
    // A client behind a proxy setting means Reloadly's own name.
    baseUrl: baseUrlOf(request, HOSTS),
    language: chooseLanguage(undefined, request.headers['accept-language']),
    origin: {
      address: request.ip,
      userAgent: (request.headers['user-agent'] ?? '').slice(0, USER_AGENT_CHARACTERS_MAX),
      requestId: request.id,
    },
  };
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '/';
}

function methodsByPath(): Record<string, readonly HTTPMethods[]> {
  const paths: Record<string, HTTPMethods[]> = {};
  for (const { path, method } of ROUTES) paths[path] = [...(paths[path] ?? []), method];
  return paths;
}
