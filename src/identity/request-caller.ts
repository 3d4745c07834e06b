/** Who calls stands on the request itself, put there by the hook that let it in. */
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../core/errors.ts';
import type { Caller } from './clients.ts';

const DECORATION = 'caller';

/** Makes room for the caller on every request of an API; call once, before its routes. */
export function decorateCaller(app: { decorateRequest(name: string, value: null): unknown }): void {
  app.decorateRequest(DECORATION, null);
}

export function setCaller(request: Pick<FastifyRequest, 'setDecorator'>, caller: Caller): void {
  request.setDecorator(DECORATION, caller);
}

/** Throws where nobody was let in. */
export function callerOf(request: Pick<FastifyRequest, 'getDecorator'>): Caller {
  const caller = request.getDecorator<Caller | null>(DECORATION);
  if (caller === null) throw new Refusal('unauthenticated');
  return caller;
}
