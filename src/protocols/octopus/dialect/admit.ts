/** Who calls, and whether the token opens this endpoint. */
import { Refusal } from '../../../core/errors.ts';
import type { Caller } from '../../../identity/clients.ts';
import { allows, type Scope } from '../../../identity/scopes.ts';
import type { Tokens } from '../../../identity/tokens.ts';

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** `scopes`: any one of them is enough; with none, every token is. */
export async function admit(
  tokens: Tokens,
  authorization: string | undefined,
  scopes: readonly Scope[],
): Promise<Caller> {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new Refusal('unauthenticated');
  const admission = await tokens.verify(token);
  if (admission.kind === 'refused') {
    // "Invalid credentials" is what a login says.
    throw new Refusal(admission.code === 'invalid_credentials' ? 'unauthenticated' : admission.code);
  }
  const { caller } = admission;
  if (scopes.length > 0 && !scopes.some((scope) => allows(caller, scope))) throw new Refusal('forbidden');
  return caller;
}
