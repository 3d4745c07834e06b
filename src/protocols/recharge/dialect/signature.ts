/**
 * Signatures of webhooks as Standard Webhooks has them (standardwebhooks.com, specification 1.0.0): HMAC-SHA256 over
 * `id.timestamp.payload`, base64, behind `v1,`; several of them stand in one header with spaces between. Pure.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { SECRET_PREFIX } from '../../../identity/webhook-secret.ts';

/** A message that is older or newer than this may be a replay. */
const TOLERANCE_SECONDS = 5 * 60;
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;
/** Of one header: a rotation has two. */
const SIGNATURES_MAX = 10;

export type Verdict =
  | { readonly valid: true }
  | {
      readonly valid: false;
      readonly reason:
        | 'header_missing'
        | 'timestamp_unreadable'
        | 'timestamp_too_old'
        | 'timestamp_too_new'
        | 'signature_mismatch';
    };

export interface Message {
  readonly payload: string;
  readonly id: string | undefined;
  /** Seconds since 1970, as text. */
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

/** The key of `whsec_<base64>`, with or without the prefix; undefined for anything else or another length. */
export function parseSecret(text: string): Buffer | undefined {
  const encoded = text.startsWith(SECRET_PREFIX) ? text.slice(SECRET_PREFIX.length) : text;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const key = Buffer.from(encoded, 'base64');
  return key.length >= SECRET_BYTES_MIN && key.length <= SECRET_BYTES_MAX ? key : undefined;
}

export function sign(
  key: Buffer,
  message: { readonly id: string; readonly timestamp: string; readonly payload: string },
): string {
  const { id, timestamp, payload } = message;
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${payload}`).digest('base64')}`;
}

export function verifySignature(key: Buffer, message: Message, nowMs: number): Verdict {
  const { id, timestamp, signature, payload } = message;
  if (!id || !timestamp || !signature) return { valid: false, reason: 'header_missing' };
  if (!/^\d{1,12}$/.test(timestamp)) return { valid: false, reason: 'timestamp_unreadable' };
  const expected = Buffer.from(sign(key, { id, timestamp, payload }));
  const isSigned = signature
    .split(' ', SIGNATURES_MAX)
    .map((one) => Buffer.from(one))
    .some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  if (!isSigned) return { valid: false, reason: 'signature_mismatch' };
  const ageSeconds = Math.floor(nowMs / 1000) - Number(timestamp);
  if (ageSeconds > TOLERANCE_SECONDS) return { valid: false, reason: 'timestamp_too_old' };
  if (ageSeconds < -TOLERANCE_SECONDS) return { valid: false, reason: 'timestamp_too_new' };
  return { valid: true };
}
