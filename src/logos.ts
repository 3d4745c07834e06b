/** `/logos/<operator>.svg`: the local monogram of an operator. Public: pictures in pages carry no credentials. */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { logoOf } from './catalogue/logo.ts';
import { Refusal } from './core/errors.ts';
import type { Market } from './orders/market.ts';

/** A name may change, so it is not immutable: after a week it is asked for again, by its ETag. */
const CACHE = 'public, max-age=604800';
const ETAG_CHARS = 22;

export function serveLogos(app: FastifyInstance, market: () => Market): void {
  app.get<{ Params: { file: string } }>('/logos/:file', (request, reply) => {
    const id = /^([1-9]\d{0,8})\.svg$/.exec(request.params.file)?.[1];
    const operator = id === undefined ? undefined : market().catalogue.operator(Number(id));
    if (!operator) throw new Refusal('not_found');
    const svg = logoOf(operator);
    const etag = `"${createHash('sha256').update(svg).digest('base64url').slice(0, ETAG_CHARS)}"`;
    reply.header('cache-control', CACHE).header('etag', etag);
    return isKnown(request.headers['if-none-match'], etag)
      ? reply.code(304).send()
      : reply.type('image/svg+xml').header('x-content-type-options', 'nosniff').send(svg);
  });
}

/** `If-None-Match` (RFC 9110) compares weakly. */
function isKnown(header: string | undefined, etag: string): boolean {
  const tags = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}
