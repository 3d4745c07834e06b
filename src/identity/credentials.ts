/** Makes, rotates and revokes the credentials of clients. Secrets are shown once; only hashes are kept. */
import { randomBytes } from 'node:crypto';
import { sha256 } from '../platform/crypto.ts';
import type { Database } from '../platform/postgres.ts';
import { insertClient, markRevoked, replaceSecret } from './client-store.ts';
import { ALL_SCOPES, type Scope } from './scopes.ts';

/** 256 bits cannot be searched, so a plain SHA-256 of them is enough. */
const SECRET_BYTES = 32;
const ID_BYTES = 16;

/** The one time that secret and key are seen. */
export interface Credentials {
  readonly id: string;
  readonly secret: string;
  readonly apiKey: string;
}

/** The database refuses an account that does not exist or is closed (SQLSTATE TR003). */
export async function createClient(
  database: Database,
  client: { readonly accountId: bigint; readonly name: string; readonly scopes?: readonly Scope[] },
): Promise<Credentials> {
  const credentials: Credentials = {
    id: `cl_${randomBytes(ID_BYTES).toString('base64url')}`,
    secret: newSecret(),
    apiKey: newApiKey(),
  };
  await insertClient(database, {
    id: credentials.id,
    accountId: client.accountId,
    name: client.name,
    scopes: client.scopes ?? ALL_SCOPES,
    secretHash: sha256(credentials.secret),
    apiKeyHash: sha256(credentials.apiKey),
  });
  return credentials;
}

export interface Rotation {
  readonly id: string;
  /** For how long the former secret still works. An API key has no grace: a new one replaces it at once. */
  readonly graceSeconds: number;
  readonly apiKey: 'keep' | 'replace';
}

/** Undefined: there is no such client, or it was revoked. */
export async function rotateClient(
  database: Database,
  { id, graceSeconds, apiKey: keyChange }: Rotation,
): Promise<
  { readonly id: string; readonly secret: string; readonly apiKey: string | undefined } | undefined
> {
  const secret = newSecret();
  const apiKey = keyChange === 'replace' ? newApiKey() : undefined;
  const rotated = await replaceSecret(database, {
    id,
    secretHash: sha256(secret),
    apiKeyHash: apiKey === undefined ? undefined : sha256(apiKey),
    graceSeconds,
  });
  return rotated ? { id, secret, apiKey } : undefined;
}

export async function revokeClient(database: Database, id: string): Promise<'revoked' | 'unknown'> {
  return (await markRevoked(database, id)) ? 'revoked' : 'unknown';
}

/** The prefixes let scanners of code and logs recognise what has leaked. */
function newSecret(): string {
  return `trs_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

function newApiKey(): string {
  return `trk_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}
