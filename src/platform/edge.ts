/**
 * The edge of one API: a Fastify instance that reads bodies strictly and answers every failure in one shape, its
 * own. Business code throws or returns refusals; nothing here knows what is sold.
 */
import { isUtf8 } from 'node:buffer';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchema,
  type HTTPMethods,
} from 'fastify';
import { type ErrorCode, type FieldIssue, Refusal } from '../core/errors.ts';
import { MalformedJson, parseJson } from '../core/json.ts';
import { type Admission, holdBack } from './admission.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { isConnectionLost, isServerFault } from './postgres.ts';
import { QueueFull } from './queue-full.ts';

export interface EdgeOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Absent: every request is let in. */
  readonly admission?: Admission;
  /** The API's own shape of an error. */
  readonly render: (refusal: Refusal, request: FastifyRequest) => Rendered;
}

export interface Rendered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The largest request of any API here is far below; a larger body is refused before it is read. */
export const BODY_BYTES_MAX = 64 * 1024;
const PARAMETER_LENGTH_MAX = 500;
/** When to come again, where the refusal does not say. */
const OVERLOADED_SECONDS = 2;
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  overloaded: OVERLOADED_SECONDS,
  rate_limited: 1,
};

export function createEdge({ log, metrics, admission, render }: EdgeOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX, ignoreTrailingSlash: true },
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: true,
        allErrors: true,
        allowUnionTypes: true,
      },
    },
    frameworkErrors: (error, request, reply) => void answer(error, request, reply),
  });
  // Before credentials and bodies are looked at: whoever is turned away costs little.
  if (admission)
    app.addHook('onRequest', (_request, _reply, done) =>
      admission.admits(performance.now()) ? done() : done(new Refusal('overloaded')),
    );
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(?:[\w.-]+\+)?json\b/i,
    { parseAs: 'buffer' },
    (_request, body, done) => {
      try {
        done(null, parseJson(readUtf8(body as Buffer))); // `parseAs` makes it a buffer
      } catch (error) {
        done(error as Error, undefined);
      }
    },
  );

  const answer = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = refusalOf(error);
    if (refusal.code === 'internal') log.error({ request: request.id, error }, 'request failed');
    const { status, headers, body } = render(refusal, request);
    if (refusal.code === 'overloaded') {
      metrics.count('toprail_refused_at_the_door');
      if (admission?.refuses(performance.now())) holdBack(reply.raw, OVERLOADED_SECONDS * 1000);
    }
    const retryAfterSeconds = refusal.retryAfterSeconds ?? RETRY_AFTER_SECONDS[refusal.code];
    if (retryAfterSeconds !== undefined) reply.header('retry-after', `${retryAfterSeconds}`);
    return reply
      .code(status)
      .headers(headers ?? {})
      .send(body);
  };
  app.setErrorHandler(answer);
  app.setNotFoundHandler((request, reply) =>
    answer(new Refusal('not_found', { details: { unrouted: request.url } }), request, reply),
  );
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.count('toprail_requests', { route, status: String(reply.statusCode) });
    metrics.record('toprail_request_seconds', reply.elapsedTime / 1000, route);
    log.debug({ request: request.id, method: request.method, route, status: reply.statusCode }, 'answered');
    done();
  });
  return app;
}

/** Never with replacement characters: two bodies that differ would be read as one. */
function readUtf8(body: Buffer): string {
  if (!isUtf8(body)) throw new MalformedJson('it is not UTF-8');
  return body.toString('utf8');
}

/** Whatever went wrong, as one of our own codes. What nobody foresaw is `internal`, and tells nothing. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof MalformedJson)
    return new Refusal('malformed_request', { message: `The JSON cannot be read: ${error.message}.` });
  if (error instanceof QueueFull || isConnectionLost(error) || isServerFault(error))
    return new Refusal('overloaded');
  const { code, validation, statusCode } = (error ?? {}) as Partial<FastifyError>;
  if (validation) return new Refusal('invalid_request', { issues: validation.map(issueOf) });
  const known = code === undefined ? undefined : FRAMEWORK_ERRORS[code];
  if (known) return new Refusal(known);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new Refusal('malformed_request');
  return new Refusal('internal');
}

const FRAMEWORK_ERRORS: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_request',
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
};

function issueOf(one: NonNullable<FastifyError['validation']>[number]): FieldIssue {
  const missing = one.params['missingProperty'] ?? one.params['additionalProperty'];
  const path = one.instancePath.slice(1).replaceAll('/', '.');
  const field = [path, typeof missing === 'string' ? missing : ''].filter((part) => part !== '').join('.');
  return { field, issue: one.message ?? 'is not valid' };
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const satisfies readonly HTTPMethods[];

/** Answers every method that a path does not have with 405, in the API's own shape. Call after all routes. */
export function refuseOtherMethods(
  app: FastifyInstance,
  paths: Readonly<Record<string, readonly HTTPMethods[]>>,
): void {
  for (const [url, taken] of Object.entries(paths)) {
    const rest = METHODS.filter((method) => !taken.includes(method));
    app.route({
      method: rest,
      url,
      // Kept out of generated documents; the option is of the generator, not of Fastify.
      schema: { hide: true } as FastifySchema,
      // Before the body is read: it does not matter what was sent.
      onRequest: (_request, reply, done) => {
        reply.header('allow', taken.join(', '));
        done(new Refusal('method_not_allowed'));
      },
      handler: () => undefined,
    });
  }
}
