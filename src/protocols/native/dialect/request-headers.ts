/** The two headers of `POST /v1/orders` that say how, not what. Pure. */

/** The longest that a request is kept waiting for an outcome. */
export const WAIT_SECONDS_MAX = 60;

/**
 * Seconds of `Prefer: wait=N` (RFC 7240), at most `WAIT_SECONDS_MAX`. Undefined when the client does not ask to
 * wait; a preference that cannot be read is ignored, as the RFC demands.
 */
export function readWait(prefer: string | undefined): number | undefined {
  for (const preference of prefer?.split(',') ?? []) {
    const seconds = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference)?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds), WAIT_SECONDS_MAX);
  }
  return undefined;
}

/**
 * The value of `Idempotency-Key`: a structured string in quotes, as the IETF draft has it, or the bare text that
 * most clients send; both are the same key. Undefined when it is neither.
 */
export function readIdempotencyKey(header: string): string | undefined {
  const text = header.trim();
  if (!text.startsWith('"')) return /^[\x20-\x7e]+$/.test(text) ? text : undefined;
  const quoted = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"$/.exec(text)?.[1];
  return quoted?.replaceAll(/\\(["\\])/g, '$1');
}
