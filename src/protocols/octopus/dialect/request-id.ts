/** The id of a request: the client's own where it sends one, echoed in every answer. */
import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

export const REQUEST_ID_HEADER = 'x-request-id';
const SENT = /^[\x21-\x7e]{1,128}$/;

const made = new WeakMap<FastifyRequest, string>();

export function requestIdOf(request: FastifyRequest): string {
  const sent = request.headers[REQUEST_ID_HEADER];
  if (typeof sent === 'string' && SENT.test(sent)) return sent;
  const id = made.get(request) ?? randomUUID();
  made.set(request, id);
  return id;
}
