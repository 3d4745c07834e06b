/** `/flags/<iso2>.svg`: a plain local monogram of a country. Clients expect an address there; ours needs no outside. */
import type { FastifyInstance } from 'fastify';
import { Refusal } from './core/errors.ts';
import type { Market } from './orders/market.ts';

const CACHE = 'public, max-age=604800, immutable';

export function serveFlags(app: FastifyInstance, market: () => Market): void {
  app.get<{ Params: { file: string } }>('/flags/:file', (request, reply) => {
    const code = /^([a-z]{2})\.svg$/.exec(request.params.file)?.[1]?.toUpperCase();
    const country = code === undefined ? undefined : market().catalogue.country(code);
    if (!country) throw new Refusal('not_found');
    return reply.type('image/svg+xml').header('cache-control', CACHE).send(monogram(country.iso2));
  });
}

/** Two letters on a colour that follows from them, so that a country looks the same everywhere. */
function monogram(iso2: string): string {
  const hue = ((iso2.charCodeAt(0) * 26 + iso2.charCodeAt(1)) * 47) % 360;
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40" role="img">' +
    `<rect width="60" height="40" rx="4" fill="hsl(${hue} 45% 35%)"/>` +
    `<text x="30" y="27" text-anchor="middle" font-family="sans-serif" font-size="20" fill="#fff">${iso2}</text></svg>`
  );
}
