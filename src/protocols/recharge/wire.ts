/**
 * The data card recharge API of the article, as it is on the wire: JSON in, JSON or XML out. The article gives the
 * four endpoints, a sample of request and answer and the table of statuses; every other member is ours, in its style.
 * Amounts are decimal text beside their currency; instants are RFC 3339 in UTC, whole seconds.
 */
import { type Static, Type } from 'typebox';

export const REFERENCE_CHARACTERS_MAX = 150;
const BUNDLE_ID_CHARACTERS_MAX = 64;
const NUMBER_CHARACTERS_MAX = 32;

const nullable = (type: string, limits: Record<string, unknown> = {}) =>
  Type.Optional(Type.Unsafe<string | null>({ type: [type, 'null'], ...limits }));

/** `card_details` is not here: a request that has any is refused before anything of it is read. */
export const RechargeRequest = Type.Object({
  subscriber_number: Type.Unsafe<string | number>({
    type: ['string', 'number'],
    maxLength: NUMBER_CHARACTERS_MAX,
  }),
  bundle_id: Type.String({ minLength: 1, maxLength: BUNDLE_ID_CHARACTERS_MAX }),
  payment_method: Type.Unsafe<'wallet' | 'token' | 'card'>({
    type: 'string',
    enum: ['wallet', 'token', 'card'],
  }),
  client_reference: nullable('string', { maxLength: REFERENCE_CHARACTERS_MAX }),
});
export type RechargeRequest = Static<typeof RechargeRequest>;

export const VerifyRequest = Type.Object({
  /** The body that was received, character for character. */
  payload: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  secret: nullable('string', { maxLength: 200 }),
});
export type VerifyRequest = Static<typeof VerifyRequest>;

export type TransactionStatus = 'pending' | 'completed' | 'failed';

export interface RechargeAccepted {
  readonly transaction_id: string;
  readonly status: 'pending';
  readonly estimated_completion: string;
}

export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export interface Transaction {
  readonly transaction_id: string;
  readonly status: TransactionStatus;
  /** With the plus. Null once the person has been erased. */
  readonly subscriber_number: string | null;
  /** Null for what was not bought as a bundle. */
  readonly bundle_id: string | null;
  readonly client_reference: string | null;
  readonly payment_method: 'wallet';
  readonly payment_status: 'held' | 'charged' | 'released' | 'refunded';
  readonly paid: Money;
  /** What has come back of a charge. */
  readonly refunded: Money | null;
  readonly operator: { readonly id: number; readonly name: string };
  readonly operator_response: {
    readonly status: string;
    readonly code: string | null;
    readonly reference: string | null;
  };
  readonly recharge_status:
    | 'accepted'
    | 'sent'
    | 'in_doubt'
    | 'delivered'
    | 'reversed'
    | 'failed'
    | 'cancelled';
  readonly delivered: Money | null;
  readonly failure: {
    readonly code: string;
    readonly message: string;
    readonly user_fixable: boolean;
  } | null;
  readonly created_at: string;
  readonly estimated_completion: string | null;
  readonly completed_at: string | null;
  readonly history: readonly Change[];
}

export interface Change {
  readonly sequence: number;
  readonly event: string;
  readonly at: string;
  /** Why: the code of a failure, or the cause of an adjustment. */
  readonly code: string | null;
}

export interface Bundle {
  readonly bundle_id: string;
  readonly name: string;
  readonly type: 'data' | 'bundle';
  readonly country: string;
  readonly operator: { readonly id: number; readonly name: string };
  readonly validity_days: number | null;
  readonly data_megabytes: number | null;
  readonly voice_minutes: number | null;
  readonly messages: number | null;
  /** What the subscriber gets, in the operator's currency. */
  readonly value: Money;
  /** What it costs the caller. */
  readonly price: Money;
}

export interface Rates {
  readonly currency: string;
  readonly bundles: readonly Bundle[];
}

export interface Verification {
  readonly valid: boolean;
  readonly reason: string | null;
  readonly webhook_id: string | null;
}

export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: Readonly<Record<string, unknown>>;
  };
}

export function transactionId(orderId: bigint): string {
  return `TX${orderId}`;
}

/** Undefined for what is not an id of ours. */
export function parseTransactionId(text: string): bigint | undefined {
  const digits = /^TX([1-9]\d{0,15})$/.exec(text)?.[1];
  const id = digits === undefined ? undefined : BigInt(digits);
  return id !== undefined && id <= BigInt(Number.MAX_SAFE_INTEGER) ? id : undefined;
}
