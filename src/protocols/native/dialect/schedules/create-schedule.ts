/** POST /v1/schedules. */
import { Type } from 'typebox';
import { Refusal } from '../../../../core/errors.ts';
import { callerOf } from '../../../../identity/request-caller.ts';
import { createSchedule, type ScheduleMade } from '../../../../orders/scheduling/schedules.ts';
import type { DialectServices } from '../../../dialect.ts';
import { answer, problems } from '../../wire.ts';
import { Schedule, ScheduleRequest } from '../../wire-schedules.ts';
import { admit, needs } from '../caller.ts';
import type { NativeApp } from '../native-app.ts';
import { readReference } from '../read-order-request.ts';
import { readStoredOrder } from '../stored-order.ts';
import { SCHEDULE_EXAMPLE, SCHEDULE_REQUEST_EXAMPLE } from './example.ts';
import { readRecurrence, wrong } from './read-schedule-request.ts';
import { scheduleView } from './render-schedule.ts';

const ScheduleHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ description: 'The same as `reference` in the body, bare or in quotes.' }),
  ),
});
const LOCATION = { Location: Type.String({ description: 'The path of the schedule.' }) };

export function addCreateSchedule(app: NativeApp, services: DialectServices): void {
  app.post(
    '/v1/schedules',
    {
      onRequest: admit(services, 'orders:write'),
      schema: {
        operationId: 'createSchedule',
        security: needs('orders:write'),
        tags: ['Schedules'],
        summary: 'Schedule an order',
        description:
          'Places an order at a time to come, once or again and again, by the clocks of a time zone. No money is held: each order is priced, and paid for, when it is due. One that cannot be placed then is told as an event, and the schedule goes on. The reference of such an order is the id of the schedule, a stroke and the number of the occurrence.',
        headers: ScheduleHeaders,
        body: { ...ScheduleRequest, examples: [SCHEDULE_REQUEST_EXAMPLE] },
        response: {
          201: {
            ...answer(Schedule, { description: 'The schedule.', example: SCHEDULE_EXAMPLE.active }),
            headers: LOCATION,
          },
          200: {
            ...answer(Schedule, {
              description: 'The schedule that this reference stands for, as it stands.',
              example: SCHEDULE_EXAMPLE.active,
            }),
            headers: {
              ...LOCATION,
              'Idempotency-Replayed': Type.String({ description: '`true`: nothing has happened this time.' }),
            },
          },
          ...problems(
            'malformed_request',
            'forbidden',
            'unsupported_media_type',
            'body_too_large',
            'invalid_request',
            'reference_reused',
            'invalid_recipient',
            'product_not_found',
            'invalid_amount',
          ),
        },
      },
    },
    async (request, reply) => {
      if (!services.takesOrders()) throw new Refusal('overloaded');
      const { body, headers } = request;
      const made = await createSchedule(services.engine, {
        caller: callerOf(request),
        reference: readReference(body.reference, headers['idempotency-key']),
        request: JSON.stringify(body.order),
        recurrence: readRecurrence(body),
        readStored: readStoredOrder,
      });
      if (made.kind === 'rejected') throw REJECTED[made.why]();
      if (made.kind === 'replayed') reply.header('idempotency-replayed', 'true');
      const view = scheduleView(made.schedule);
      reply.code(made.kind === 'created' ? 201 : 200).header('location', `/v1/schedules/${view.id}`);
      return view;
    },
  );
}

const REJECTED = {
  reused: () => new Refusal('reference_reused', { message: 'The reference stands for another schedule.' }),
  past: () => wrong('at', 'is past'),
} as const satisfies Record<Extract<ScheduleMade, { kind: 'rejected' }>['why'], () => Refusal>;
