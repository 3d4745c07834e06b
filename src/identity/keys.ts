/**
 * The keys of the installation, made once by whichever process comes first: the data key (personal data, keyed
 * hashes) and the Ed25519 key that signs tokens. Both lie in the database, sealed with the master key.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { assert } from '../core/assert.ts';
import { open, randomKey, seal, Vault } from '../platform/crypto.ts';
import type { Database } from '../platform/postgres.ts';
import { KeyFault } from './master-key.ts';

/** One entry of the key set that anybody may read. */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'EdDSA';
}

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

export interface Keys {
  readonly vault: Vault;
  /** The newest one signs. */
  readonly signing: SigningKey;
  /** All of them verify, by key id. */
  readonly verification: ReadonlyMap<string, KeyObject>;
  /** The document at `/.well-known/jwks.json`. */
  jwks(): { readonly keys: readonly PublicJwk[] };
}

interface KeyRow {
  id: string;
  purpose: 'data' | 'signing';
  public_jwk: PublicJwk | null;
  sealed: Buffer;
}

/** Reads the keys, and makes those that are missing. Throws a KeyFault when the master key is another one. */
export async function ensureKeys(database: Database, masterKey: Buffer): Promise<Keys> {
  let rows = await readKeys(database);
  if (!rows.some((row) => row.purpose === 'data')) await offerDataKey(database, masterKey);
  if (!rows.some((row) => row.purpose === 'signing')) await offerSigningKey(database, masterKey);
  rows = await readKeys(database);

  const data = rows.find((row) => row.purpose === 'data');
  const signing = rows.findLast((row) => row.purpose === 'signing');
  assert(data && signing, 'a key that was offered is there');
  const published = rows.flatMap((row) => (row.public_jwk ? [row.public_jwk] : []));
  return {
    vault: new Vault(unseal(masterKey, data)),
    signing: { kid: signing.id, privateKey: privateKeyOf(unseal(masterKey, signing)) },
    verification: new Map(published.map((jwk) => [jwk.kid, publicKeyOf(jwk)])),
    jwks: () => ({ keys: published }),
  };
}

async function readKeys(database: Database): Promise<KeyRow[]> {
  const { rows } = await database.query<KeyRow>(
    'select id, purpose, public_jwk, sealed from toprail.read_keys()',
  );
  return rows;
}

async function offerDataKey(database: Database, masterKey: Buffer): Promise<void> {
  const id = `data_${randomUUID()}`;
  await offer(database, {
    id,
    purpose: 'data',
    public_jwk: null,
    sealed: sealKey(masterKey, id, randomKey()),
  });
}

async function offerSigningKey(database: Database, masterKey: Buffer): Promise<void> {
  const pair = generateKeyPairSync('ed25519');
  const { x } = pair.publicKey.export({ format: 'jwk' });
  assert(x, 'an Ed25519 key has one coordinate');
  const kid = await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x });
  const jwk: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' };
  const privateJwk = Buffer.from(JSON.stringify(pair.privateKey.export({ format: 'jwk' })));
  const sealed = sealKey(masterKey, kid, privateJwk);
  await offer(database, { id: kid, purpose: 'signing', public_jwk: jwk, sealed });
}

async function offer(database: Database, row: KeyRow): Promise<void> {
  await database.query('select toprail.offer_key($1, $2, $3, $4)', [
    row.id,
    row.purpose,
    row.public_jwk,
    row.sealed,
  ]);
}

function sealKey(masterKey: Buffer, id: string, plain: Buffer): Buffer {
  return seal(masterKey, plain, contextOf(id));
}

function unseal(masterKey: Buffer, row: KeyRow): Buffer {
  try {
    return open(masterKey, row.sealed, contextOf(row.id));
  } catch {
    throw new KeyFault(
      'the master key (TOPRAIL_MASTER_KEY, else master.key in the data directory) is not the one that this database was begun with',
    );
  }
}

/** A sealed key opens only as the row that it was sealed for. */
function contextOf(id: string): string {
  return `installation-key:${id}`;
}

function privateKeyOf(jwk: Buffer): KeyObject {
  return createPrivateKey({ key: JSON.parse(jwk.toString()), format: 'jwk' });
}

function publicKeyOf({ kty, crv, x }: PublicJwk): KeyObject {
  return createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
}
