/** What is served where, and which scopes open it: any one of those named; none means every caller. */
import type { Static, TSchema } from 'typebox';
import type { Scope } from '../../../identity/scopes.ts';
import { RechargeRequest, VerifyRequest } from '../wire.ts';
import type { Answer, Call, Endpoint } from './call.ts';
import { paymentRefusal } from './errors.ts';
import { rates } from './rates.ts';
import { recharge } from './recharge.ts';
import { transaction } from './transaction.ts';
import { verifyWebhook } from './verify-webhook.ts';

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly scopes: readonly Scope[];
  readonly endpoint: Endpoint;
  /** Of the body. */
  readonly schema?: TSchema;
  /** Looks at the body before anything of it is read. */
  readonly guard?: (body: unknown) => void;
}

const BUY: readonly Scope[] = ['orders:write', 'send-topups'];
const READ: readonly Scope[] = ['orders:read', 'read-topups-history'];

export const ROUTES: readonly Route[] = [
  post('/recharge', BUY, RechargeRequest, recharge, refuseCardsAndTokens),
  { method: 'GET', path: '/recharge/:transactionId', scopes: READ, endpoint: transaction },
  { method: 'GET', path: '/rates', scopes: [], endpoint: rates },
  post('/webhook/verify', [], VerifyRequest, verifyWebhook),
];

/** Card data never reaches a validator, whose messages may quote what they judge. */
function refuseCardsAndTokens(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  if ('card_details' in body && body.card_details != null) throw paymentRefusal('pan_not_accepted');
  if ('payment_token' in body && body.payment_token != null)
    throw paymentRefusal('payment_method_not_available');
}

function post<Schema extends TSchema>(
  path: string,
  scopes: readonly Scope[],
  schema: Schema,
  take: (call: Call, body: Static<Schema>) => Answer | Promise<Answer>,
  guard?: (body: unknown) => void,
): Route {
  return {
    method: 'POST',
    path,
    scopes,
    schema,
    // The body has been validated against this very schema.
    endpoint: (call) => take(call, call.body as Static<Schema>),
    ...(guard ? { guard } : {}),
  };
}
