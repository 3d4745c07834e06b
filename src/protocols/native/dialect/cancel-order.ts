/** POST /v1/orders/{id}/cancel. */
import { unreachable } from '../../../core/assert.ts';
import { Refusal } from '../../../core/errors.ts';
import { parseId } from '../../../core/ids.ts';
import { callerOf } from '../../../identity/request-caller.ts';
import { type Cancelled, cancelOrder } from '../../../orders/cancel-order.ts';
import type { DialectServices } from '../../dialect.ts';
import { answer, problems } from '../wire.ts';
import { Order, type OrderView } from '../wire-orders.ts';
import { admit, needs } from './caller.ts';
import type { NativeApp } from './native-app.ts';
import { ORDER_EXAMPLE } from './order-example.ts';
import { OrderIdParams } from './read-orders.ts';
import { orderView, statusOf } from './render-order.ts';

export function addCancelOrder(app: NativeApp, services: DialectServices): void {
  app.post(
    '/v1/orders/:id/cancel',
    {
      onRequest: admit(services, 'orders:write'),
      schema: {
        operationId: 'cancelOrder',
        security: needs('orders:write'),
        tags: ['Orders'],
        summary: 'Cancel an order',
        description:
          'Takes back an order that has not been sent, and releases its hold. Without a body. An order that was cancelled before is answered in the same way; one that has been sent ends by what its operator says.',
        params: OrderIdParams,
        response: {
          200: answer(Order, { description: 'The cancelled order.', example: ORDER_EXAMPLE.cancelled }),
          ...problems(
            'malformed_request',
            'forbidden',
            'not_found',
            'unsupported_media_type',
            'body_too_large',
            'invalid_request',
            'not_cancellable',
          ),
        },
      },
    },
    async (request) => {
      if (Object.keys(request.body ?? {}).length > 0) {
        throw new Refusal('invalid_request', { issues: [{ field: '', issue: 'must be left out' }] });
      }
      const orderId = parseId('order', request.params.id);
      if (orderId === undefined) throw new Refusal('not_found');
      return answerTo(await cancelOrder(services.engine, callerOf(request).accountId, orderId));
    },
  );
}

function answerTo(cancelled: Cancelled): OrderView {
  switch (cancelled.kind) {
    case 'cancelled':
      return orderView(cancelled.order);
    case 'already_sent':
      throw new Refusal('not_cancellable', {
        message: 'The order has been sent; it ends by what its operator says.',
      });
    case 'ended':
      throw new Refusal('not_cancellable', {
        message: `The order has ended: it is ${statusOf(cancelled.order.progress.state)}.`,
      });
    case 'not_found':
      throw new Refusal('not_found');
    default:
      return unreachable(cancelled);
  }
}
