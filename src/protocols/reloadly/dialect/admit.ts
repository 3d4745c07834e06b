/** Who calls, and whether the token opens this endpoint. */
import { Refusal } from '../../../core/errors.ts';
import type { Caller } from '../../../identity/clients.ts';
import { allows, type Scope } from '../../../identity/scopes.ts';
import type { Tokens } from '../../../identity/tokens.ts';

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;
const INVALID_TOKEN = 'Invalid token, make sure token is valid for the given environment';

/** `scopes`: any one of them is enough; with none, every token is. */
export async function admit(
  tokens: Tokens,
  authorization: string | undefined,
  scopes: readonly Scope[],
): Promise<Caller> {
  if (authorization === undefined) throw new Refusal('unauthenticated');
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw new Refusal('unauthenticated', { message: INVALID_TOKEN });
  const admission = await tokens.verify(token);
  if (admission.kind === 'refused') {
    // Reloadly keeps INVALID_CREDENTIALS for the token endpoint.
    if (admission.code === 'invalid_credentials')
      throw new Refusal('unauthenticated', { message: INVALID_TOKEN });
    throw new Refusal(admission.code);
  }
  const { caller } = admission;
  if (scopes.length > 0 && !scopes.some((scope) => allows(caller, scope))) {
    throw new Refusal('forbidden', { message: `The access token needs the scope ${scopes.join(' or ')}` });
  }
  return caller;
}
