/**
 * Events under an opaque id, which is the cursor too. The number of an event counts all accounts' events, so it is
 * encrypted: one AES block over account and number is a permutation that nobody without the key can follow, and the
 * same event always has the same id. A block of another account, or made up, decrypts to another account and is
 * refused (2^-64 that it is not).
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { assert } from '../../../core/assert.ts';
import { type AccountId, ID_PREFIXES } from '../../../core/ids.ts';
import type { Vault } from '../../../platform/crypto.ts';

const KEY_BYTES = 32;
const HALF_BYTES = 8;
// One block and never two: there is nothing that a mode could chain.
const CIPHER = 'aes-256-ecb';
const PATTERN = new RegExp(`^${ID_PREFIXES.event}_([A-Za-z0-9_-]{22})$`);

export interface EventCursors {
  /** `evt_` and 22 characters. Zero is the cursor before the first event. */
  format(accountId: AccountId, eventId: bigint): string;
  /** Undefined for what is not a cursor of this account. */
  parse(accountId: AccountId, text: string): bigint | undefined;
}

export function createEventCursors(vault: Pick<Vault, 'token'>): EventCursors {
  const key = Buffer.from(vault.token('event-cursor'), 'base64url');
  assert(key.length === KEY_BYTES, 'a token of the vault is a key');
  return {
    format(accountId, eventId) {
      const plain = Buffer.alloc(2 * HALF_BYTES);
      plain.writeBigInt64BE(accountId, 0);
      plain.writeBigInt64BE(eventId, HALF_BYTES);
      const cipher = createCipheriv(CIPHER, key, null).setAutoPadding(false);
      const block = Buffer.concat([cipher.update(plain), cipher.final()]);
      return `${ID_PREFIXES.event}_${block.toString('base64url')}`;
    },
    parse(accountId, text) {
      const encoded = PATTERN.exec(text)?.[1];
      if (encoded === undefined) return undefined;
      const block = Buffer.from(encoded, 'base64url');
      // The last character has bits to spare: only the form that we write is ours.
      if (block.toString('base64url') !== encoded) return undefined;
      const decipher = createDecipheriv(CIPHER, key, null).setAutoPadding(false);
      const plain = Buffer.concat([decipher.update(block), decipher.final()]);
      const eventId = plain.readBigInt64BE(HALF_BYTES);
      return plain.readBigInt64BE(0) === accountId && eventId >= 0n ? eventId : undefined;
    },
  };
}
