/**
 * Sessions: a client logs in with its credentials and gets an access token for an hour and a refresh token for a
 * week; the refresh token is good once, for the next pair. A logout ends all of the client's sessions, their access
 * tokens included: at once in this process, within ten seconds in another one (see `clients.ts`).
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/time.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Database } from '../platform/postgres.ts';
import type { Admission, Caller, ClientDirectory } from './clients.ts';
import { deleteSessions, insertSession, replaceSession, type SessionRecord } from './session-store.ts';
import type { Tokens } from './tokens.ts';

const ACCESS_SECONDS = 60 * 60;
const REFRESH_SECONDS = 7 * 24 * 60 * 60;
const REFRESH_TOKEN_BYTES = 32;
/** Ours have 43: a longer one is not even hashed. */
const REFRESH_TOKEN_CHARS_MAX = 256;

export interface SessionsOptions {
  readonly database: Database;
  readonly directory: ClientDirectory;
  readonly tokens: Tokens;
  readonly clock: Clock;
}

export interface SessionTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessExpiresAtMs: number;
  readonly refreshExpiresAtMs: number;
}

export type SessionAnswer =
  | { readonly kind: 'opened'; readonly caller: Caller; readonly tokens: SessionTokens }
  | Extract<Admission, { kind: 'refused' }>;

export interface Sessions {
  open(credentials: { readonly clientId: string; readonly clientSecret: string }): Promise<SessionAnswer>;
  refresh(refreshToken: string): Promise<SessionAnswer>;
  /** Every session of the client. */
  end(clientId: string): Promise<void>;
}

export function createSessions(options: SessionsOptions): Sessions {
  const { database, directory } = options;
  return {
    async open(credentials) {
      const admission = await directory.bySecret(credentials);
      if (admission.kind === 'refused') return admission;
      const refreshToken = newRefreshToken();
      const session = await insertSession(database, {
        clientId: admission.caller.clientId,
        refreshHash: sha256(refreshToken),
        lifetimeSeconds: REFRESH_SECONDS,
      });
      if (!session) return REFUSED;
      return openedFor(options, admission.caller, { session, refreshToken });
    },

    async refresh(former) {
      if (former === '' || former.length > REFRESH_TOKEN_CHARS_MAX) return REFUSED;
      const refreshToken = newRefreshToken();
      const session = await replaceSession(database, {
        formerHash: sha256(former),
        refreshHash: sha256(refreshToken),
        lifetimeSeconds: REFRESH_SECONDS,
      });
      if (!session) return REFUSED;
      const admission = await directory.byId(session.clientId);
      if (admission.kind === 'refused') return admission;
      return openedFor(options, admission.caller, { session, refreshToken });
    },

    async end(clientId) {
      await deleteSessions(database, clientId);
      directory.forget();
    },
  };
}

const REFUSED = { kind: 'refused', code: 'invalid_credentials' } as const satisfies SessionAnswer;

async function openedFor(
  { tokens, clock, directory }: SessionsOptions,
  caller: Caller,
  { session, refreshToken }: { readonly session: SessionRecord; readonly refreshToken: string },
): Promise<SessionAnswer> {
  // The client has logged out elsewhere since it was looked up: its new token must not look old.
  if (session.logouts !== caller.logouts) directory.forget();
  const issued = await tokens.issue(caller, {
    session: { logouts: session.logouts, lifetimeSeconds: ACCESS_SECONDS },
  });
  return {
    kind: 'opened',
    caller,
    tokens: {
      accessToken: issued.token,
      refreshToken,
      accessExpiresAtMs: Math.floor(clock.now() / 1_000) * 1_000 + issued.expiresInSeconds * 1_000,
      refreshExpiresAtMs: session.expiresAtMs,
    },
  };
}

function newRefreshToken(): string {
  return randomBytes(REFRESH_TOKEN_BYTES).toString('base64url');
}
