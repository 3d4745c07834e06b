/** The published document of this dialect. The compiler holds its schemas to the wire's types. */
import {
  describeApi,
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  ref,
  type Schema,
  type Told,
  text,
  whole,
} from '../../../platform/openapi.ts';
import type * as wire from '../wire.ts';
import { ORDER_STATUSES, TOPUP_TYPES } from '../wire.ts';
import { ROUTES } from './endpoints.ts';

const PRODUCT = {
  id: whole,
  name: text,
  topup_type: oneOf(TOPUP_TYPES),
  country_code: text,
  currency_code: text,
  image_url: text,
};

const SCHEMAS: Readonly<Record<string, Schema>> = {
  Login: object<wire.LoginAnswer>({
    success: flag,
    data: object<wire.LoginAnswer['data']>({
      access_token: text,
      refresh_token: text,
      access_expires_at: text,
      refresh_expires_at: text,
      client_id: whole,
    }),
  }),
  Product: object<wire.Product>(PRODUCT),
  InputField: object<wire.InputField>(
    {
      field_name: text,
      type: oneOf(['phone', 'email', 'text', 'select']),
      label: text,
      required: flag,
      pattern: text,
      options: list(text),
    },
    ['pattern', 'options'],
  ),
  ProductDetail: object<wire.ProductDetail>({ ...PRODUCT, input_fields: list(ref('InputField')) }),
  Variant: object<wire.Variant>(
    {
      id: whole,
      name: text,
      category: text,
      currency_code: text,
      is_fixed_amount: flag,
      min_amount: number,
      max_amount: number,
      fixed_amounts: list(text),
      available_in: list(object<{ code: string; name: string }>({ code: text, name: text })),
      fields: object<wire.Variant['fields']>({ par_value: text, delivery_time: text, validity_days: text }, [
        'par_value',
        'validity_days',
      ]),
    },
    ['min_amount', 'max_amount'],
  ),
  LookedUp: object<wire.LookedUp>({ product_id: whole, name: text, country_code: text, identified: flag }),
  Charges: object<wire.Charges>({
    non_discounted_total: number,
    discount_amount: number,
    total_amount: number,
    discount: number,
    gst_amount: number,
    total_payable: number,
    net_amount: number,
    handling_fee_amount: number,
    charges_details: object<wire.Charges['charges_details']>({
      source_currency: text,
      destination_currency: text,
      forex_rate: nullable(number),
      conversion_fee: nullable(number),
    }),
  }),
  Order: object<wire.Order>(
    {
      id: whole,
      client_reference: text,
      product_id: whole,
      product_name: text,
      variant_name: text,
      country_code: text,
      amount: number,
      currency: text,
      status: oneOf(ORDER_STATUSES),
      status_text: text,
      transaction_id: whole,
      failure_code: text,
      failure_reason: text,
      is_user_fixable: flag,
      created_at: text,
      completed_at: text,
    },
    [
      'client_reference',
      'transaction_id',
      'failure_code',
      'failure_reason',
      'is_user_fixable',
      'completed_at',
    ],
  ),
  Error: object<wire.ErrorBody>({
    error: object<wire.ErrorBody['error']>({ name: text, code: text, message: text }),
  }),
};

const PAGE = { page: 'From 1.', per_page: '50 unless given, 500 at most.' };

const TOLD: Readonly<Record<string, Told>> = {
  'POST /auth/login': {
    summary: 'Opens a session: a client’s id and secret are its username and password.',
    access: 'open',
    body: object({ username: text, password: text }),
    answers: { 200: ref('Login') },
  },
  'POST /auth/refresh': {
    summary: 'The next pair of tokens. A refresh token is good once.',
    access: 'open',
    body: object({ refresh_token: text }),
    answers: { 200: ref('Login') },
  },
  'POST /auth/logout': {
    summary: 'Ends every session of the client.',
    answers: { 200: object({ success: flag }) },
  },
  'GET /api/v1/topups/products': {
    summary: 'What is sold.',
    query: { type: TOPUP_TYPES.join(', '), search: 'A part of the name.', ...PAGE },
    answers: { 200: list(ref('Product')) },
  },
  'GET /api/v1/topups/products/:id': { summary: 'A product.', answers: { 200: ref('ProductDetail') } },
  'GET /api/v1/topups/products/:id/variants': {
    summary: 'What can be bought of it.',
    answers: { 200: list(ref('Variant')) },
  },
  'GET /api/v1/topups/variants/:id': { summary: 'A variant.', answers: { 200: ref('Variant') } },
  'POST /api/v1/topups/lookup': {
    summary: 'Who may serve a number, best guess first.',
    answers: { 200: list(ref('LookedUp')) },
  },
  'POST /api/v1/topups/charges': {
    summary: 'What an order would cost now.',
    query: { category: 'Instead of the one in the body.' },
    answers: { 200: ref('Charges') },
  },
  'POST /api/v1/topups/orders': {
    summary: 'Places an order.',
    query: { category: 'Instead of the one in the body.' },
    answers: { 201: ref('Order') },
  },
  'GET /api/v1/topups/orders': {
    summary: 'Orders, newest first.',
    query: {
      status: ORDER_STATUSES.join(', '),
      product_id: 'Of the product.',
      country: 'ISO 3166-1 alpha-3.',
      client_reference: 'As it was given with the order.',
      ...PAGE,
    },
    answers: { 200: list(ref('Order')) },
  },
  'GET /api/v1/topups/orders/:id': { summary: 'An order.', answers: { 200: ref('Order') } },
  'PATCH /api/v1/topups/orders/:id/notification-email': {
    summary: 'Where the customer wants a receipt.',
    answers: { 200: ref('Order') },
  },
};

export function octopusDocument(): Record<string, unknown> {
  return describeApi({
    title: 'Toprail: the Octopus dialect',
    description: 'Octopus Cards’ top-up API, served by Toprail.',
    types: ['application/json'],
    securitySchemes: { session: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    schemas: SCHEMAS,
    error: ref('Error'),
    routes: ROUTES,
    told: TOLD,
  });
}
