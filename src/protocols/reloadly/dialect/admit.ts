/** Who calls, whether the token opens this endpoint, and how much the client may ask. */
import { Refusal } from '../../../core/errors.ts';
import type { Admission, Caller } from '../../../identity/clients.ts';
import type { RateStanding } from '../../../identity/rate-limits.ts';
import { allows, type Scope } from '../../../identity/scopes.ts';
import type { Tokens } from '../../../identity/tokens.ts';
import { finerRefusal } from './errors.ts';

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;
const INVALID_TOKEN = 'Invalid token, make sure token is valid for the given environment';
const INVALID: Admission = { kind: 'refused', code: 'invalid_credentials' };

export async function admit(tokens: Tokens, authorization: string | undefined): Promise<Caller> {
  if (authorization === undefined) throw new Refusal('unauthenticated');
  if (!/^Bearer\b/i.test(authorization)) throw finerRefusal('unauthenticated', 'authentication_failure');
  const token = BEARER.exec(authorization)?.[1];
  const admission = token === undefined ? INVALID : await tokens.verify(token);
  if (admission.kind === 'admitted') return admission.caller;
  // Reloadly keeps INVALID_CREDENTIALS for the token endpoint.
  throw admission.code === 'invalid_credentials'
    ? new Refusal('unauthenticated', { message: INVALID_TOKEN })
    : new Refusal(admission.code);
}

/** `scopes`: any one of them is enough; with none, every token is. */
export function needScope(caller: Caller, scopes: readonly Scope[]): void {
  if (scopes.length === 0 || scopes.some((scope) => allows(caller, scope))) return;
  throw new Refusal('forbidden', { message: `The access token needs the scope ${scopes.join(' or ')}` });
}

/** Told with every answer to a client that is known, refusals included. */
export function rateHeaders({ limit, remaining, resetsAtSeconds }: RateStanding): Record<string, string> {
  return {
    'x-ratelimit-limit': `${limit}`,
    'x-ratelimit-remaining': `${remaining}`,
    'x-ratelimit-reset': `${resetsAtSeconds}`,
  };
}
