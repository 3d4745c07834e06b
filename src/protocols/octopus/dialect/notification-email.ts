/** `PATCH /api/v1/topups/orders/:id/notification-email` */
import { Refusal } from '../../../core/errors.ts';
import { setNotificationEmail } from '../../../orders/notification-email.ts';
import type { NotificationEmailRequest } from '../wire.ts';
import type { Answer, Call } from './call.ts';
import { findOrder } from './orders.ts';
import { wrong } from './query.ts';
import { renderOrder } from './render-order.ts';

/** Whether mail arrives is for the mail to show: this only keeps out what cannot be an address. */
const ADDRESS = /^[^\s@\p{C}]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/iu;

export async function putNotificationEmail(call: Call, body: NotificationEmailRequest): Promise<Answer> {
  const { services, caller, market } = call;
  const email = body.email ?? body.notification_email ?? '';
  if (email === '') throw wrong('email', 'is required');
  if (!ADDRESS.test(email)) throw wrong('email', 'must be a valid email address');
  const order = await findOrder(call);
  const place = { accountId: caller.accountId, orderId: order.facts.id };
  if (!(await setNotificationEmail(services.engine, place, email)))
    throw new Refusal('not_found', { message: 'Order not found' });
  return { body: renderOrder(order, market.catalogue) };
}
