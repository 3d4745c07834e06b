/**
 * Reloadly's Topups API, as it is on the wire: schemas of requests, shapes of answers, codes. Both ends read it.
 * Sources: the published OpenAPI document (2022), recorded answers in the official SDKs, docs.reloadly.com.
 *
 * Amounts are JSON numbers in units of the currency that stands beside them. Instants are `YYYY-MM-DD HH:mm:ss`,
 * UTC. A member that a client may leave out may also be null; members that nobody knows are ignored.
 */
import { type Static, Type } from 'typebox';

export const MEDIA_TYPE = 'application/com.reloadly.topups-v1+json';

/** The names that Reloadly's clients call. `sandbox.topups` is in the older documents. */
export const HOSTS = [
  'auth.reloadly.com',
  'topups.reloadly.com',
  'topups-sandbox.reloadly.com',
  'sandbox.topups.reloadly.com',
] as const;

export const CODES = [
  'INVALID_REQUEST',
  'AUTHENTICATION_FAILURE',
  'INVALID_TOKEN',
  'TOKEN_EXPIRED',
  'INVALID_CREDENTIALS',
  'INVALID_AUDIENCE',
  'NOT_AUTHORIZED',
  'RESOURCE_NOT_FOUND',
  'METHOD_NOT_SUPPORTED',
  'MEDIA_TYPE_NOT_ACCEPTABLE',
  'UNSUPPORTED_MEDIA_TYPE',
  'UNPROCCESSABLE_ENTITY', // spelt so
  'RATE_LIMIT_REACHED',
  'INTERNAL_SERVER_ERROR',
  'SERVICE_UNAVAILABLE',
  'COUNTRY_NOT_SUPPORTED',
  'INVALID_RECIPIENT_PHONE',
  'INVALID_SENDER_PHONE',
  'INVALID_PHONE_NUMBER',
  'PHONE_RECENTLY_RECHARGED',
  'OPERATOR_UNAVAILABLE_OR_CURRENTLY_INACTIVE',
  'OPERATOR_NOT_IN_SERVICE',
  'INACTIVE_ACCOUNT',
  'ACCOUNT_NOT_FOUND',
  'INVALID_AMOUNT',
  'INVALID_AMOUNT_FOR_OPERATOR',
  'TOPUP_TRANSACTION_FAILED',
  'TRANSACTION_CANNOT_BE_PROCESSED_AT_THE_MOMENT',
  'COULD_NOT_AUTO_DETECT_OPERATOR',
  'MAX_DAILY_TRANSACTION_COUNT_REACHED',
  'MAX_DAILY_TRANSACTION_AMOUNT_REACHED',
  'INSUFFICIENT_BALANCE',
  'FX_RATE_NOT_AVAILABLE',
  'CUSTOM_IDENTIFIER_ALREADY_USED',
] as const;
export type Code = (typeof CODES)[number];

/** A union type keeps what is wrong with a field in one sentence, where `anyOf` would give three. */
const scalar = () => Type.Unsafe<string | number>({ type: ['string', 'number'], maxLength: 64 });
const optional = <T>(type: string, limits: Record<string, unknown> = {}) =>
  Type.Optional(Type.Unsafe<T | null>({ type: [type, 'null'], ...limits }));

export const CUSTOM_IDENTIFIER_CHARACTERS_MAX = 150;

interface Phone {
  readonly countryCode: string;
  readonly number: string | number;
}
const phone = () =>
  optional<Phone>('object', {
    properties: { countryCode: { type: 'string', maxLength: 64 }, number: scalar() },
    required: ['countryCode', 'number'],
  });

export const TopupRequest = Type.Object({
  operatorId: scalar(),
  amount: scalar(),
  useLocalAmount: optional<boolean>('boolean'),
  customIdentifier: optional<string>('string', { maxLength: CUSTOM_IDENTIFIER_CHARACTERS_MAX }),
  recipientPhone: phone(),
  recipientEmail: optional<string>('string', { maxLength: 320 }),
  senderPhone: phone(),
});
export type TopupRequest = Static<typeof TopupRequest>;

export const FxRateRequest = Type.Object({ amount: scalar() });
export const OperatorFxRateRequest = Type.Object({ operatorId: scalar(), amount: scalar() });

/** The number comes as `phone` or as `number`. */
export const LookupRequest = Type.Object({
  phone: Type.Optional(scalar()),
  number: Type.Optional(scalar()),
  countryCode: Type.String({ maxLength: 64 }),
});

export interface TokenAnswer {
  readonly access_token: string;
  readonly scope: string;
  /** Seconds. */
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

export interface ErrorBody {
  readonly timeStamp: string;
  readonly message: string;
  readonly path: string;
  readonly errorCode: Code;
  readonly infoLink: null;
  readonly details: readonly ErrorDetail[];
}

export interface ErrorDetail {
  readonly field: string;
  readonly issue: string;
  /** The first transaction, where a `customIdentifier` was used again. */
  readonly transactionId?: number;
}

/** What Spring itself answers where no path matches. */
export interface NotFoundBody {
  readonly timeStamp: string;
  readonly status: 404;
  readonly error: 'Not Found';
  readonly message: 'No message available';
  readonly path: string;
}

export interface Sort {
  readonly sorted: boolean;
  readonly unsorted: boolean;
  readonly empty: boolean;
}

/** A page of Spring Data. Numbers of pages count from 0 here, from 1 in the query. */
export interface Page<Item> {
  readonly content: readonly Item[];
  readonly pageable: {
    readonly sort: Sort;
    readonly offset: number;
    readonly pageNumber: number;
    readonly pageSize: number;
    readonly paged: true;
    readonly unpaged: false;
  };
  readonly totalElements: number;
  readonly totalPages: number;
  readonly last: boolean;
  readonly first: boolean;
  readonly size: number;
  readonly number: number;
  readonly numberOfElements: number;
  readonly sort: Sort;
  readonly empty: boolean;
}

export interface Balance {
  readonly balance: number;
  readonly currencyCode: string;
  readonly currencyName: string;
  readonly updatedAt: string;
}

export interface VerifiedAccount {
  readonly verified: true;
  readonly accountId: string;
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly environment: 'LIVE' | 'SANDBOX';
  /** With spaces between. */
  readonly scope: string;
}

export interface Country {
  readonly isoName: string;
  readonly name: string;
  readonly continent: string;
  readonly currencyCode: string;
  readonly currencyName: string;
  readonly currencySymbol: string;
  readonly flag: string;
  readonly callingCodes: readonly string[];
}

export interface Operator {
  readonly id: number;
  readonly operatorId: number;
  readonly name: string;
  readonly bundle: boolean;
  readonly data: boolean;
  readonly comboProduct: boolean;
  readonly pin: boolean;
  readonly supportsLocalAmounts: boolean;
  readonly supportsGeographicalRechargePlans: boolean;
  readonly denominationType: 'FIXED' | 'RANGE';
  readonly senderCurrencyCode: string;
  readonly senderCurrencySymbol: string;
  readonly destinationCurrencyCode: string;
  readonly destinationCurrencySymbol: string;
  readonly commission: number;
  readonly internationalDiscount: number;
  readonly localDiscount: number;
  readonly mostPopularAmount: number | null;
  readonly mostPopularLocalAmount: number | null;
  readonly minAmount: number | null;
  readonly maxAmount: number | null;
  readonly localMinAmount: number | null;
  readonly localMaxAmount: number | null;
  readonly country: { readonly isoName: string; readonly name: string };
  readonly fx: { readonly rate: number | null; readonly currencyCode: string };
  readonly logoUrls: readonly string[];
  readonly fixedAmounts: readonly number[];
  readonly fixedAmountsDescriptions: Readonly<Record<string, string>>;
  readonly localFixedAmounts: readonly number[];
  readonly localFixedAmountsDescriptions: Readonly<Record<string, string>>;
  readonly suggestedAmounts: readonly number[];
  readonly suggestedAmountsMap: Readonly<Record<string, number>>;
  readonly geographicalRechargePlans: readonly GeographicalPlans[];
  readonly promotions: readonly Promotion[];
  readonly fees: readonly never[];
}

/** What is sold in one part of a country only; keys of the texts have all digits: `"5.00"`. */
export interface GeographicalPlans {
  readonly locationCode: string;
  readonly locationName: string;
  readonly fixedAmounts: readonly number[];
  readonly localAmounts: readonly number[];
  readonly fixedAmountsPlanNames: Readonly<Record<string, string>>;
  readonly fixedAmountsDescriptions: Readonly<Record<string, string>>;
  readonly localFixedAmountsPlanNames: Readonly<Record<string, string>>;
  readonly localFixedAmountsDescriptions: Readonly<Record<string, string>>;
}

export interface SimplifiedOperator {
  readonly id: number;
  readonly operatorId: number;
  readonly name: string;
  readonly countryCode: string;
  readonly data: boolean;
  readonly bundle: boolean;
  readonly status: boolean;
}

export interface Commission {
  readonly operator: SimplifiedOperator;
  readonly percentage: number;
  readonly internationalPercentage: number;
  readonly localPercentage: number;
  readonly updatedAt: string;
}

/** `fxRate` is the converted amount, not the rate: at 67.12, 5 is 335.6. */
export interface FxRate {
  readonly id: number;
  readonly name: string;
  readonly fxRate: number;
  readonly currencyCode: string;
}

export interface Promotion {
  readonly id: number;
  readonly promotionId: number;
  readonly operatorId: number;
  readonly title: string;
  readonly title2: string;
  readonly description: string;
  readonly startDate: string;
  readonly endDate: string;
  readonly denominations: string | null;
  readonly localDenominations: string | null;
}

export type TransactionStatus = 'SUCCESSFUL' | 'PROCESSING' | 'REFUNDED' | 'FAILED';

export interface PinDetail {
  readonly serial: string;
  readonly info1: string | null;
  readonly info2: string | null;
  readonly info3: string | null;
  readonly value: null;
  readonly code: string;
  readonly ivr: string;
  readonly validity: string;
}

export interface BalanceInfo {
  readonly oldBalance: number;
  readonly newBalance: number;
  readonly cost: number;
  readonly currencyCode: string;
  readonly currencyName: string;
  readonly updatedAt: string;
}

export interface Link {
  readonly href: string;
  readonly rel: string;
  readonly method: string;
}

export interface Transaction {
  readonly transactionId: number;
  readonly status: TransactionStatus;
  readonly operatorTransactionId: string | null;
  readonly customIdentifier: string | null;
  /** Digits only. */
  readonly recipientPhone: string | null;
  readonly recipientEmail: string | null;
  readonly senderPhone: string | null;
  readonly countryCode: string;
  readonly operatorId: number;
  readonly operatorName: string | null;
  readonly discount: number;
  readonly discountCurrencyCode: string;
  readonly requestedAmount: number;
  readonly requestedAmountCurrencyCode: string;
  readonly deliveredAmount: number;
  readonly deliveredAmountCurrencyCode: string;
  readonly transactionDate: string;
  readonly fee: number;
  readonly pinDetail: PinDetail | null;
  readonly balanceInfo: BalanceInfo | null;
  readonly links: readonly Link[];
}

/** Of ours: where the `refund` link of a transaction leads. */
export interface Refund {
  readonly transactionId: number;
  readonly refundedAmount: number;
  readonly refundedAmountCurrencyCode: string;
  readonly refundDate: string;
}

export interface TopupStatus {
  readonly code: Code | null;
  readonly message: string | null;
  readonly status: TransactionStatus;
  readonly transaction: Transaction;
}
