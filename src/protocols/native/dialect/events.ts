/** GET /v1/events: the account's part of the one history, for whoever polls. */
import { Type } from 'typebox';
import { readEvents } from '../../../events/event-log.ts';
import { callerOf } from '../../../identity/request-caller.ts';
import type { DialectServices } from '../../dialect.ts';
import { after, answer, exact, LIMIT_DEFAULT, limit, problems } from '../wire.ts';
import { EventList } from '../wire-events.ts';
import { admit, needs } from './caller.ts';
import type { EventCursors } from './event-cursor.ts';
import type { NativeApp } from './native-app.ts';
import { badCursor } from './paging.ts';
import { eventView } from './render-event.ts';

const EXAMPLE = {
  data: [
    {
      id: 'evt_Xo3kB0J9mM1rO5fYV8wq2g',
      type: 'order.delivered',
      at: '2026-11-21T10:00:00.250Z',
      order: 'ord_245301287911744',
      sequence: 2,
      data: { attempt: 1 },
    },
  ],
  next: 'evt_Xo3kB0J9mM1rO5fYV8wq2g',
};

export function addEvents(app: NativeApp, services: DialectServices, cursors: EventCursors): void {
  app.get(
    '/v1/events',
    {
      onRequest: admit(services, 'events:read'),
      schema: {
        operationId: 'listEvents',
        security: needs('events:read'),
        tags: ['Events'],
        summary: 'Read events',
        description:
          'The account’s events, oldest first, in the order in which they were committed. `next` is always a cursor: whoever keeps asking with the last one gets every event exactly once. What is many months old may be archived; a cursor from there goes on with the first event that is not. docs/EVENTS.md lists the types.',
        querystring: exact({
          limit,
          after: Type.Optional(
            after('`next` of the page before, or the id of any event; from the beginning without it.'),
          ),
        }),
        response: {
          200: answer(EventList, {
            description: 'Events after the cursor; none when nothing has happened since.',
            example: EXAMPLE,
          }),
          ...problems('invalid_request', 'forbidden'),
        },
      },
    },
    async (request) => {
      const { accountId } = callerOf(request);
      const { after: cursor, limit: rows = LIMIT_DEFAULT } = request.query;
      const position = cursor === undefined ? 0n : cursors.parse(accountId, cursor);
      if (position === undefined) throw badCursor();
      const events = await readEvents(services.engine.database, accountId, {
        after: position,
        limit: rows,
      });
      return {
        data: events.map((event) => eventView(event, { accountId, cursors })),
        next: cursors.format(accountId, events.at(-1)?.id ?? position),
      };
    },
  );
}
