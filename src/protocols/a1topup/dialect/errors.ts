/**
 * What goes wrong, in A1Topup's words: the one table of this dialect.
 *
 * The document has error codes and no HTTP statuses, so no client can rely on any. Its clients read `status` of the
 * body and take what is not a 200 for a broken connection: they would ask again, or believe that the recharge may
 * have happened. So whatever could be read as a request of this API is answered with 200, refused or not; other
 * statuses are left for what never got so far (another path, a body that cannot be read) and for a switch that
 * cannot answer now.
 */
import type { ErrorCode, Refusal } from '../../../core/errors.ts';
import type { FailureCode } from '../../../routing/connector.ts';
import type { Code, ErrorAnswer, RechargeAnswer } from '../wire.ts';

interface Words {
  readonly status: number;
  readonly code: Code;
}

const MESSAGES = {
  '1000': 'Invalid request',
  '1001': 'Invalid API key',
  '1002': 'Insufficient balance',
  '1003': 'Invalid mobile number',
  '1004': 'Invalid operator',
  '1005': 'Invalid amount',
  '1006': 'Reference already used for another recharge',
  '2001': 'Operator system down',
} as const satisfies Record<Code, string>;

const UNREADABLE = { status: 400, code: '1000' } as const satisfies Words;
const INVALID_REQUEST = { status: 200, code: '1000' } as const satisfies Words;
const INVALID_KEY = { status: 200, code: '1001' } as const satisfies Words;
const INSUFFICIENT = { status: 200, code: '1002' } as const satisfies Words;
const INVALID_MOBILE = { status: 200, code: '1003' } as const satisfies Words;
const INVALID_OPERATOR = { status: 200, code: '1004' } as const satisfies Words;
const INVALID_AMOUNT = { status: 200, code: '1005' } as const satisfies Words;
const REUSED = { status: 200, code: '1006' } as const satisfies Words;
const DOWN = { status: 200, code: '2001' } as const satisfies Words;

export const ERROR_WORDS = {
  malformed_request: UNREADABLE,
  unauthenticated: INVALID_KEY,
  invalid_credentials: INVALID_KEY,
  token_expired: INVALID_KEY,
  invalid_audience: INVALID_KEY,
  forbidden: INVALID_KEY,
  // "Invalid or disabled", as the document has it.
  account_inactive: INVALID_KEY,
  rate_limited: { status: 429, code: '2001' },
  not_found: INVALID_REQUEST,
  method_not_allowed: { status: 405, code: '1000' },
  not_acceptable: { status: 406, code: '1000' },
  unsupported_media_type: { status: 415, code: '1000' },
  body_too_large: { status: 413, code: '1000' },
  invalid_request: INVALID_REQUEST,
  reference_reused: REUSED,
  order_archived: REUSED,
  reference_replayed: REUSED,
  not_cancellable: INVALID_REQUEST,
  not_disputable: INVALID_REQUEST,
  country_not_supported: INVALID_MOBILE,
  invalid_recipient: INVALID_MOBILE,
  invalid_sender: INVALID_REQUEST,
  operator_not_found: INVALID_OPERATOR,
  operator_not_detected: INVALID_OPERATOR,
  operator_inactive: DOWN,
  product_not_found: INVALID_OPERATOR,
  product_not_in_plan: INVALID_OPERATOR,
  quote_not_found: INVALID_REQUEST,
  quote_expired: INVALID_REQUEST,
  quote_used: INVALID_REQUEST,
  recipient_of_other_operator: INVALID_MOBILE,
  invalid_amount: INVALID_AMOUNT,
  amount_out_of_range: INVALID_AMOUNT,
  delivered_below_minimum: INVALID_AMOUNT,
  rate_unavailable: DOWN,
  no_route: DOWN,
  wallet_not_found: INSUFFICIENT,
  recently_recharged: INVALID_REQUEST,
  daily_count_reached: INVALID_REQUEST,
  daily_amount_reached: INVALID_REQUEST,
  insufficient_balance: INSUFFICIENT,
  overloaded: { status: 503, code: '2001' },
  internal: { status: 500, code: '2001' },
} as const satisfies Record<ErrorCode, Words>;

/** Why a recharge that was taken has failed. Whatever is not the number's fault is the operator's. */
export const FAILURE_WORDS = {
  recipient_invalid: '1003',
  recipient_barred: '1003',
  recipient_of_other_operator: '1003',
  refused_by_operator: '2001',
  operator_unavailable: '2001',
  not_delivered: '2001',
} as const satisfies Record<FailureCode, Code>;

export function messageOf(code: Code): string {
  return MESSAGES[code];
}

export function wordsOf(refusal: Refusal): Words {
  return refusal.details['unrouted'] === undefined
    ? ERROR_WORDS[refusal.code]
    : { status: 404, code: '1000' };
}

/** The message of the code; of a request that is wrong elsewhere, also where. */
export function sentenceOf(refusal: Refusal): string {
  const [issue] = refusal.issues;
  const message = MESSAGES[wordsOf(refusal).code];
  return issue ? `${message}: ${issue.field} ${issue.issue}` : message;
}

/**
 * The error in the documented form. A switch that has failed does not know how far it came: the recharge may have
 * been taken, so that is no error.
 */
export function renderError(refusal: Refusal): ErrorAnswer | RechargeAnswer {
  if (refusal.code === 'internal') {
    const message = 'Recharge status is not known yet; ask again with the same client_ref';
    return { status: 'pending', transaction_id: '', message, amount: 0, commission: 0, balance: 0 };
  }
  const { required, available } = refusal.details;
  return {
    status: 'error',
    error_code: wordsOf(refusal).code,
    message: sentenceOf(refusal),
    ...(required === undefined ? {} : { required_amount: Number(required) }),
    ...(available === undefined ? {} : { current_balance: Number(available) }),
  };
}
