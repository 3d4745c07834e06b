/** What goes wrong, in the words and statuses of the article's table: the one table of this dialect. */
import { type ErrorCode, Refusal } from '../../../core/errors.ts';
import type { ErrorBody } from '../wire.ts';

interface Words {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
}

const UNAUTHORIZED = {
  status: 401,
  code: 'unauthorized',
  message: 'A valid access token or API key is needed.',
} as const satisfies Words;
const SUBSCRIBER = {
  status: 404,
  code: 'subscriber_not_found',
  message: 'The subscriber does not exist, or not with the operator of this bundle.',
} as const satisfies Words;
const BUNDLE = {
  status: 404,
  code: 'bundle_not_found',
  message: 'There is no such bundle.',
} as const satisfies Words;
const DUPLICATE = {
  status: 409,
  code: 'duplicate_transaction',
  message: 'The client_reference was already used.',
} as const satisfies Words;
const UNREACHABLE = {
  status: 502,
  code: 'operator_unavailable',
  message: 'The operator cannot be reached at the moment; try again later.',
} as const satisfies Words;

export const ERROR_WORDS = {
  malformed_request: { status: 400, code: 'malformed_request' },
  unauthenticated: UNAUTHORIZED,
  invalid_credentials: UNAUTHORIZED,
  token_expired: { status: 401, code: 'token_expired' },
  invalid_audience: UNAUTHORIZED,
  forbidden: { status: 403, code: 'forbidden' },
  account_inactive: { status: 403, code: 'account_inactive' },
  rate_limited: { status: 429, code: 'rate_limited' },
  not_found: { status: 404, code: 'not_found' },
  method_not_allowed: { status: 405, code: 'method_not_allowed' },
  not_acceptable: { status: 406, code: 'not_acceptable' },
  unsupported_media_type: { status: 415, code: 'unsupported_media_type' },
  body_too_large: { status: 413, code: 'body_too_large' },
  invalid_request: { status: 400, code: 'invalid_request' },
  reference_reused: DUPLICATE,
  order_archived: DUPLICATE,
  reference_replayed: DUPLICATE,
  not_cancellable: { status: 409, code: 'not_cancellable' },
  not_disputable: { status: 409, code: 'not_disputable' },
  country_not_supported: SUBSCRIBER,
  invalid_recipient: SUBSCRIBER,
  invalid_sender: { status: 400, code: 'invalid_request' },
  operator_not_found: BUNDLE,
  operator_not_detected: SUBSCRIBER,
  operator_inactive: UNREACHABLE,
  product_not_found: BUNDLE,
  product_not_in_plan: { status: 403, code: 'product_not_in_plan' },
  quote_not_found: { status: 404, code: 'not_found' },
  quote_expired: { status: 409, code: 'quote_expired' },
  quote_used: { status: 409, code: 'quote_used' },
  recipient_of_other_operator: SUBSCRIBER,
  // The amount is the bundle's own: when it is no longer sold so, the bundle is gone.
  invalid_amount: BUNDLE,
  amount_out_of_range: BUNDLE,
  delivered_below_minimum: BUNDLE,
  rate_unavailable: UNREACHABLE,
  no_route: UNREACHABLE,
  wallet_not_found: { status: 409, code: 'insufficient_balance', message: 'The account has no wallet.' },
  recently_recharged: { status: 409, code: 'duplicate_transaction' },
  daily_count_reached: { status: 403, code: 'daily_limit_reached' },
  daily_amount_reached: { status: 403, code: 'daily_limit_reached' },
  insufficient_balance: { status: 409, code: 'insufficient_balance' },
  // The status that the article's clients try again after.
  overloaded: { status: 502, code: 'overloaded' },
  internal: {
    status: 500,
    code: 'internal_error',
    message:
      'The switch has failed. Whether a recharge was taken is not known: send it again with the same client_reference only.',
  },
} as const satisfies Record<ErrorCode, Words>;

/** Refusals of payments have words of their own. */
const PAYMENT_WORDS = {
  pan_not_accepted: {
    status: 400,
    code: 'pan_not_accepted',
    message: 'Card data is not accepted here. Pay with the wallet.',
  },
  payment_method_not_available: {
    status: 400,
    code: 'payment_method_not_available',
    message: 'This payment method is not available. Pay with the wallet.',
  },
} as const satisfies Record<string, Words>;

export function paymentRefusal(why: keyof typeof PAYMENT_WORDS): Refusal {
  return new Refusal('invalid_request', { details: { payment: why } });
}

export function wordsOf({ code, details }: Refusal): Words {
  const { payment } = details;
  const isPayment = payment === 'pan_not_accepted' || payment === 'payment_method_not_available';
  return isPayment ? PAYMENT_WORDS[payment] : ERROR_WORDS[code];
}

/** What of a refusal's details is the client's to see. */
const SHOWN = ['transaction_id', 'required', 'available', 'currency'] as const;

export function renderError(refusal: Refusal): ErrorBody {
  const { code, message = refusal.message } = wordsOf(refusal);
  const shown = SHOWN.flatMap((name) => {
    const value = refusal.details[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const violations = refusal.issues.map(({ field, issue }) => ({ field, issue }));
  const details = { ...Object.fromEntries(shown), ...(violations.length > 0 ? { violations } : {}) };
  return { error: { code, message, details } };
}
