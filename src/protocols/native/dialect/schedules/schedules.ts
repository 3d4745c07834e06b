/** GET /v1/schedules, GET /v1/schedules/{id}, its occurrences, and POST .../{pause,resume,cancel}. */
import { Type } from 'typebox';
import { Refusal } from '../../../../core/errors.ts';
import { type AccountId, formatId, parseId } from '../../../../core/ids.ts';
import { callerOf } from '../../../../identity/request-caller.ts';
import type { ScheduleAction } from '../../../../orders/scheduling/schedule.ts';
import {
  changeSchedule,
  listOccurrences,
  listSchedules,
  readSchedule,
} from '../../../../orders/scheduling/schedules.ts';
import type { DialectServices } from '../../../dialect.ts';
import { after, answer, exact, LIMIT_DEFAULT, limit, problems } from '../../wire.ts';
import { OccurrenceList, Schedule, ScheduleList } from '../../wire-schedules.ts';
import { admit, needs } from '../caller.ts';
import type { NativeApp } from '../native-app.ts';
import { badCursor, endOf, idCursor } from '../paging.ts';
import { OCCURRENCE_EXAMPLES, SCHEDULE_EXAMPLE } from './example.ts';
import { occurrenceView, scheduleView } from './render-schedule.ts';

const ScheduleIdParams = exact({
  id: Type.String({ description: 'Of the schedule.', examples: [SCHEDULE_EXAMPLE.active.id] }),
});

const ACTIONS = {
  pause: {
    summary: 'Pause a schedule',
    description:
      'Nothing is placed until it is resumed. Without a body. A schedule that is paused already is answered in the same way.',
    told: 'The paused schedule.',
  },
  resume: {
    summary: 'Resume a schedule',
    description:
      'It goes on with the next occurrence to come; those that were due in between are skipped. Without a body. A schedule that is active already is answered in the same way.',
    told: 'The active schedule.',
  },
  cancel: {
    summary: 'Cancel a schedule',
    description:
      'Nothing more is placed; orders that are there go on. Without a body. A schedule that was cancelled before is answered in the same way.',
    told: 'The cancelled schedule.',
  },
} as const satisfies Record<ScheduleAction, { summary: string; description: string; told: string }>;

export function addSchedules(app: NativeApp, services: DialectServices): void {
  const { engine } = services;
  const read = async (accountId: AccountId, id: bigint | undefined) => {
    const schedule = id === undefined ? undefined : await readSchedule(engine, accountId, id);
    if (!schedule) throw new Refusal('not_found');
    return schedule;
  };
  app.get(
    '/v1/schedules',
    {
      onRequest: admit(services, 'orders:read'),
      schema: {
        operationId: 'listSchedules',
        security: needs('orders:read'),
        tags: ['Schedules'],
        summary: 'List schedules',
        description: 'The account’s schedules, newest first.',
        querystring: exact({
          limit,
          after: Type.Optional(after('The id of the last schedule of the page before.')),
        }),
        response: {
          200: answer(ScheduleList, {
            description: 'A page of schedules.',
            example: { data: [SCHEDULE_EXAMPLE.active], next: null },
          }),
          ...problems('forbidden', 'invalid_request'),
        },
      },
    },
    async (request) => {
      const { limit: rowsMax = LIMIT_DEFAULT, after: cursor } = request.query;
      const before = idCursor('schedule', cursor);
      const schedules = await listSchedules(engine, callerOf(request).accountId, {
        ...(before === undefined ? {} : { before }),
        limit: rowsMax + 1,
      });
      const { rows, next } = endOf(schedules, ({ id }) => formatId('schedule', id), rowsMax);
      return { data: rows.map(scheduleView), next };
    },
  );

  app.get(
    '/v1/schedules/:id',
    {
      onRequest: admit(services, 'orders:read'),
      schema: {
        operationId: 'getSchedule',
        security: needs('orders:read'),
        tags: ['Schedules'],
        summary: 'Read a schedule',
        description: 'The schedule, and when it is due next.',
        params: ScheduleIdParams,
        response: {
          200: answer(Schedule, { description: 'The schedule.', example: SCHEDULE_EXAMPLE.active }),
          ...problems('forbidden', 'not_found'),
        },
      },
    },
    async (request) =>
      scheduleView(await read(callerOf(request).accountId, parseId('schedule', request.params.id))),
  );

  app.get(
    '/v1/schedules/:id/occurrences',
    {
      onRequest: admit(services, 'orders:read'),
      schema: {
        operationId: 'listOccurrences',
        security: needs('orders:read'),
        tags: ['Schedules'],
        summary: 'List occurrences',
        description: 'What became of each time that a schedule was due, newest first.',
        params: ScheduleIdParams,
        querystring: exact({
          limit,
          after: Type.Optional(after('The number of the last occurrence of the page before.')),
        }),
        response: {
          200: answer(OccurrenceList, {
            description: 'A page of occurrences.',
            example: { data: OCCURRENCE_EXAMPLES, next: null },
          }),
          ...problems('forbidden', 'invalid_request', 'not_found'),
        },
      },
    },
    async (request) => {
      const { accountId } = callerOf(request);
      const { limit: rowsMax = LIMIT_DEFAULT, after: cursor } = request.query;
      const before = numberOf(cursor);
      const { id } = await read(accountId, parseId('schedule', request.params.id));
      const found = await listOccurrences(engine, { accountId, id }, { before, limit: rowsMax + 1 });
      const { rows, next } = endOf(found, ({ number }) => `${number}`, rowsMax);
      return { data: rows.map(occurrenceView), next };
    },
  );

  for (const action of Object.keys(ACTIONS) as ScheduleAction[]) {
    const { summary, description, told } = ACTIONS[action];
    app.post(
      `/v1/schedules/:id/${action}`,
      {
        onRequest: admit(services, 'orders:write'),
        schema: {
          operationId: `${action}Schedule`,
          security: needs('orders:write'),
          tags: ['Schedules'],
          summary,
          description,
          params: ScheduleIdParams,
          response: {
            200: answer(Schedule, { description: told, example: SCHEDULE_EXAMPLE[action] }),
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
        const { accountId } = callerOf(request);
        const id = parseId('schedule', request.params.id);
        if (id === undefined) throw new Refusal('not_found');
        const changed = await changeSchedule(engine, { accountId, id }, action);
        if (changed.kind === 'not_found') throw new Refusal('not_found');
        if (changed.kind === 'not_allowed')
          throw new Refusal('not_cancellable', { message: `The schedule is ${changed.state}.` });
        if (action === 'resume') services.workSoon();
        return scheduleView(await read(accountId, id));
      },
    );
  }
}

function numberOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(cursor)) throw badCursor();
  return Number(cursor);
}
