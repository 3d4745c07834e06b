/** Who calls: a bearer token of `POST /oauth/token`, or an API key in the same place. */
import type { onRequestAsyncHookHandler } from 'fastify';
import { Refusal } from '../../../core/errors.ts';
import { refuseIfElsewhere } from '../../../identity/allow-list.ts';
import type { Admission } from '../../../identity/clients.ts';
import { type RateStanding, refuseIfSpent } from '../../../identity/rate-limits.ts';
import { setCaller } from '../../../identity/request-caller.ts';
import { allows, type Scope } from '../../../identity/scopes.ts';
import type { DialectServices } from '../../dialect.ts';

const BEARER = /^Bearer +([^\s]+) *$/i;

/** Three parts between points: a token. API keys have no points. */
const TOKEN_PARTS = 3;

/**
 * Admits the request before its body is read. `any`: whoever has credentials.
 * Runs as a hook of each route, so a route that names nobody cannot be called at all: it has no caller.
 */
export function admit(
  services: Pick<DialectServices, 'tokens' | 'clients' | 'issuer' | 'limits'>,
  scope: Scope | 'any',
): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const credential = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (credential === undefined) throw new Refusal('unauthenticated');
    const admission = await check(services, credential);
    if (admission.kind === 'refused') throw new Refusal(admission.code);
    refuseIfElsewhere(admission.caller, request.ip);
    const standing = services.limits.requests.count(admission.caller);
    void reply.headers(rateHeaders(standing));
    if (scope !== 'any' && !allows(admission.caller, scope)) {
      throw new Refusal('forbidden', { message: `The credentials lack the scope ${scope}.` });
    }
    refuseIfSpent(standing);
    setCaller(request, admission.caller);
  };
}

function check(
  { tokens, clients, issuer }: Parameters<typeof admit>[0],
  credential: string,
): Promise<Admission> {
  return credential.split('.').length === TOKEN_PARTS
    ? tokens.verify(credential, { audience: issuer })
    : clients.byApiKey(credential);
}

/** As draft-ietf-httpapi-ratelimit-headers has named them since its third edition; the reset is in seconds from now. */
function rateHeaders({ limit, remaining, retryAfterSeconds }: RateStanding): Record<string, string> {
  return {
    'ratelimit-limit': `${limit}`,
    'ratelimit-remaining': `${remaining}`,
    'ratelimit-reset': `${retryAfterSeconds}`,
  };
}

/** The same, for the published document. */
export function needs(scope: Scope | 'any') {
  return [{ apiKey: [] }, { token: scope === 'any' ? [] : [scope] }];
}
