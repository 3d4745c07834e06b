/** How a client reached us, for addresses in answers: `https://topups-sandbox.reloadly.com`. */
import type { FastifyRequest } from 'fastify';

const HOST = /^[\w.-]+(?::\d+)?$|^\[[\da-f:]+\](?::\d+)?$/i;

/** `httpsHosts`: names that are always https to whoever uses them. Empty for a host that is no name. */
export function baseUrlOf(
  request: Pick<FastifyRequest, 'host' | 'protocol'>,
  httpsHosts: readonly string[] = [],
): string {
  if (!HOST.test(request.host)) return '';
  const host = request.host.toLowerCase();
  const isHttps = httpsHosts.includes(host.replace(/:\d+$/, ''));
  return `${isHttps ? 'https' : request.protocol}://${host}`;
}
