/** POST /v1/orders/{id}/dispute, GET /v1/disputes, /v1/disputes/{id}, POST /v1/disputes/{id}/withdraw. */
import { Type } from 'typebox';
import { unreachable } from '../../../core/assert.ts';
import { Refusal } from '../../../core/errors.ts';
import { type AccountId, formatId, parseId } from '../../../core/ids.ts';
import { callerOf } from '../../../identity/request-caller.ts';
import {
  DISPUTE_DAYS_MAX,
  DISPUTE_STATES,
  type Dispute,
  openDispute,
  readDisputes,
  withdrawDispute,
} from '../../../orders/disputes/dispute.ts';
import type { DialectServices } from '../../dialect.ts';
import { after, answer, exact, LIMIT_DEFAULT, limit, oneOf, problems } from '../wire.ts';
import { DisputeList, DisputeRequest, Dispute as DisputeSchema, type DisputeView } from '../wire-disputes.ts';
import { admit, needs } from './caller.ts';
import type { NativeApp } from './native-app.ts';
import { endOf, idCursor } from './paging.ts';
import { OrderIdParams } from './read-orders.ts';
import { instant, maybe } from './render.ts';

const EXAMPLE: DisputeView = {
  id: 'dsp_245301287911999',
  order: 'ord_245301287911744',
  reason: 'not_received',
  note: 'The customer’s balance has not changed.',
  status: 'open',
  operator_says: 'delivered',
  created_at: '2026-11-21T12:00:00.000Z',
  closed_at: null,
};
const DisputeIdParams = exact({
  id: Type.String({ description: 'Of the dispute.', examples: [EXAMPLE.id] }),
});
const READING = ['malformed_request', 'unsupported_media_type', 'body_too_large', 'invalid_request'] as const;

export function addDisputes(app: NativeApp, services: DialectServices): void {
  const { engine } = services;
  const read = async (accountId: AccountId, id: bigint | undefined): Promise<Dispute> => {
    const [dispute] = id === undefined ? [] : await readDisputes(engine, accountId, { limit: 1, id });
    if (!dispute) throw new Refusal('not_found');
    return dispute;
  };

  app.post(
    '/v1/orders/:id/dispute',
    {
      onRequest: admit(services, 'orders:write'),
      schema: {
        operationId: 'createDispute',
        security: needs('orders:write'),
        tags: ['Disputes'],
        summary: 'Dispute an order',
        description: `Claims that a delivered order did not arrive as it should, within ${DISPUTE_DAYS_MAX} days of its delivery. The operator is asked again, and whoever runs the switch decides: a refund shows as an adjustment of the order. An order has one dispute; asking again answers it.`,
        params: OrderIdParams,
        body: { ...DisputeRequest, examples: [{ reason: EXAMPLE.reason, note: EXAMPLE.note }] },
        response: {
          201: answer(DisputeSchema, { description: 'Opened.', example: EXAMPLE }),
          200: answer(DisputeSchema, {
            description: 'The dispute that the order has already.',
            example: EXAMPLE,
          }),
          ...problems('forbidden', 'not_found', 'not_disputable', ...READING),
        },
      },
    },
    async (request, reply) => {
      const { accountId } = callerOf(request);
      const orderId = parseId('order', request.params.id);
      if (orderId === undefined) throw new Refusal('not_found');
      const { reason, note } = request.body;
      const opened = await openDispute(engine, { accountId, orderId, reason, note });
      if (opened.kind === 'opened') services.workSoon();
      switch (opened.kind) {
        case 'opened':
        case 'open_already':
          return reply
            .code(opened.kind === 'opened' ? 201 : 200)
            .header('location', `/v1/disputes/${formatId('dispute', opened.id)}`)
            .send(disputeView(await read(accountId, opened.id)));
        case 'not_delivered':
          throw new Refusal('not_disputable', { message: 'The order has not been delivered.' });
        case 'too_late':
          throw new Refusal('not_disputable', {
            message: `The order was delivered more than ${DISPUTE_DAYS_MAX} days ago.`,
          });
        case 'not_found':
          throw new Refusal('not_found');
        default:
          return unreachable(opened);
      }
    },
  );

  app.get(
    '/v1/disputes',
    {
      onRequest: admit(services, 'orders:read'),
      schema: {
        operationId: 'listDisputes',
        security: needs('orders:read'),
        tags: ['Disputes'],
        summary: 'List disputes',
        description: 'The account’s disputes, newest first.',
        querystring: exact({
          limit,
          after: Type.Optional(after('The id of the last dispute of the page before.')),
          status: Type.Optional(oneOf(DISPUTE_STATES)),
        }),
        response: {
          200: answer(DisputeList, { description: 'A page.', example: { data: [EXAMPLE], next: null } }),
          ...problems('forbidden', 'invalid_request'),
        },
      },
    },
    async (request) => {
      const { after: cursor, limit: rowsMax = LIMIT_DEFAULT, status } = request.query;
      const before = idCursor('dispute', cursor);
      const found = await readDisputes(engine, callerOf(request).accountId, {
        limit: rowsMax + 1,
        ...(before !== undefined && { before }),
        ...(status && { state: status }),
      });
      const { rows, next } = endOf(found, ({ id }) => formatId('dispute', id), rowsMax);
      return { data: rows.map(disputeView), next };
    },
  );

  app.get(
    '/v1/disputes/:id',
    {
      onRequest: admit(services, 'orders:read'),
      schema: {
        operationId: 'getDispute',
        security: needs('orders:read'),
        tags: ['Disputes'],
        summary: 'Read a dispute',
        description: 'As it stands.',
        params: DisputeIdParams,
        response: {
          200: answer(DisputeSchema, { description: 'The dispute.', example: EXAMPLE }),
          ...problems('forbidden', 'not_found'),
        },
      },
    },
    async (request) =>
      disputeView(await read(callerOf(request).accountId, parseId('dispute', request.params.id))),
  );

  app.post(
    '/v1/disputes/:id/withdraw',
    {
      onRequest: admit(services, 'orders:write'),
      schema: {
        operationId: 'withdrawDispute',
        security: needs('orders:write'),
        tags: ['Disputes'],
        summary: 'Withdraw a dispute',
        description:
          'The customer has received it after all. Possible until somebody has decided; again, it changes nothing.',
        params: DisputeIdParams,
        response: {
          200: answer(DisputeSchema, {
            description: 'The withdrawn dispute.',
            example: { ...EXAMPLE, status: 'withdrawn', closed_at: '2026-11-21T13:00:00.000Z' },
          }),
          ...problems('forbidden', 'not_found', 'not_disputable', ...READING),
        },
      },
    },
    async (request) => {
      const { accountId } = callerOf(request);
      const { id } = await read(accountId, parseId('dispute', request.params.id));
      await withdrawDispute(engine, accountId, id);
      const dispute = await read(accountId, id);
      if (dispute.state !== 'withdrawn') {
        throw new Refusal('not_disputable', { message: 'The dispute has been decided.' });
      }
      return disputeView(dispute);
    },
  );
}

function disputeView(dispute: Dispute): DisputeView {
  return {
    id: formatId('dispute', dispute.id),
    order: formatId('order', dispute.orderId),
    reason: dispute.reason,
    note: dispute.note ?? null,
    status: dispute.state,
    operator_says: dispute.providerVerdict ?? null,
    created_at: instant(dispute.createdAtMs),
    closed_at: maybe(dispute.closedAtMs, instant),
  };
}
