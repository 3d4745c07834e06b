/** The published document of this dialect, in both its forms. The compiler holds its schemas to the wire's types. */
import {
  describeApi,
  either,
  number,
  object,
  oneOf,
  ref,
  type Schema,
  type Told,
  text,
} from '../../../platform/openapi.ts';
import type * as wire from '../wire.ts';
import { DOCUMENTED, WIRE } from './endpoints.ts';

const CODES: readonly wire.Code[] = ['1000', '1001', '1002', '1003', '1004', '1005', '1006', '2001'];

const SCHEMAS: Readonly<Record<string, Schema>> = {
  Recharge: object<wire.RechargeAnswer>(
    {
      status: oneOf(['success', 'pending']),
      transaction_id: text,
      message: text,
      amount: number,
      commission: number,
      balance: number,
      pin: text,
      serial: text,
    },
    ['pin', 'serial'],
  ),
  Error: object<wire.ErrorAnswer>(
    {
      status: oneOf(['error']),
      error_code: oneOf(CODES),
      message: text,
      transaction_id: text,
      required_amount: number,
      current_balance: number,
    },
    ['transaction_id', 'required_amount', 'current_balance'],
  ),
  WireAnswer: object<wire.WireAnswer>(
    {
      txid: text,
      status: oneOf(['Success', 'Pending', 'Failure', 'Error']),
      opid: text,
      number: text,
      amount: text,
      orderid: text,
      pin: text,
      serial: text,
    },
    ['pin', 'serial'],
  ),
  WireBalance: object<wire.WireBalance>({ status: oneOf(['Success']), balance: text }),
  WireLookup: object<wire.WireLookup>({
    number: text,
    operator: text,
    operatorcode: text,
    circle: text,
    circlecode: text,
    circlesource: text,
  }),
};

const textOrNumber = { type: ['string', 'number'] };
const RECHARGE = {
  type: 'object',
  properties: {
    api_key: text,
    mobile: textOrNumber,
    operator: text,
    amount: textOrNumber,
    circle: text,
    client_ref: text,
  },
  required: ['api_key', 'mobile', 'operator', 'amount'],
};

const CREDENTIALS = { username: 'The client’s id.', pwd: 'Its secret or its API key.' };
const FORMAT = { format: 'json, or csv for one line.' };
const NUMBER = { number: 'Ten digits.' };
const SUBSCRIBER = { number: 'Ten digits, or the subscriber, consumer or vehicle number of the operator.' };

function wireTold(summary: string, answer: Schema, query: Readonly<Record<string, string>>): Told {
  return {
    summary,
    access: 'open',
    query,
    answers: { 200: either(answer, ref('WireAnswer')) },
    types: ['application/json', 'text/plain'],
  };
}

/** Of the wire form, by path: each takes GET and POST, with its parameters in the query or in a form. */
const WIRE_TOLD: Readonly<Record<string, Told>> = {
  '/recharge/api': wireTold('Recharges.', ref('WireAnswer'), {
    ...CREDENTIALS,
    ...SUBSCRIBER,
    operatorcode: 'A, RC, V, BT, or as the documented form has it.',
    circlecode: 'Of the circle; changes nothing.',
    amount: 'In rupees.',
    orderid: 'The reference.',
    ...FORMAT,
  }),
  '/recharge/status': wireTold('How a recharge stands.', ref('WireAnswer'), {
    ...CREDENTIALS,
    orderid: 'The reference.',
    ...FORMAT,
  }),
  '/recharge/balance': wireTold('What can be spent.', ref('WireBalance'), { ...CREDENTIALS, ...FORMAT }),
  '/recharge/lookup': wireTold('Whose range a number is of.', ref('WireLookup'), { ...NUMBER, ...FORMAT }),
};

const documented = DOCUMENTED.map(({ path }) => ({ method: 'POST', path }));
const wireRoutes = WIRE.flatMap(({ path }) => ['GET', 'POST'].map((method) => ({ method, path })));

export function a1topupDocument(): Record<string, unknown> {
  return describeApi({
    title: 'Toprail: the A1Topup dialect',
    description: 'A1Topup’s prepaid recharge API, served by Toprail: secrets travel among the parameters.',
    types: ['application/json'],
    securitySchemes: {},
    schemas: SCHEMAS,
    error: either(ref('Error'), ref('Recharge'), ref('WireAnswer')),
    routes: [...documented, ...wireRoutes],
    told: {
      'POST /api/v1/recharge': {
        summary:
          'Recharges a number, pays a bill or buys a gift card, and answers with the outcome or, after 10 s, pending.',
        access: 'open',
        body: RECHARGE,
        answers: { 200: either(ref('Recharge'), ref('Error')) },
      },
      ...Object.fromEntries(wireRoutes.map(({ method, path }) => [`${method} ${path}`, WIRE_TOLD[path]])),
    },
  });
}
