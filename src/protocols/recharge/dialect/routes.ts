/**
 * The dialect of the article. One endpoint is one small file, `endpoints.ts` says what is served where, and here
 * they are put on the edge: what representation is wanted, who calls, then the endpoint.
 */
import type { FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify';
import { Refusal } from '../../../core/errors.ts';
import type { Caller } from '../../../identity/clients.ts';
import { callerOf, decorateCaller, setCaller } from '../../../identity/request-caller.ts';
import { createEdge, type Rendered, refuseOtherMethods } from '../../../platform/edge.ts';
import type { DialectServices } from '../../dialect.ts';
import { admit } from './admit.ts';
import type { Call } from './call.ts';
import { ROUTES, type Route } from './endpoints.ts';
import { renderError, wordsOf } from './errors.ts';
import { RateSheets } from './rate-sheets.ts';
import { contentType, type Representation, representationFor, write } from './representation.ts';

export interface Served {
  readonly hosts: readonly string[];
  readonly prefixes: readonly string[];
  readonly app: FastifyInstance;
}

const PREFIXES = ['/recharge', '/rates', '/webhook/verify'] as const;
const USER_AGENT_CHARACTERS_MAX = 200;
const BEARER = { 'www-authenticate': 'Bearer' };

type Shared = Pick<Call, 'services' | 'sheets'>;

export function createRechargeDialect(services: DialectServices): Served {
  const app = createEdge({ ...services, render: renderFor });
  const shared = { services, sheets: new RateSheets() };
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('vary', 'Accept, Authorization, X-API-Key');
    done();
  });
  decorateCaller(app);
  for (const route of ROUTES) serve(app, shared, route);
  refuseOtherMethods(app, methodsByPath());
  return { hosts: [], prefixes: PREFIXES, app };
}

function serve(app: FastifyInstance, shared: Shared, route: Route): void {
  app.route({
    method: route.method,
    url: route.path,
    ...(route.schema ? { schema: { body: route.schema } } : {}),
    onRequest: async (request) => {
      setCaller(request, await admit(shared.services, request, route.scopes));
      if (representationFor(request.headers.accept) === undefined) throw new Refusal('not_acceptable');
    },
    preValidation: async (request) => route.guard?.(request.body),
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const representation = representationOf(request);
      const { status, headers, body } = await route.endpoint(
        callOf(shared, { caller, request, representation }),
      );
      void reply.code(status).headers({ 'cache-control': 'no-store', ...headers });
      if (body === undefined) return reply.send();
      const text = typeof body === 'string' ? body : write(body, representation);
      return reply.header('content-type', contentType(representation)).send(text);
    },
  });
}

function callOf(
  shared: Shared,
  {
    caller,
    request,
    representation,
  }: { caller: Caller; request: FastifyRequest; representation: Representation },
): Call {
  return {
    ...shared,
    caller,
    market: shared.services.engine.market(),
    params: request.params as Record<string, string>, // Fastify's own, of the route's pattern
    body: request.body,
    representation,
    ifNoneMatch: request.headers['if-none-match'],
    origin: {
      address: request.ip,
      userAgent: (request.headers['user-agent'] ?? '').slice(0, USER_AGENT_CHARACTERS_MAX),
      requestId: request.id,
    },
  };
}

/** Where nothing of ours is accepted, the refusal is JSON. */
function representationOf(request: FastifyRequest): Representation {
  return representationFor(request.headers.accept) ?? 'json';
}

function renderFor(refusal: Refusal, request: FastifyRequest): Rendered {
  const { status } = wordsOf(refusal);
  const representation = representationOf(request);
  return {
    status,
    headers: {
      'content-type': contentType(representation),
      'cache-control': 'no-store',
      ...(status === 401 ? BEARER : {}),
    },
    body: write(renderError(refusal), representation),
  };
}

function methodsByPath(): Record<string, readonly HTTPMethods[]> {
  return Object.fromEntries(ROUTES.map(({ path, method }) => [path, [method]]));
}
