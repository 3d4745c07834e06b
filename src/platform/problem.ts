/** Errors as problem details (RFC 9457): the shape of our own APIs. */
import { ERROR_CODES, type ErrorCode, type Refusal } from '../core/errors.ts';
import type { Rendered } from './edge.ts';

/** The HTTP status of each code, where our own APIs answer it. */
export const PROBLEM_STATUS = {
  malformed_request: 400,
  unauthenticated: 401,
  invalid_credentials: 401,
  token_expired: 401,
  invalid_audience: 401,
  forbidden: 403,
  account_inactive: 403,
  rate_limited: 429,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  unsupported_media_type: 415,
  body_too_large: 413,
  invalid_request: 400,
  reference_reused: 422,
  order_archived: 409,
  reference_replayed: 200,
  not_cancellable: 409,
  not_disputable: 409,
  country_not_supported: 404,
  invalid_recipient: 422,
  invalid_sender: 422,
  operator_not_found: 404,
  operator_not_detected: 404,
  operator_inactive: 409,
  product_not_found: 404,
  product_not_in_plan: 403,
  quote_not_found: 404,
  quote_expired: 409,
  quote_used: 409,
  recipient_of_other_operator: 422,
  invalid_amount: 422,
  amount_out_of_range: 422,
  delivered_below_minimum: 422,
  rate_unavailable: 503,
  no_route: 503,
  wallet_not_found: 404,
  recently_recharged: 409,
  daily_count_reached: 403,
  daily_amount_reached: 403,
  insufficient_balance: 402,
  overloaded: 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

export function problemOf(refusal: Refusal): Rendered {
  const status = PROBLEM_STATUS[refusal.code];
  const { unrouted: _, ...details } = refusal.details;
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
    body: {
      type: `urn:toprail:error:${refusal.code}`,
      title: ERROR_CODES[refusal.code],
      status,
      code: refusal.code,
      ...(refusal.message === ERROR_CODES[refusal.code] ? {} : { detail: refusal.message }),
      ...(refusal.issues.length === 0 ? {} : { issues: refusal.issues }),
      ...details,
    },
  };
}
