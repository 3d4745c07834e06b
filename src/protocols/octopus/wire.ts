/**
 * Octopus Cards' top-up API, as it is on the wire: schemas of requests, shapes of answers, codes. Both ends read
 * it. Source: octopus-docs.pages.dev (authentication, topups, guides).
 *
 * Amounts are JSON numbers in units of the currency that stands beside them; fixed amounts are decimal text.
 * Instants are RFC 3339, UTC; countries ISO 3166-1 alpha-3. Entities and arrays stand bare, pages are told by
 * headers, and a member without a value is left out. In requests a member that may be left out may also be null,
 * and members that nobody knows are ignored, except in `input_data`.
 */
import { type Static, Type } from 'typebox';

export type ErrorName =
  | 'ValidationException'
  | 'UnauthorizedError'
  | 'ForbiddenError'
  | 'NotFoundError'
  | 'MethodNotAllowedError'
  | 'NotAcceptableError'
  | 'PayloadTooLargeError'
  | 'UnsupportedMediaTypeError'
  | 'TooManyRequestsError'
  | 'InsufficientBalanceError'
  | 'InternalServerError'
  | 'ServiceUnavailableError';

export interface ErrorBody {
  readonly error: { readonly name: ErrorName; readonly code: string; readonly message: string };
}

const optional = <T>(type: string, limits: Record<string, unknown> = {}) =>
  Type.Optional(Type.Unsafe<T | null>({ type: [type, 'null'], ...limits }));
/** A union type keeps what is wrong with a field in one sentence, where `anyOf` would give three. */
const scalar = () => Type.Unsafe<string | number>({ type: ['string', 'number'], maxLength: 64 });

const TEXT_MAX = 300;

export const LookupRequest = Type.Object({ mobile_number: Type.String({ maxLength: TEXT_MAX }) });

const purchase = {
  product_id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  amount: scalar(),
  category: optional<string>('string', { maxLength: TEXT_MAX }),
  /** A number, or our own `wal_7`. */
  wallet_id: Type.Optional(
    Type.Unsafe<string | number | null>({ type: ['string', 'integer', 'null'], maxLength: 64 }),
  ),
};

export const ChargesRequest = Type.Object(purchase);
export const OrderRequest = Type.Object({
  ...purchase,
  input_data: optional<Readonly<Record<string, unknown>>>('object'),
  client_reference: optional<string>('string', { maxLength: 255, pattern: '^[\\x20-\\x7e]*$' }),
});
/** The documents name the field in no example: both are taken. */
export const NotificationEmailRequest = Type.Object({
  email: optional<string>('string', { maxLength: 254 }),
  notification_email: optional<string>('string', { maxLength: 254 }),
});

export type ChargesRequest = Static<typeof ChargesRequest>;
export type OrderRequest = Static<typeof OrderRequest>;
export type LookupRequest = Static<typeof LookupRequest>;
export type NotificationEmailRequest = Static<typeof NotificationEmailRequest>;

export interface LoginAnswer {
  readonly success: true;
  readonly data: {
    readonly access_token: string;
    readonly refresh_token: string;
    readonly access_expires_at: string;
    readonly refresh_expires_at: string;
    readonly client_id: number;
  };
}

export const TOPUP_TYPES = ['GAMING', 'MOBILE', 'UTILITY'] as const;
export type TopupType = (typeof TOPUP_TYPES)[number];

export interface Product {
  readonly id: number;
  readonly name: string;
  readonly topup_type: TopupType;
  readonly country_code: string;
  readonly currency_code: string;
  readonly image_url: string;
}

export interface InputField {
  readonly field_name: string;
  readonly type: 'phone' | 'email' | 'text' | 'select';
  readonly label: string;
  readonly required: boolean;
  /** Of `text`: a regular expression that the whole value matches. */
  readonly pattern?: string;
  /** Of `select`. */
  readonly options?: readonly string[];
}

export interface ProductDetail extends Product {
  readonly input_fields: readonly InputField[];
}

export interface Variant {
  readonly id: number;
  readonly name: string;
  readonly category: string;
  readonly currency_code: string;
  readonly is_fixed_amount: boolean;
  readonly min_amount?: number;
  readonly max_amount?: number;
  readonly fixed_amounts: readonly string[];
  readonly available_in: readonly { readonly code: string; readonly name: string }[];
  readonly fields: {
    readonly par_value?: string;
    readonly delivery_time: string;
    readonly validity_days?: string;
  };
}

export interface LookedUp {
  readonly product_id: number;
  readonly name: string;
  readonly country_code: string;
  readonly identified: boolean;
}

/** The first three in the product's currency (`source_currency`), the rest in the wallet's. */
export interface Charges {
  readonly non_discounted_total: number;
  readonly discount_amount: number;
  readonly total_amount: number;
  /** Per cent. */
  readonly discount: number;
  readonly gst_amount: number;
  readonly total_payable: number;
  readonly net_amount: number;
  readonly handling_fee_amount: number;
  readonly charges_details: {
    readonly source_currency: string;
    readonly destination_currency: string;
    /** What `total_amount` is multiplied by; null in one currency. */
    readonly forex_rate: number | null;
    readonly conversion_fee: number | null;
  };
}

export const ORDER_STATUSES = ['PENDING', 'DELIVERED', 'FAILED', 'CANCELLED', 'RECHARGED'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];
export type FailureName = 'INVALID_RECIPIENT' | 'RECIPIENT_INELIGIBLE' | 'RECIPIENT_BARRED' | 'UNKNOWN';

export interface Order {
  readonly id: number;
  readonly client_reference?: string;
  readonly product_id: number;
  readonly product_name: string;
  readonly variant_name: string;
  readonly country_code: string;
  /** What leaves the wallet, in the wallet's currency. */
  readonly amount: number;
  readonly currency: string;
  readonly status: OrderStatus;
  readonly status_text: string;
  readonly transaction_id?: number;
  readonly failure_code?: FailureName;
  readonly failure_reason?: string;
  readonly is_user_fixable?: boolean;
  readonly created_at: string;
  readonly completed_at?: string;
}
