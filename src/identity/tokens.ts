/**
 * Access tokens: Ed25519 JSON Web Tokens of type `at+jwt` (RFC 9068), good for a day. Verifying one costs 85 us,
 * so verified tokens are remembered; what the client may do is asked of the directory every time, which is
 * why a revoked client's token ends before its lifetime. The token of a session (`sessions.ts`) also ends when its
 * client logs out.
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

export interface IssueOptions {
  /** Part of the caller's, all of them unless given. */
  readonly scopes?: readonly Scope[];
  /** The token of a session lives as long as this says, and no longer than until the client logs out. */
  readonly session?: { readonly logouts: number; readonly lifetimeSeconds: number };
}

export interface Tokens {
  readonly issuer: string;
  issue(caller: Caller, options?: IssueOptions): Promise<Issued>;
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
  /** Of a session's token: how often the client had logged out when it was issued. */
  readonly logouts: number | undefined;
}

export function createTokens(options: TokensOptions): Tokens {
  const verified = new Recent<Claims>({
    clock: options.clock,
    keepMs: TOKEN_SECONDS * 1_000,
    entriesMax: VERIFIED_MAX,
  });
  return {
    issuer: options.issuer,
    issue: (caller, asked = {}) => issue(options, caller, asked),
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
  { scopes = caller.scopes, session }: IssueOptions,
): Promise<Issued> {
  const lifetimeSeconds = session?.lifetimeSeconds ?? TOKEN_SECONDS;
  const issuedAt = Math.floor(clock.now() / 1_000);
  const scope = scopes.join(' ');
  const token = await new SignJWT({
    client_id: caller.clientId,
    scope,
    account: formatId('account', caller.accountId),
    environment: caller.environment,
    ...(session && { logouts: session.logouts }),
  })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: keys.signing.kid })
    .setIssuer(issuer)
    .setSubject(caller.clientId)
    .setAudience([...acceptedAudiences(caller.environment, issuer)])
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .setJti(randomUUID())
    .sign(keys.signing.privateKey);
  return { token, scope, expiresInSeconds: lifetimeSeconds };
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
  const { sub, client_id: clientId, aud, exp, scope, account, environment, logouts } = payload;
  if (sub === undefined || sub !== clientId || exp === undefined) return undefined;
  if (typeof scope !== 'string' || typeof account !== 'string' || typeof environment !== 'string')
    return undefined;
  if (logouts !== undefined && typeof logouts !== 'number') return undefined;
  const scopes = parseScopes(scope);
  const audiences = typeof aud === 'string' ? [aud] : aud;
  if (!scopes || !audiences) return undefined;
  return { clientId: sub, account, environment, audiences, scopes, expiresAtMs: exp * 1_000, logouts };
}

function admit(claims: Claims, admission: Admission): Admission {
  if (admission.kind === 'refused') return admission;
  const { caller } = admission;
  const isSame =
    claims.account === formatId('account', caller.accountId) && claims.environment === caller.environment;
  if (!isSame) return INVALID;
  if (claims.logouts !== undefined && claims.logouts !== caller.logouts) return INVALID;
  const scopes = claims.scopes.filter((scope) => caller.scopes.includes(scope));
  return { kind: 'admitted', caller: { ...caller, scopes } };
}
