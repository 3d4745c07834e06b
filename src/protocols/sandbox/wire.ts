/**
 * The little protocol of the pretend operators, for both ends: the simulator serves it, the connector buys
 * through it. Everything that arrives is parsed from `unknown` here, strictly: an unknown member or another
 * type is unreadable.
 *
 *   POST <base>/topups               TopupRequest -> 200 TopupAnswer | 409 REFERENCE_CONFLICT | 400
 *   GET  <base>/topups/<reference>   -> 200 TopupAnswer | 404 NOT_FOUND
 *   POST <callback url>              NoticeBody, signed in two headers
 *
 * Amounts are decimal strings. `delivered_amount` has exactly as many digits after the point as the `amount`
 * that was asked for, so its digits are the minor units, whatever the currency.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

const strict = { additionalProperties: false };
const Reference = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' });
const Amount = Type.String({ pattern: '^[0-9]{1,18}(\\.[0-9]{1,4})?$' });
const Code = Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,63}$' });
const Word = Type.String({ minLength: 1, maxLength: 128 });

/** Exactly one of `number` (E.164 with the plus), `email`, `player` and `account` is given. */
const TopupRequest = Type.Object(
  {
    reference: Reference,
    /** `<type>:<product id>`, for example `airtime:173`; the type `pin` is answered with a voucher. */
    sku: Word,
    number: Type.Optional(Type.String({ pattern: '^\\+[0-9]{4,17}$' })),
    email: Type.Optional(Type.String({ pattern: '^[^@\\s]{1,64}@[^@\\s]{1,190}$' })),
    /** A player's id, with `@<server>` where the game has servers. */
    player: Type.Optional(Word),
    /** Of a subscriber, a meter or a vehicle. */
    account: Type.Optional(Word),
    amount: Amount,
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  },
  strict,
);

const VoucherBody = Type.Object(
  {
    code: Word,
    serial: Word,
    validity: Type.String({ maxLength: 128 }),
    ivr: Type.String({ maxLength: 128 }),
    instructions: Type.Array(Type.String({ maxLength: 512 }), { maxItems: 16 }),
  },
  strict,
);

const outcome = {
  reference: Reference,
  status: Type.Union([
    Type.Literal('delivered'),
    Type.Literal('refused'),
    Type.Literal('pending'),
    Type.Literal('reversed'),
  ]),
  code: Code,
  provider_reference: Word,
  delivered_amount: Amount,
};
const TopupAnswer = Type.Object({ ...outcome, voucher: Type.Optional(VoucherBody) }, strict);
const NoticeBody = Type.Object({ notice: Word, ...outcome }, strict);
const ErrorBody = Type.Object({ code: Code }, strict);

export type TopupRequest = Static<typeof TopupRequest>;
export type TopupAnswer = Static<typeof TopupAnswer>;
export type TopupStatus = TopupAnswer['status'];
export type VoucherBody = Static<typeof VoucherBody>;
export type NoticeBody = Static<typeof NoticeBody>;

/** Every code that a pretend operator speaks. Each refusal of the table of suffixes has one of its own. */
export const CODES = {
  delivered: 'DELIVERED',
  pending: 'PENDING',
  reversed: 'REVERSED',
  noSuchNumber: 'NO_SUCH_NUMBER',
  barred: 'BARRED',
  wrongOperator: 'WRONG_OPERATOR',
  pendingRefused: 'PENDING_REFUSED',
  refusedLate: 'REFUSED_LATE',
  outOfService: 'OUT_OF_SERVICE',
  notFound: 'NOT_FOUND',
  referenceConflict: 'REFERENCE_CONFLICT',
  badRequest: 'BAD_REQUEST',
} as const;

const topupRequest = Compile(TopupRequest);
const topupAnswer = Compile(TopupAnswer);
const noticeBody = Compile(NoticeBody);
const errorBody = Compile(ErrorBody);

export function readTopupRequest(text: string): TopupRequest | undefined {
  const value = readJson(text);
  if (!topupRequest.Check(value)) return undefined;
  const { number, email, player, account } = value;
  const given = [number, email, player, account].filter((one) => one !== undefined);
  return given.length === 1 ? value : undefined;
}

export function readTopupAnswer(text: string): TopupAnswer | undefined {
  const value = readJson(text);
  return topupAnswer.Check(value) ? value : undefined;
}

export function readNoticeBody(text: string): NoticeBody | undefined {
  const value = readJson(text);
  return noticeBody.Check(value) ? value : undefined;
}

/** The code of a 4xx answer. */
export function readErrorCode(text: string): string | undefined {
  const value = readJson(text);
  return errorBody.Check(value) ? value.code : undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The four digits that choose what the operator does: the last of a number, or the last before an `@`. */
export function lastDigits(recipient: string): string | undefined {
  const [beforeAt = ''] = recipient.split('@', 1);
  return /\d{4}$/.exec(beforeAt)?.[0];
}

const TIMESTAMP_HEADER = 'x-sandbox-timestamp';
const SIGNATURE_HEADER = 'x-sandbox-signature';
/** A callback that was signed longer ago than this, or further ahead, is not believed. */
const SIGNATURE_AGE_SECONDS_MAX = 300;

/** Signs a callback: hex HMAC-SHA256 over `<unix seconds>.<body>`. */
export function signCallback(input: {
  readonly secret: string;
  readonly body: string | Buffer;
  readonly atMs: number;
}): Record<string, string> {
  const timestamp = String(Math.floor(input.atMs / 1000));
  const signature = hmac(input.secret, timestamp, input.body).toString('hex');
  return { [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: signature };
}

export function isSignedBy(input: {
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly nowMs: number;
}): boolean {
  const timestamp = input.headers[TIMESTAMP_HEADER] ?? '';
  const signature = input.headers[SIGNATURE_HEADER] ?? '';
  if (!/^\d{1,12}$/.test(timestamp) || !/^[0-9a-f]{64}$/.test(signature)) return false;
  if (Math.abs(input.nowMs / 1000 - Number(timestamp)) > SIGNATURE_AGE_SECONDS_MAX) return false;
  return timingSafeEqual(Buffer.from(signature, 'hex'), hmac(input.secret, timestamp, input.body));
}

function hmac(secret: string, timestamp: string, body: string | Buffer): Buffer {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
}
