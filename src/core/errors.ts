/**
 * The closed list of what can be wrong with a request. The order is the precedence: when several hold, the
 * first one is told. Each dialect answers each code in one table (`satisfies Record<ErrorCode, ...>`), so a new
 * code does not compile until every dialect has words for it.
 */
export const ERROR_CODES = {
  malformed_request: 'The request cannot be read: its syntax, size or encoding is wrong.',
  unauthenticated: 'No credentials were given.',
  invalid_credentials: 'The credentials are wrong, revoked or of another environment.',
  token_expired: 'The access token is past its lifetime.',
  invalid_audience: 'The audience is not one that these credentials may ask for.',
  forbidden: 'The credentials do not allow this.',
  account_inactive: 'The account is suspended or closed.',
  rate_limited: 'Too many requests; try again later.',
  not_found: 'There is no such thing, or it is not yours.',
  method_not_allowed: 'This path does not take this method.',
  not_acceptable: 'No representation that the client accepts can be given.',
  unsupported_media_type: 'The body is of a type that this path does not take.',
  body_too_large: 'The body is over the limit.',
  invalid_request: 'A field is missing, of the wrong type or out of range.',
  reference_reused: 'The reference was already used for another order.',
  order_archived: 'The reference stands for this very order, which is so old that it is archived.',
  reference_replayed: 'The reference was already used for this very order.',
  not_cancellable: 'The order has been sent or has ended.',
  not_disputable: 'Only a delivered order can be disputed, within a time, and while nobody has decided.',
  country_not_supported: 'The country is unknown or not sold.',
  invalid_recipient: 'The recipient is not a valid number or address for this product.',
  invalid_sender: 'The sender number is not valid.',
  operator_not_found: 'There is no such operator.',
  operator_not_detected: 'No operator could be found for this number.',
  operator_inactive: 'The operator is not in service.',
  product_not_found: 'There is no such product.',
  product_not_in_plan: 'The plan of the account does not sell products of this class.',
  quote_not_found: 'There is no such quote, or it is not yours.',
  quote_expired: 'The quote is past its time; ask for a new one.',
  quote_used: 'The quote has been used by another order.',
  recipient_of_other_operator: 'The number belongs to another operator.',
  invalid_amount: 'The amount is not a positive number that the currency can express.',
  amount_out_of_range: 'The amount is not one that this product is sold for.',
  delivered_below_minimum: 'The order would deliver less than the client asked for at least.',
  rate_unavailable: 'No exchange rate is known for this pair of currencies.',
  no_route: 'Nobody delivers this product at the moment.',
  wallet_not_found: 'The account has no such wallet.',
  recently_recharged: 'The same recharge was ordered moments ago, and this account guards against repeats.',
  daily_count_reached: 'The wallet has paid for as many orders as it may in a day.',
  daily_amount_reached: 'The wallet would pay more than it may in a day.',
  insufficient_balance: 'The wallet cannot pay for this order.',
  overloaded: 'The switch takes no more orders at the moment; try again later.',
  internal: 'The switch has failed; the order was not taken unless a read shows it.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What is wrong with which field of the request, in the client's own names. */
export interface FieldIssue {
  readonly field: string;
  readonly issue: string;
}

/**
 * A refusal on its way to the client. Thrown at the edges (a dialect's parser, an authentication hook) and
 * rendered by the one error handler of the dialect that owns the path.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ErrorCode;
  readonly issues: readonly FieldIssue[];
  readonly details: Readonly<Record<string, string>>;
  /** When it is worth to come again; told in `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    options: {
      message?: string;
      issues?: readonly FieldIssue[];
      details?: Readonly<Record<string, string>>;
      retryAfterSeconds?: number;
    } = {},
  ) {
    super(options.message ?? ERROR_CODES[code]);
    this.code = code;
    this.issues = options.issues ?? [];
    this.details = options.details ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
