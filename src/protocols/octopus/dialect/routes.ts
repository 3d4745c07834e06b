/**
 * The Octopus dialect. One endpoint is one small function, `endpoints.ts` says what is served where, and here they
 * are put on the edge: who calls, then the endpoint.
 */
import type { FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify';
import { refuseIfElsewhere } from '../../../identity/allow-list.ts';
import { refuseIfSpent } from '../../../identity/rate-limits.ts';
import { callerOf, decorateCaller, setCaller } from '../../../identity/request-caller.ts';
import { createSessions, type Sessions } from '../../../identity/sessions.ts';
import { baseUrlOf } from '../../../platform/base-url.ts';
import { createEdge, refuseOtherMethods } from '../../../platform/edge.ts';
import type { DialectServices } from '../../dialect.ts';
import { admit } from './admit.ts';
import type { OpenCall } from './call.ts';
import { ROUTES, type Route } from './endpoints.ts';
import { renderError } from './errors.ts';
import type { Query } from './query.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.ts';

export interface Served {
  readonly hosts: readonly string[];
  readonly prefixes: readonly string[];
  readonly app: FastifyInstance;
}

const PREFIXES = ['/auth', '/api/v1/topups'] as const;

export function createOctopusDialect(services: DialectServices): Served {
  const { engine, clients, tokens, clock } = services;
  const app = createEdge({
    ...services,
    render: (refusal, request) => {
      const { status, headers, body } = renderError(refusal);
      return { status, body, headers: { ...headers, [REQUEST_ID_HEADER]: requestIdOf(request) } };
    },
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID_HEADER, requestIdOf(request));
    done();
  });
  const sessions = createSessions({ database: engine.database, directory: clients, tokens, clock });
  decorateCaller(app);
  for (const route of ROUTES) serve(app, { services, sessions }, route);
  refuseOtherMethods(app, methodsByPath());
  return { hosts: [], prefixes: PREFIXES, app };
}

interface Parts {
  readonly services: DialectServices;
  readonly sessions: Sessions;
}

function serve(app: FastifyInstance, parts: Parts, route: Route): void {
  app.route({
    method: route.method,
    url: route.path,
    ...(route.schema ? { schema: { body: route.schema } } : {}),
    onRequest: async (request) => {
      if (route.access === 'open') return;
      const { tokens, limits } = parts.services;
      const caller = await admit(tokens, request.headers.authorization, route.access);
      refuseIfElsewhere(caller, request.ip);
      refuseIfSpent(limits.requests.count(caller));
      setCaller(request, caller);
    },
    handler: async (request, reply) => {
      const call = callOf(parts, request);
      const answer = await (route.access === 'open'
        ? route.endpoint(call)
        : route.endpoint({ ...call, caller: callerOf(request) }));
      return reply
        .code(answer.status ?? 200)
        .headers(answer.headers ?? {})
        .send(answer.body);
    },
  });
}

const USER_AGENT_CHARACTERS_MAX = 200;

function callOf({ services, sessions }: Parts, request: FastifyRequest): OpenCall {
  return {
    services,
    sessions,
    market: services.engine.market(),
    params: request.params as Record<string, string>, // Fastify's own, of the route's pattern
    query: request.query as Query, // Fastify's parser makes these and nothing else
    body: request.body,
    baseUrl: baseUrlOf(request),
    origin: {
      address: request.ip,
      userAgent: (request.headers['user-agent'] ?? '').slice(0, USER_AGENT_CHARACTERS_MAX),
      requestId: requestIdOf(request),
    },
  };
}

function methodsByPath(): Record<string, readonly HTTPMethods[]> {
  const paths: Record<string, HTTPMethods[]> = {};
  for (const { path, method } of ROUTES) paths[path] = [...(paths[path] ?? []), method];
  return paths;
}
