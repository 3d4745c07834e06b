/** Who calls: an access token or an API key, as a bearer or (the key) as `X-API-Key`. */
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../../core/errors.ts';
import { refuseIfElsewhere } from '../../../identity/allow-list.ts';
import type { Admission, Caller } from '../../../identity/clients.ts';
import { refuseIfSpent } from '../../../identity/rate-limits.ts';
import { allows, type Scope } from '../../../identity/scopes.ts';
import type { DialectServices } from '../../dialect.ts';

const BEARER = /^Bearer +([^\s]+) *$/i;
/** Three parts between points: a token. API keys have no points. */
const TOKEN_PARTS = 3;

/** `scopes`: any one of them is enough; with none, whoever has credentials. */
export async function admit(
  services: Pick<DialectServices, 'tokens' | 'clients' | 'limits'>,
  { headers, ip }: Pick<FastifyRequest, 'headers' | 'ip'>,
  scopes: readonly Scope[],
): Promise<Caller> {
  const key = headers['x-api-key'];
  const credential =
    BEARER.exec(headers.authorization ?? '')?.[1] ?? (typeof key === 'string' ? key : undefined);
  if (credential === undefined) throw new Refusal('unauthenticated');
  const admission = await check(services, credential);
  if (admission.kind === 'refused') throw new Refusal(admission.code);
  const { caller } = admission;
  refuseIfElsewhere(caller, ip);
  if (scopes.length > 0 && !scopes.some((scope) => allows(caller, scope))) {
    throw new Refusal('forbidden', { message: `The credentials lack the scope ${scopes.join(' or ')}.` });
  }
  refuseIfSpent(services.limits.requests.count(caller));
  return caller;
}

function check({ tokens, clients }: Parameters<typeof admit>[0], credential: string): Promise<Admission> {
  return credential.split('.').length === TOKEN_PARTS
    ? tokens.verify(credential)
    : clients.byApiKey(credential);
}
