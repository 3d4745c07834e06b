/**
 * The A1Topup dialect: two forms of one service. Secrets travel among the parameters, so an address
 * or a body is never logged, put into a message or kept: only the parameters that an endpoint names are read.
 */
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify';
import { Refusal } from '../../../core/errors.ts';
import { createEdge, type Rendered, refuseOtherMethods } from '../../../platform/edge.ts';
import type { DialectServices } from '../../dialect.ts';
import { NO_TRANSACTION, type WireAnswer } from '../wire.ts';
import { admitByKey, admitByPassword } from './admit.ts';
import type { Question } from './call.ts';
import { DOCUMENTED, WIRE, type WireRoute } from './endpoints.ts';
import { renderError, sentenceOf, wordsOf } from './errors.ts';
import { echoOf, type Fields, fieldsOf } from './fields.ts';
import { lineOf } from './line.ts';

export interface Served {
  readonly hosts: readonly string[];
  readonly prefixes: readonly string[];
  readonly app: FastifyInstance;
}

/** Answers move money and tell balances, some of them to a GET: nobody in between may keep them. */
const NO_STORE = { 'cache-control': 'no-store' };
const LINE_TYPE = { 'content-type': 'text/plain; charset=utf-8' };
const USER_AGENT_CHARACTERS_MAX = 200;

export function createA1topupDialect(services: DialectServices): Served {
  const app = createEdge({ ...services, render: renderFor });
  app.addHook('onSend', async (_request, reply) => {
    void reply.headers(NO_STORE);
  });
  for (const { path, scopes, endpoint } of DOCUMENTED) {
    app.post(path, async (request) => {
      const fields = fieldsOf(request.body);
      if (!fields) throw new Refusal('malformed_request');
      const question = questionOf(services, request, fields);
      return endpoint({ ...question, caller: await admitByKey(question, scopes) });
    });
  }
  void app.register(async (scope) => {
    await scope.register(formbody);
    for (const route of WIRE) serveWire(scope, services, route);
  });
  refuseOtherMethods(app, methodsByPath());
  return {
    hosts: [],
    prefixes: [...DOCUMENTED, ...WIRE].map(({ path }) => path),
    app,
  };
}

function serveWire(app: FastifyInstance, services: DialectServices, route: WireRoute): void {
  app.route({
    method: ['GET', 'POST'],
    url: route.path,
    handler: async (request, reply) => {
      const fields = wireFields(request);
      const question = questionOf(services, request, fields);
      const answer =
        route.scopes === 'public'
          ? await route.endpoint(question)
          : await route.endpoint({
              ...question,
              caller: await admitByPassword(question, route.scopes),
            });
      return isLine(fields) ? reply.headers(LINE_TYPE).send(lineOf(answer)) : answer;
    },
  });
}

function questionOf(services: DialectServices, request: FastifyRequest, fields: Fields): Question {
  return {
    services,
    market: services.engine.market(),
    fields,
    origin: {
      address: request.ip,
      userAgent: (request.headers['user-agent'] ?? '').slice(0, USER_AGENT_CHARACTERS_MAX),
      requestId: request.id,
    },
  };
}

/** Parameters of the query and of the body, form or JSON; where both have one, the body's. */
function wireFields(request: FastifyRequest): Fields {
  return { ...fieldsOf(request.query), ...fieldsOf(request.body) };
}

function isLine(fields: Fields): boolean {
  const { format } = fields;
  return typeof format === 'string' && format.toLowerCase() === 'csv';
}

function renderFor(refusal: Refusal, request: FastifyRequest): Rendered {
  const { status } = wordsOf(refusal);
  const route = WIRE.find(({ path }) => path === request.routeOptions.url);
  if (!route) return { status, body: renderError(refusal) };
  const fields = wireFields(request);
  const { status: refused, opid } = outcomeOf(refusal, route);
  const answer: WireAnswer = {
    txid: NO_TRANSACTION,
    status: refused,
    opid,
    number: echoOf(fields, 'number'),
    amount: echoOf(fields, 'amount'),
    orderid: echoOf(fields, 'orderid'),
  };
  return isLine(fields) ? { status, headers: LINE_TYPE, body: lineOf(answer) } : { status, body: answer };
}

/** As with the documented form: a recharge that may have been taken is pending. */
function outcomeOf(refusal: Refusal, route: WireRoute): Pick<WireAnswer, 'status' | 'opid'> {
  if (refusal.code === 'internal' && route.refusal === 'Failure') return { status: 'Pending', opid: '' };
  return { status: route.refusal, opid: sentenceOf(refusal) };
}

function methodsByPath(): Record<string, readonly HTTPMethods[]> {
  return {
    ...Object.fromEntries(DOCUMENTED.map(({ path }) => [path, ['POST'] as const])),
    ...Object.fromEntries(WIRE.map(({ path }) => [path, ['GET', 'POST'] as const])),
  };
}
