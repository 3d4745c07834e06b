/**
 * Access tokens: Ed25519 JSON Web Tokens of type `at+jwt` (RFC 9068), good for a day. Verifying one costs 85 us,
 * so verified tokens are remembered; what the client may do is asked of the directory every time, which is
 * why a revoked client's token ends before its lifetime.
 */
import { randomUUID } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { formatId } from '../core/ids.ts';
import type { Clock } from '../core/time.ts';
import { acceptedAudiences } from './audience.ts';
import type { Admission, Caller, ClientDirectory } from './clients.ts';
import type { Keys } from './keys.ts';
import { Recent } from './recent.ts';
import { parseScopes, type Scope } from './scopes.ts';

const TOKEN_SECONDS = 24 * 60 * 60;
const VERIFIED_MAX = 10_000;
/** Ours have about 800. */
const TOKEN_CHARS_MAX = 4_096;
const ALGORITHM = 'EdDSA';
const TYPE = 'at+jwt';

export interface TokensOptions {
  readonly keys: Keys;
  readonly directory: ClientDirectory;
  readonly clock: Clock;
  /** Our own name in `iss` and `aud`. Tokens of another name are not ours. */
  readonly issuer: string;
}

export interface Issued {
  readonly token: string;
  /** With spaces between. */
  readonly scope: string;
  readonly expiresInSeconds: number;
}

export interface Tokens {
  readonly issuer: string;
  /** `scopes`: part of the caller's, all of them unless given. */
  issue(caller: Caller, options?: { readonly scopes?: readonly Scope[] }): Promise<Issued>;
  /** Who the token was given to, as the directory knows it now, with the scopes that both have. */
  verify(token: string, options?: { readonly audience?: string }): Promise<Admission>;
}

/** What a token says, once its signature has been checked. */
interface Claims {
  readonly clientId: string;
  readonly account: string;
  readonly environment: string;
  readonly audiences: readonly string[];
  readonly scopes: readonly Scope[];
  readonly expiresAtMs: number;
}

export function createTokens(options: TokensOptions): Tokens {
  const verified = new Recent<Claims>({
    clock: options.clock,
    keepMs: TOKEN_SECONDS * 1_000,
    entriesMax: VERIFIED_MAX,
  });
  return {
    issuer: options.issuer,
    issue: (caller, { scopes = caller.scopes } = {}) => issue(options, caller, scopes),
    async verify(token, { audience } = {}) {
      let claims = verified.get(token);
      if (!claims) {
        const checked = await check(options, token);
        if (typeof checked === 'string') return { kind: 'refused', code: checked };
        claims = checked;
        verified.set(token, claims);
      }
      if (options.clock.now() >= claims.expiresAtMs) return { kind: 'refused', code: 'token_expired' };
      if (audience !== undefined && !claims.audiences.includes(audience)) return INVALID;
      return admit(claims, await options.directory.byId(claims.clientId));
    },
  };
}

const INVALID: Admission = { kind: 'refused', code: 'invalid_credentials' };

async function issue(
  { keys, clock, issuer }: TokensOptions,
  caller: Caller,
  scopes: readonly Scope[],
): Promise<Issued> {
  const issuedAt = Math.floor(clock.now() / 1_000);
  const scope = scopes.join(' ');
  const token = await new SignJWT({
    client_id: caller.clientId,
    scope,
    account: formatId('account', caller.accountId),
    environment: caller.environment,
  })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: keys.signing.kid })
    .setIssuer(issuer)
    .setSubject(caller.clientId)
    .setAudience([...acceptedAudiences(caller.environment, issuer)])
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + TOKEN_SECONDS)
    .setJti(randomUUID())
    .sign(keys.signing.privateKey);
  return { token, scope, expiresInSeconds: TOKEN_SECONDS };
}

async function check(
  { keys, clock, issuer }: TokensOptions,
  token: string,
): Promise<Claims | 'invalid_credentials' | 'token_expired'> {
  if (token.length > TOKEN_CHARS_MAX) return 'invalid_credentials';
  try {
    const key = keys.verification.get(decodeProtectedHeader(token).kid ?? '');
    if (!key) return 'invalid_credentials';
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer,
      requiredClaims: ['sub', 'aud', 'exp', 'iat', 'jti'],
      currentDate: new Date(clock.now()),
    });
    return readClaims(payload) ?? 'invalid_credentials';
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'token_expired';
    if (error instanceof errors.JOSEError || error instanceof TypeError) return 'invalid_credentials';
    throw error;
  }
}

/** Undefined for a payload that `issue` would not write. */
function readClaims(payload: JWTPayload): Claims | undefined {
  const { sub, client_id: clientId, aud, exp, scope, account, environment } = payload;
  if (sub === undefined || sub !== clientId || exp === undefined) return undefined;
  if (typeof scope !== 'string' || typeof account !== 'string' || typeof environment !== 'string')
    return undefined;
  const scopes = parseScopes(scope);
  const audiences = typeof aud === 'string' ? [aud] : aud;
  if (!scopes || !audiences) return undefined;
  return { clientId: sub, account, environment, audiences, scopes, expiresAtMs: exp * 1_000 };
}

function admit(claims: Claims, admission: Admission): Admission {
  if (admission.kind === 'refused') return admission;
  const { caller } = admission;
  const isSame =
    claims.account === formatId('account', caller.accountId) && claims.environment === caller.environment;
  if (!isSame) return INVALID;
  const scopes = claims.scopes.filter((scope) => caller.scopes.includes(scope));
  return { kind: 'admitted', caller: { ...caller, scopes } };
}
