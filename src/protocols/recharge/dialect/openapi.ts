/** The published document of this dialect. The compiler holds its schemas to the wire's types. */
import {
  describeApi,
  flag,
  list,
  nullable,
  object,
  oneOf,
  ref,
  type Schema,
  type Told,
  text,
  whole,
} from '../../../platform/openapi.ts';
import type * as wire from '../wire.ts';
import { ROUTES } from './endpoints.ts';

const textOrNull = nullable(text);
const wholeOrNull = nullable(whole);
const OPERATOR = object<wire.Transaction['operator']>({ id: whole, name: text });

const SCHEMAS: Readonly<Record<string, Schema>> = {
  Money: object<wire.Money>({ amount: text, currency: text }),
  RechargeAccepted: object<wire.RechargeAccepted>({
    transaction_id: text,
    status: oneOf(['pending']),
    estimated_completion: text,
  }),
  Change: object<wire.Change>({ sequence: whole, event: text, at: text, code: textOrNull }),
  Transaction: object<wire.Transaction>({
    transaction_id: text,
    status: oneOf(['pending', 'completed', 'failed']),
    subscriber_number: textOrNull,
    bundle_id: textOrNull,
    client_reference: textOrNull,
    payment_method: oneOf(['wallet']),
    payment_status: oneOf(['held', 'charged', 'released', 'refunded']),
    paid: ref('Money'),
    refunded: nullable(ref('Money')),
    operator: OPERATOR,
    operator_response: object<wire.Transaction['operator_response']>({
      status: text,
      code: textOrNull,
      reference: textOrNull,
    }),
    recharge_status: text,
    delivered: nullable(ref('Money')),
    failure: nullable(
      object<NonNullable<wire.Transaction['failure']>>({ code: text, message: text, user_fixable: flag }),
    ),
    created_at: text,
    estimated_completion: textOrNull,
    completed_at: textOrNull,
    history: list(ref('Change')),
  }),
  Bundle: object<wire.Bundle>({
    bundle_id: text,
    name: text,
    type: oneOf(['data', 'bundle']),
    country: text,
    operator: OPERATOR,
    validity_days: wholeOrNull,
    data_megabytes: wholeOrNull,
    voice_minutes: wholeOrNull,
    messages: wholeOrNull,
    value: ref('Money'),
    price: ref('Money'),
  }),
  Rates: object<wire.Rates>({ currency: text, bundles: list(ref('Bundle')) }),
  Verification: object<wire.Verification>({ valid: flag, reason: textOrNull, webhook_id: textOrNull }),
  Error: object<wire.ErrorBody>({
    error: object<wire.ErrorBody['error']>({ code: text, message: text, details: { type: 'object' } }),
  }),
};

const TOLD: Readonly<Record<string, Told>> = {
  'POST /recharge': {
    summary: 'Buys a bundle for a subscriber: answers once the order is stored.',
    answers: { 202: ref('RechargeAccepted') },
  },
  'GET /recharge/:transactionId': {
    summary: 'How a recharge and its payment stand, with history.',
    answers: { 200: ref('Transaction') },
  },
  'GET /rates': {
    summary: 'Every bundle with the caller’s price. Has an ETag.',
    answers: { 200: ref('Rates'), 304: null },
  },
  'POST /webhook/verify': {
    summary: 'Whether the signature of a webhook holds.',
    answers: { 200: ref('Verification') },
  },
};

export function rechargeDocument(): Record<string, unknown> {
  return describeApi({
    title: 'Toprail: the recharge dialect',
    description: 'The data card recharge API of the article, served by Toprail, in JSON or XML.',
    types: ['application/json', 'application/xml'],
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer' },
      apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    },
    schemas: SCHEMAS,
    error: ref('Error'),
    routes: ROUTES,
    told: TOLD,
  });
}
