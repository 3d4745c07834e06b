/** Requests of this API that were stored to be placed later: read as `POST /v1/orders` would read them now. */
import type { ReadStored } from '../../../orders/stored-order.ts';
import type { OrderRequest } from '../wire-orders.ts';
import { commandOf } from './read-order-request.ts';

/** Throws the refusal of what is not sold any more, or never was. */
export const readStoredOrder: ReadStored = (market, request, origin) =>
  commandOf(market, JSON.parse(request) as OrderRequest, origin); // validated before it was stored
