/** What is served where, and which scopes open it: any one of those named; none means every token. */
import type { Static, TSchema } from 'typebox';
import type { Scope } from '../../../identity/scopes.ts';
import { ChargesRequest, LookupRequest, NotificationEmailRequest, OrderRequest } from '../wire.ts';
import { login, logout, refresh } from './auth.ts';
import type { Answer, Call, OpenCall } from './call.ts';
import { charges } from './charges.ts';
import { lookup } from './lookup.ts';
import { putNotificationEmail } from './notification-email.ts';
import { createOrder, orderById, orders } from './orders.ts';
import { product, products } from './products.ts';
import { variant, variantsOfProduct } from './variants.ts';

type Reply = Answer | Promise<Answer>;

interface Place {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  /** Of the body. */
  readonly schema?: TSchema;
}

export type Route =
  | (Place & { readonly access: 'open'; readonly endpoint: (call: OpenCall) => Reply })
  | (Place & { readonly access: readonly Scope[]; readonly endpoint: (call: Call) => Reply });

const SEND: readonly Scope[] = ['orders:write', 'send-topups'];
const HISTORY: readonly Scope[] = ['orders:read', 'read-topups-history'];
const TOPUPS = '/api/v1/topups';

export const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/auth/login', access: 'open', endpoint: login },
  { method: 'POST', path: '/auth/refresh', access: 'open', endpoint: refresh },
  { method: 'POST', path: '/auth/logout', access: [], endpoint: logout },
  get('/products', [], products),
  get('/products/:id', [], product),
  get('/products/:id/variants', [], variantsOfProduct),
  get('/variants/:id', [], variant),
  send('POST', '/lookup', [], LookupRequest, lookup),
  send('POST', '/charges', [], ChargesRequest, charges),
  send('POST', '/orders', SEND, OrderRequest, createOrder),
  get('/orders', HISTORY, orders),
  get('/orders/:id', HISTORY, orderById),
  send('PATCH', '/orders/:id/notification-email', SEND, NotificationEmailRequest, putNotificationEmail),
];

function get(path: string, access: readonly Scope[], endpoint: (call: Call) => Reply): Route {
  return { method: 'GET', path: TOPUPS + path, access, endpoint };
}

function send<Schema extends TSchema>(
  method: 'POST' | 'PATCH',
  path: string,
  access: readonly Scope[],
  schema: Schema,
  take: (call: Call, body: Static<Schema>) => Reply,
): Route {
  // The body has been validated against this very schema.
  const endpoint = (call: Call) => take(call, call.body as Static<Schema>);
  return { method, path: TOPUPS + path, access, schema, endpoint };
}
