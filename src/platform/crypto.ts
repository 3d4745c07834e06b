/**
 * Sealing and keyed hashing of personal data. The data key lives in the database, wrapped by the master key that
 * the database never sees; both are 256 bits. A plain hash of a phone number could be enumerated, hence HMAC.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash as digestOf,
  type KeyObject,
  randomBytes,
  randomFillSync,
} from 'node:crypto';
import { assert } from '../core/assert.ts';
import { remember } from '../core/remember.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

export function randomKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** Seals bytes as nonce, ciphertext, tag. `context` must be given again to open them: it ties a value to its place. */
export function seal(key: Buffer | KeyObject, plain: Buffer, context: string): Buffer {
  assert(sizeOf(key) === KEY_BYTES, 'a key has 32 bytes');
  const nonce = nextNonce();
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(bytesOf(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Contexts are few. */
const bytesOf = remember((context) => Buffer.from(context), 100);

/** Random bytes are asked for in bulk: a call costs as much as sealing a phone number does. */
const nonces = Buffer.allocUnsafeSlow(NONCE_BYTES * 512);
let noncesUsed = nonces.length;

function nextNonce(): Buffer {
  if (noncesUsed === nonces.length) {
    randomFillSync(nonces);
    noncesUsed = 0;
  }
  noncesUsed += NONCE_BYTES;
  return nonces.subarray(noncesUsed - NONCE_BYTES, noncesUsed);
}

/** Opens what `seal` made. Throws when the key or the context is another, or a bit has changed. */
export function open(key: Buffer | KeyObject, sealed: Buffer, context: string): Buffer {
  assert(sealed.length >= NONCE_BYTES + TAG_BYTES, 'sealed bytes are too short');
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES)).setAAD(
    Buffer.from(context),
  );
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}

function sizeOf(key: Buffer | KeyObject): number | undefined {
  return Buffer.isBuffer(key) ? key.length : key.symmetricKeySize;
}

export function sha256(data: Buffer | string): Buffer {
  return digestOf('sha256', data, 'buffer');
}

export function sha256Hex(text: string): string {
  return digestOf('sha256', text, 'hex');
}

/** A name made of the content: 128 bits of its SHA-256. For what holds nothing personal, since it can be guessed. */
export function contentId(text: string): string {
  return asUuid(sha256Hex(text));
}

/** The first 128 bits of a digest in hex, as PostgreSQL writes them: compact and indexable. */
function asUuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const [INNER_PAD, OUTER_PAD] = [0x36, 0x5c];
/** Longer ones are rare: Node's own function makes their digests. */
const SHORT_CHARS = 1_000;
const UTF8_BYTES_MAX = 3; // of a UTF-16 unit

/**
 * HMAC-SHA256 (RFC 2104) of texts under one key, in hex, out of two calls for a hash. Node's `Hmac` takes twice as long,
 * and each is an object outside the heap, for which the collector has to care: an order needs four.
 */
export function hmacUnder(key: Buffer): (text: string) => string {
  assert(key.length === KEY_BYTES, 'a key has 32 bytes');
  const inner = Buffer.alloc(BLOCK_BYTES + SHORT_CHARS * UTF8_BYTES_MAX, INNER_PAD);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, OUTER_PAD);
  for (const [at, byte] of key.entries()) {
    inner[at] = INNER_PAD ^ byte;
    outer[at] = OUTER_PAD ^ byte;
  }
  return (text) => {
    if (text.length > SHORT_CHARS) return createHmac('sha256', key).update(text).digest('hex');
    const end = BLOCK_BYTES + inner.write(text, BLOCK_BYTES);
    outer.write(digestOf('sha256', inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1');
    return digestOf('sha256', outer, 'hex');
  };
}

/** The keys that are derived from one data key: one for sealing, one for each kind of keyed hash. */
export class Vault {
  // Key objects: made once, since turning bytes into one costs more than using it.
  readonly #sealing: KeyObject;
  readonly #hashing: (text: string) => string;

  constructor(dataKey: Buffer) {
    this.#sealing = createSecretKey(createHmac('sha256', dataKey).update('seal').digest());
    this.#hashing = hmacUnder(createHmac('sha256', dataKey).update('hash').digest());
  }

  seal(plain: string, context: SealContext): Buffer {
    return seal(this.#sealing, Buffer.from(plain), context);
  }

  open(sealed: Buffer, context: SealContext): string {
    return open(this.#sealing, sealed, context).toString();
  }

  /** 128 bits of HMAC-SHA256 over purpose and parts, as a uuid: compact and indexable. Parts cannot run together. */
  hash(purpose: string, ...parts: readonly string[]): string {
    return asUuid(this.#hashing(JSON.stringify([purpose, ...parts])));
  }

  /** An unguessable token that need not be stored: the same purpose and parts give the same one. */
  token(purpose: string, ...parts: readonly string[]): string {
    return Buffer.from(this.#hashing(JSON.stringify(['token', purpose, ...parts])), 'hex').toString(
      'base64url',
    );
  }
}

export type SealContext =
  | 'recipient'
  | 'order.private'
  | 'stored.request'
  | 'stored.reference'
  | 'voucher'
  | 'payout'
  | 'client.callback'
  | 'dispute'
  | 'review'
  | 'statement'
  | 'provider.config'
  | 'signing-key';
