/** `client_credentials` (RFC 6749, 4.4): credentials become a token. Dialects parse the request and render this. */
import type { ErrorCode, FieldIssue } from '../core/errors.ts';
import { audienceFor } from './audience.ts';
import type { Caller, ClientDirectory } from './clients.ts';
import { parseScopes, type Scope } from './scopes.ts';
import type { Issued, Tokens } from './tokens.ts';

export interface GrantRequest {
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly grantType: string | undefined;
  readonly audience: string | undefined;
  /** With spaces between. */
  readonly scope: string | undefined;
}

export type Grant =
  | ({ readonly kind: 'granted'; readonly caller: Caller } & Issued)
  | {
      readonly kind: 'refused';
      readonly code: Extract<
        ErrorCode,
        | 'unauthenticated'
        | 'invalid_credentials'
        | 'token_expired'
        | 'invalid_audience'
        | 'account_inactive'
        | 'invalid_request'
      >;
      readonly issues: readonly FieldIssue[];
    };

/** Refuses in the order of the error codes: who asks, for whom, then what. */
export async function grantClientCredentials(
  { tokens, directory }: { readonly tokens: Tokens; readonly directory: ClientDirectory },
  request: GrantRequest,
): Promise<Grant> {
  const { clientId, clientSecret, grantType, audience } = request;
  if (!clientId || !clientSecret) return { kind: 'refused', code: 'unauthenticated', issues: [] };
  const admission = await directory.bySecret({ clientId, clientSecret });
  if (admission.kind === 'refused') return { ...admission, issues: [] };
  const { caller } = admission;
  const check = audienceFor(audience, { environment: caller.environment, issuer: tokens.issuer });
  if (check.kind === 'refused') return { ...check, issues: [] };

  if (grantType !== 'client_credentials') return invalid('grant_type', 'must be client_credentials');
  const scopes = scopesFor(request.scope, caller);
  if (!scopes) return invalid('scope', 'must name scopes of this client');
  return { kind: 'granted', caller, ...(await tokens.issue(caller, { scopes })) };
}

function invalid(field: string, issue: string): Grant {
  return { kind: 'refused', code: 'invalid_request', issues: [{ field, issue }] };
}

/** Undefined when something is asked for that the client does not have. An empty wish is none. */
function scopesFor(requested: string | undefined, caller: Caller): readonly Scope[] | undefined {
  if (!requested) return caller.scopes;
  const scopes = parseScopes(requested);
  return scopes?.every((scope) => caller.scopes.includes(scope)) ? scopes : undefined;
}
