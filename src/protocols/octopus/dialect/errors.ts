/** What goes wrong, in Octopus' words: the one table of this dialect. */
import { type ErrorCode, type FieldIssue, Refusal } from '../../../core/errors.ts';
import type { Rendered } from '../../../platform/edge.ts';
import { FAILURE_CODES, type FailureCode } from '../../../routing/connector.ts';
import type { ErrorBody, ErrorName, FailureName } from '../wire.ts';

interface Words {
  readonly status: number;
  readonly name: ErrorName;
  readonly code: string;
  /** Octopus' own sentence where one is documented; else the refusal's. */
  readonly message?: string;
}

const INVALID = { status: 400, name: 'ValidationException', code: 'VALIDATION_FAILURE' } as const;
const UNAUTHORIZED = { status: 401, name: 'UnauthorizedError', code: 'UNAUTHORIZED' } as const;
const FORBIDDEN = { status: 403, name: 'ForbiddenError', code: 'FORBIDDEN' } as const;
const NOT_FOUND = { status: 404, name: 'NotFoundError', code: 'NOT_FOUND' } as const;
const NO_VARIANT = { ...INVALID, message: 'No variant available' } as const;
const DUPLICATE = { ...INVALID, message: 'Duplicate client_reference' } as const;
const NO_PRODUCT = { ...NOT_FOUND, message: 'Product not found' } as const;

export const ERROR_WORDS = {
  malformed_request: INVALID,
  unauthenticated: { ...UNAUTHORIZED, message: 'Missing or invalid access token' },
  invalid_credentials: { ...UNAUTHORIZED, message: 'Invalid credentials' },
  token_expired: { ...UNAUTHORIZED, message: 'Access token has expired' },
  invalid_audience: UNAUTHORIZED,
  forbidden: FORBIDDEN,
  account_inactive: FORBIDDEN,
  rate_limited: { status: 429, name: 'TooManyRequestsError', code: 'TOO_MANY_REQUESTS' },
  not_found: NOT_FOUND,
  method_not_allowed: { status: 405, name: 'MethodNotAllowedError', code: 'METHOD_NOT_ALLOWED' },
  not_acceptable: { status: 406, name: 'NotAcceptableError', code: 'NOT_ACCEPTABLE' },
  unsupported_media_type: {
    status: 415,
    name: 'UnsupportedMediaTypeError',
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  body_too_large: { status: 413, name: 'PayloadTooLargeError', code: 'PAYLOAD_TOO_LARGE' },
  invalid_request: INVALID,
  reference_reused: DUPLICATE,
  order_archived: DUPLICATE,
  reference_replayed: DUPLICATE,
  not_cancellable: INVALID,
  not_disputable: INVALID,
  country_not_supported: INVALID,
  invalid_recipient: INVALID,
  invalid_sender: INVALID,
  operator_not_found: NO_PRODUCT,
  operator_not_detected: NOT_FOUND,
  operator_inactive: NO_VARIANT,
  product_not_found: NO_PRODUCT,
  product_not_in_plan: NO_VARIANT,
  quote_not_found: NOT_FOUND,
  quote_expired: INVALID,
  quote_used: INVALID,
  recipient_of_other_operator: {
    ...INVALID,
    message: 'RECIPIENT_INELIGIBLE (user-fixable): the number belongs to another operator',
  },
  invalid_amount: INVALID,
  amount_out_of_range: NO_VARIANT,
  delivered_below_minimum: NO_VARIANT,
  rate_unavailable: INVALID,
  no_route: NO_VARIANT,
  wallet_not_found: { ...NOT_FOUND, message: 'Wallet not found' },
  recently_recharged: INVALID,
  daily_count_reached: INVALID,
  daily_amount_reached: INVALID,
  insufficient_balance: {
    status: 400,
    name: 'InsufficientBalanceError',
    code: 'INSUFFICIENT_BALANCE',
    message: 'Insufficient wallet balance',
  },
  overloaded: { status: 503, name: 'ServiceUnavailableError', code: 'SERVICE_UNAVAILABLE' },
  internal: { status: 500, name: 'InternalServerError', code: 'INTERNAL_SERVER_ERROR' },
} as const satisfies Record<ErrorCode, Words>;

/** Why an order has failed. Octopus names what a customer can act on; all else is UNKNOWN. */
export const FAILURE_NAMES = {
  recipient_invalid: 'INVALID_RECIPIENT',
  recipient_barred: 'RECIPIENT_BARRED',
  recipient_of_other_operator: 'RECIPIENT_INELIGIBLE',
  refused_by_operator: 'UNKNOWN',
  operator_unavailable: 'UNKNOWN',
  not_delivered: 'UNKNOWN',
} as const satisfies Record<FailureCode, FailureName>;

export function failureOf(failure: FailureCode): {
  readonly failure_code: FailureName;
  readonly failure_reason: string;
  readonly is_user_fixable: boolean;
} {
  const { sentence, userFixable } = FAILURE_CODES[failure];
  return { failure_code: FAILURE_NAMES[failure], failure_reason: sentence, is_user_fixable: userFixable };
}

export function renderError(refusal: Refusal): Rendered {
  const { status, name, code }: Words = ERROR_WORDS[refusal.code];
  const body: ErrorBody = { error: { name, code, message: messageOf(refusal) } };
  if (status === 401) return { status, body, headers: { 'www-authenticate': 'Bearer' } };
  return { status, body };
}

/** What is wrong with which field; else what the refusal says for itself; else the documented sentence. */
function messageOf(refusal: Refusal): string {
  const { code, issues, message } = refusal;
  if (issues.length > 0) return issues.map(sentenceOf).join('; ');
  const words: Words = ERROR_WORDS[code];
  const isOwn = message !== new Refusal(code).message;
  return isOwn ? message : (words.message ?? message);
}

function sentenceOf({ field, issue }: FieldIssue): string {
  const subject = field === '' ? 'The body' : field;
  return issue.startsWith('must have required property') ? `${subject} is required` : `${subject} ${issue}`;
}
