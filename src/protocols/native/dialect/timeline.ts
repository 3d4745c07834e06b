/** GET /v1/orders/{id}/timeline: what happened to an order, and who said so. */
import { Refusal } from '../../../core/errors.ts';
import { formatId, parseId } from '../../../core/ids.ts';
import { readOrderEvents } from '../../../events/event-log.ts';
import { callerOf } from '../../../identity/request-caller.ts';
import type { Attempt, DatedEvidence } from '../../../orders/order.ts';
import { readOrderOf } from '../../../orders/read-orders.ts';
import type { DialectServices } from '../../dialect.ts';
import { answer, problems } from '../wire.ts';
import { Timeline, type TimelineView } from '../wire-orders.ts';
import { admit, needs } from './caller.ts';
import type { EventCursors } from './event-cursor.ts';
import type { NativeApp } from './native-app.ts';
import { OrderIdParams } from './read-orders.ts';
import { instant, maybe } from './render.ts';
import { eventView } from './render-event.ts';

const EXAMPLE: TimelineView = {
  order: 'ord_245301287911744',
  events: [
    {
      id: 'evt_Xo3kB0J9mM1rO5fYV8wq2g',
      type: 'order.accepted',
      at: '2026-11-21T10:00:00.000Z',
      order: 'ord_245301287911744',
      sequence: 1,
      data: {},
    },
  ],
  attempts: [
    {
      number: 1,
      status: 'confirmed',
      created_at: '2026-11-21T10:00:00.000Z',
      sent_at: '2026-11-21T10:00:00.000Z',
      evidence: [
        { source: 'submit', verdict: 'delivered', code: 'DELIVERED', at: '2026-11-21T10:00:00.250Z' },
      ],
    },
  ],
};

export function addTimeline(app: NativeApp, services: DialectServices, cursors: EventCursors): void {
  const { engine } = services;
  app.get(
    '/v1/orders/:id/timeline',
    {
      onRequest: admit(services, 'orders:read'),
      schema: {
        operationId: 'getOrderTimeline',
        security: needs('orders:read'),
        tags: ['Orders'],
        summary: 'Read the timeline of an order',
        description: 'Every state change and every try with its evidence. It holds no personal data.',
        params: OrderIdParams,
        response: {
          200: answer(Timeline, { description: 'The history of the order.', example: EXAMPLE }),
          ...problems('forbidden', 'not_found'),
        },
      },
    },
    async (request) => {
      const { accountId } = callerOf(request);
      const orderId = parseId('order', request.params.id);
      if (orderId === undefined) throw new Refusal('not_found');
      // Events first: the order is then at least as far as they tell.
      const events = await readOrderEvents(engine.database, accountId, orderId);
      const order = await readOrderOf(engine, accountId, orderId);
      if (!order) throw new Refusal('not_found');
      return {
        order: formatId('order', orderId),
        events: events.map((event) => eventView(event, { accountId, cursors })),
        attempts: order.attempts.map(attemptView),
      };
    },
  );
}

function attemptView(attempt: Attempt): TimelineView['attempts'][number] {
  const { number, state, createdAtMs, sentAtMs, evidence } = attempt;
  return {
    number,
    status: state.toLowerCase() as Lowercase<typeof state>,
    created_at: instant(createdAtMs),
    sent_at: maybe(sentAtMs, instant),
    evidence: evidence.map(evidenceView),
  };
}

function evidenceView({ source, verdict, code, receivedAtMs }: DatedEvidence) {
  return { source, verdict, code: code ?? null, at: instant(receivedAtMs) };
}
