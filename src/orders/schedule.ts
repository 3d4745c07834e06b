/**
 * When to look again. Pure: offsets and limits as tables, time and jitter as arguments.
 */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** Status queries after an attempt became UNKNOWN or PENDING, counted from that instant; then every 15 minutes. */
const VERIFY_OFFSETS_MS = [2, 5, 10, 30, 60, 120, 300].map((seconds) => seconds * SECOND);
const VERIFY_EVERY_MS = 15 * MINUTE;
/** Jitter spreads the queries of one outage: each waits up to a tenth longer. */
const JITTER_PART = 0.1;

/** An order that is still under way then is told as an event, once: an outage that somebody should know of. */
export const DELAYED_AFTER_MS = 5 * MINUTE;
/** After this long in doubt, or dispatching without an end, a person looks at the order. */
export const REVIEW_AFTER_MS = 24 * HOUR;
/** A doubt that lasts because nobody has mapped what the provider says is a person's so much earlier: waiting helps none. */
export const UNMAPPED_AFTER_MS = 15 * MINUTE;
/** How often an order that waits for a person's decision is looked at by the loop. */
export const REVIEW_EVERY_MS = 6 * HOUR;

/** Retries of a refused attempt: 1, 2, 4 ... seconds, 30 at most. */
const RETRY_FIRST_MS = SECOND;
const RETRY_MS_MAX = 30 * SECOND;
/** The last try is moved to this long before the deadline. */
export const LAST_TRY_BEFORE_MS = SECOND;
/** An empty retry budget postpones by this much. */
export const POSTPONE_MS = SECOND;
/** While sending is blocked (after a restore), due orders look again this often. */
export const BLOCKED_EVERY_MS = 5 * SECOND;

/** Milliseconds until the next status query. `jitter` is random in 0 .. 1. */
export function nextVerifyMs(elapsedMs: number, jitter: number): number {
  const offset = VERIFY_OFFSETS_MS.find((candidate) => candidate > elapsedMs);
  const wait = offset === undefined ? VERIFY_EVERY_MS : offset - elapsedMs;
  return Math.ceil(wait * (1 + JITTER_PART * jitter));
}

export type RetryPlan =
  | { readonly kind: 'retry'; readonly inMs: number }
  /** The last try has been; the order waits for its deadline. */
  | { readonly kind: 'wait'; readonly inMs: number }
  | { readonly kind: 'over' };

/** What follows the `refusals`-th retryable refusal of an order. Without a deadline it is tried for ever. */
export function planRetry(refusals: number, nowMs: number, deadlineAtMs: number | undefined): RetryPlan {
  const backoffMs = Math.min(RETRY_FIRST_MS * 2 ** Math.min(refusals - 1, 10), RETRY_MS_MAX);
  if (deadlineAtMs === undefined) return { kind: 'retry', inMs: backoffMs };
  if (nowMs >= deadlineAtMs) return { kind: 'over' };
  const lastTryAtMs = deadlineAtMs - LAST_TRY_BEFORE_MS;
  if (nowMs + backoffMs <= lastTryAtMs) return { kind: 'retry', inMs: backoffMs };
  if (nowMs < lastTryAtMs) return { kind: 'retry', inMs: lastTryAtMs - nowMs };
  return { kind: 'wait', inMs: deadlineAtMs - nowMs };
}
