/** What goes wrong, in Reloadly's words: the one table of this dialect. */
import { type ErrorCode, type FieldIssue, Refusal } from '../../../core/errors.ts';
import type { Rendered } from '../../../platform/edge.ts';
import { FAILURE_CODES, type FailureCode } from '../../../routing/connector.ts';
import type { Code, ErrorBody, ErrorDetail, NotFoundBody } from '../wire.ts';
import { formatInstant } from './instants.ts';

interface Words {
  readonly status: number;
  readonly code: Code;
  /** Reloadly's own sentence where one is documented; else the refusal's. */
  readonly message?: string;
}

const ALREADY_USED = {
  status: 400,
  code: 'CUSTOM_IDENTIFIER_ALREADY_USED',
  message: 'The given customIdentifier was already used by another transaction',
} as const satisfies Words;
const INVALID_RECIPIENT = {
  status: 400,
  code: 'INVALID_RECIPIENT_PHONE',
  message: 'Recipient phone number is not valid',
} as const satisfies Words;

export const ERROR_WORDS = {
  malformed_request: { status: 400, code: 'INVALID_REQUEST' },
  unauthenticated: {
    status: 401,
    code: 'INVALID_TOKEN',
    message: 'Full authentication is required to access this resource',
  },
  invalid_credentials: { status: 401, code: 'INVALID_CREDENTIALS', message: 'Access Denied' },
  token_expired: { status: 401, code: 'TOKEN_EXPIRED' },
  invalid_audience: { status: 401, code: 'INVALID_AUDIENCE', message: 'The provided audience is not valid' },
  forbidden: { status: 403, code: 'NOT_AUTHORIZED' },
  account_inactive: { status: 400, code: 'INACTIVE_ACCOUNT' },
  rate_limited: { status: 429, code: 'RATE_LIMIT_REACHED' },
  not_found: { status: 404, code: 'RESOURCE_NOT_FOUND' },
  method_not_allowed: { status: 405, code: 'METHOD_NOT_SUPPORTED' },
  not_acceptable: { status: 406, code: 'MEDIA_TYPE_NOT_ACCEPTABLE' },
  unsupported_media_type: { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
  body_too_large: { status: 413, code: 'INVALID_REQUEST' },
  invalid_request: { status: 400, code: 'INVALID_REQUEST' },
  reference_reused: ALREADY_USED,
  order_archived: ALREADY_USED,
  reference_replayed: ALREADY_USED,
  not_cancellable: { status: 400, code: 'INVALID_REQUEST' },
  not_disputable: { status: 400, code: 'INVALID_REQUEST' },
  country_not_supported: {
    status: 404,
    code: 'COUNTRY_NOT_SUPPORTED',
    message: 'Country not found and/or not currently supported',
  },
  invalid_recipient: INVALID_RECIPIENT,
  invalid_sender: { status: 400, code: 'INVALID_SENDER_PHONE', message: 'Sender phone number is not valid' },
  operator_not_found: {
    status: 404,
    code: 'RESOURCE_NOT_FOUND',
    message: 'Operator not found for given id',
  },
  operator_not_detected: { status: 404, code: 'COULD_NOT_AUTO_DETECT_OPERATOR' },
  operator_inactive: { status: 400, code: 'OPERATOR_NOT_IN_SERVICE' },
  // No client of this API names a product: the operator is there, and what it sold is not.
  product_not_found: { status: 400, code: 'OPERATOR_UNAVAILABLE_OR_CURRENTLY_INACTIVE' },
  product_not_in_plan: { status: 400, code: 'OPERATOR_UNAVAILABLE_OR_CURRENTLY_INACTIVE' },
  quote_not_found: { status: 404, code: 'RESOURCE_NOT_FOUND' },
  quote_expired: { status: 400, code: 'INVALID_REQUEST' },
  quote_used: { status: 400, code: 'INVALID_REQUEST' },
  recipient_of_other_operator: INVALID_RECIPIENT,
  invalid_amount: { status: 400, code: 'INVALID_AMOUNT' },
  amount_out_of_range: { status: 400, code: 'INVALID_AMOUNT_FOR_OPERATOR' },
  delivered_below_minimum: { status: 400, code: 'INVALID_AMOUNT_FOR_OPERATOR' },
  rate_unavailable: {
    status: 500,
    code: 'FX_RATE_NOT_AVAILABLE',
    message:
      'Fx rate is currently not available for this operator, please try again later or contact support.',
  },
  no_route: { status: 400, code: 'TRANSACTION_CANNOT_BE_PROCESSED_AT_THE_MOMENT' },
  wallet_not_found: { status: 400, code: 'ACCOUNT_NOT_FOUND' },
  recently_recharged: { status: 400, code: 'PHONE_RECENTLY_RECHARGED' },
  daily_count_reached: { status: 400, code: 'MAX_DAILY_TRANSACTION_COUNT_REACHED' },
  daily_amount_reached: { status: 400, code: 'MAX_DAILY_TRANSACTION_AMOUNT_REACHED' },
  insufficient_balance: { status: 403, code: 'INSUFFICIENT_BALANCE' },
  overloaded: { status: 503, code: 'SERVICE_UNAVAILABLE' },
  internal: { status: 500, code: 'INTERNAL_SERVER_ERROR' },
} as const satisfies Record<ErrorCode, Words>;

/** What Reloadly tells apart and our codes do not. */
const FINER_WORDS = {
  /** Credentials that are no bearer token. */
  authentication_failure: {
    status: 401,
    code: 'AUTHENTICATION_FAILURE',
    message: 'Authentication failed due to invalid authentication credentials',
  },
  not_refunded: {
    status: 422,
    code: 'UNPROCCESSABLE_ENTITY',
    message: 'This transaction was not refunded',
  },
} as const satisfies Record<string, Words>;

/** A refusal in finer words than those of its code. */
export function finerRefusal(code: ErrorCode, words: keyof typeof FINER_WORDS): Refusal {
  return new Refusal(code, { details: { words } });
}

export const VERIFY_PATH = '/accounts/verify';

/** What an endpoint says of a token that does not admit, where it has words of its own. */
const UNVERIFIED: Readonly<Record<string, string>> = {
  [VERIFY_PATH]: 'Account verification failed, invalid or expired token',
};

/** A recipient that is wrong is told apart by the field that it came in. */
const RECIPIENT_WORDS: Readonly<Record<string, Words>> = {
  phone: { status: 400, code: 'INVALID_PHONE_NUMBER', message: 'Phone number is not valid' },
  recipientEmail: { status: 400, code: 'INVALID_REQUEST', message: 'Recipient email is not valid' },
};

/** Why a top-up ended without a delivery, for the status call. */
export const FAILURE_WORDS = {
  recipient_invalid: 'INVALID_RECIPIENT_PHONE',
  recipient_barred: 'TRANSACTION_CANNOT_BE_PROCESSED_AT_THE_MOMENT',
  recipient_of_other_operator: 'INVALID_RECIPIENT_PHONE',
  refused_by_operator: 'TOPUP_TRANSACTION_FAILED',
  operator_unavailable: 'TOPUP_TRANSACTION_FAILED',
  not_delivered: 'TOPUP_TRANSACTION_FAILED',
} as const satisfies Record<FailureCode, Code>;

export function failureMessage(failure: FailureCode): string {
  return FAILURE_CODES[failure].sentence;
}

export function renderError(refusal: Refusal, request: { path: string; nowMs: number }): Rendered {
  const timeStamp = formatInstant(request.nowMs);
  const { path } = request;
  if (refusal.details['unrouted'] !== undefined) {
    const body: NotFoundBody = {
      timeStamp,
      status: 404,
      error: 'Not Found',
      message: 'No message available',
      path,
    };
    return { status: 404, body };
  }
  const words = wordsOf(refusal);
  const body: ErrorBody = {
    timeStamp,
    message: (words.status === 401 ? UNVERIFIED[path] : undefined) ?? messageOf(refusal, words),
    path,
    errorCode: words.code,
    infoLink: null,
    details: detailsOf(refusal),
  };
  return { status: words.status, body, ...(words.status === 401 ? { headers: BEARER } : {}) };
}

const BEARER = { 'www-authenticate': 'Bearer' };

function wordsOf(refusal: Refusal): Words {
  const { words } = refusal.details;
  if (words === 'authentication_failure' || words === 'not_refunded') return FINER_WORDS[words];
  const field = refusal.code === 'invalid_recipient' ? refusal.issues[0]?.field : undefined;
  return (field === undefined ? undefined : RECIPIENT_WORDS[field]) ?? ERROR_WORDS[refusal.code];
}

/** What whoever refused said beyond the code's own sentence; else Reloadly's sentence. */
function messageOf({ code, message }: Refusal, words: Words): string {
  return message === new Refusal(code).message ? (words.message ?? message) : message;
}

function detailsOf({ issues, details }: Refusal): ErrorDetail[] {
  const shown: ErrorDetail[] = issues.map(({ field, issue }: FieldIssue) => ({ field, issue }));
  const id = details['transactionId'];
  if (id === undefined) return shown;
  return [
    ...shown,
    { field: 'customIdentifier', issue: `already used by transaction ${id}`, transactionId: Number(id) },
  ];
}
