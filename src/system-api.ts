/** What no dialect owns: health, metrics, keys, documents, callbacks of providers. Errors are problem details. */
import type { FastifyInstance } from 'fastify';
import { type ErrorCode, Refusal } from './core/errors.ts';
import { serveDialectDocuments } from './dialect-documents.ts';
import { serveFlags } from './flags.ts';
import type { Keys } from './identity/keys.ts';
import { serveLogos } from './logos.ts';
import type { Engine } from './orders/engine.ts';
import { parseProviderReference } from './orders/order.ts';
import { createEdge } from './platform/edge.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import { problemOf } from './platform/problem.ts';
import type { Connector } from './routing/connector.ts';

export interface SystemServices {
  readonly engine: Engine;
  readonly keys: Keys;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly connector: (provider: string) => Connector | undefined;
  /** Why the process cannot take orders at the moment; undefined when it can. */
  readonly notReadyBecause: () => Promise<string | undefined>;
}

/** The path to which a provider calls back; its token is derived, so only who was told it can know it. */
export function callbackPath(engine: Pick<Engine, 'vault'>, provider: string): string {
  return `/callbacks/${provider}/${engine.vault.token('callback', provider)}`;
}

export function createSystemApi(services: SystemServices): FastifyInstance {
  const { engine, log, metrics, keys } = services;
  const app = createEdge({ log, metrics, render: problemOf });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  // Callbacks are authenticated over their exact bytes, so nothing here parses them first.
  app.removeContentTypeParser(/^application\/(?:[\w.-]+\+)?json\b/i);

  app.get('/healthz', () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const why = await services.notReadyBecause();
    return why === undefined ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', why });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(await metrics.text()),
  );
  app.get('/.well-known/jwks.json', () => keys.jwks());
  serveFlags(app, engine.market);
  serveDialectDocuments(app);
  serveLogos(app, engine.market);
  app.post<{ Params: { provider: string; token: string } }>(
    '/callbacks/:provider/:token',
    async (request) => {
      const { provider, token } = request.params;
      const connector = services.connector(provider);
      if (!connector || request.url !== callbackPath(engine, provider) || token === '')
        throw refusal('not_found');
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      // The parser above gives bytes for every type.
      const notice = connector.readNotice({ headers, body: request.body as Buffer });
      const about = notice && parseProviderReference(notice.reference);
      if (!notice || !about) throw refusal('invalid_credentials');
      // Kept first, acted on from the inbox: the 2xx means that no crash loses it.
      await engine.store.takeNotice(provider, notice, about);
      engine.wakeups.soon();
      return { status: 'taken' };
    },
  );
  return app;
}

function refusal(code: ErrorCode): Refusal {
  return new Refusal(code);
}
