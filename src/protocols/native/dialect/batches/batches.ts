/** GET /v1/batches, GET /v1/batches/{id} and POST /v1/batches/{id}/cancel. */
import { Type } from 'typebox';
import { Refusal } from '../../../../core/errors.ts';
import { formatId, parseId } from '../../../../core/ids.ts';
import { callerOf } from '../../../../identity/request-caller.ts';
import { cancelBatch, listBatches, readBatch } from '../../../../orders/bulk/read-batches.ts';
import type { DialectServices } from '../../../dialect.ts';
import { after, answer, exact, LIMIT_DEFAULT, limit, problems } from '../../wire.ts';
import { Batch, BatchList, type BatchView } from '../../wire-batches.ts';
import { admit, needs } from '../caller.ts';
import type { NativeApp } from '../native-app.ts';
import { endOf, idCursor } from '../paging.ts';
import { BATCH_EXAMPLE } from './example.ts';
import { batchInList, batchView } from './render-batch.ts';

export const BatchIdParams = exact({
  id: Type.String({ description: 'Of the batch.', examples: [BATCH_EXAMPLE.listed.id] }),
});

export function addBatches(app: NativeApp, services: DialectServices): void {
  const { engine } = services;
  const read = async (accountId: Parameters<typeof readBatch>[1], text: string): Promise<BatchView> => {
    const id = parseId('batch', text);
    const found = id === undefined ? undefined : await readBatch(engine.database, accountId, id);
    if (!found) throw new Refusal('not_found');
    return batchView(found.batch, found.progress);
  };
  app.get(
    '/v1/batches',
    {
      onRequest: admit(services, 'orders:read'),
      schema: {
        operationId: 'listBatches',
        security: needs('orders:read'),
        tags: ['Batches'],
        summary: 'List batches',
        description: 'The account’s batches, newest first.',
        querystring: exact({
          limit,
          after: Type.Optional(after('The id of the last batch of the page before.')),
        }),
        response: {
          200: answer(BatchList, {
            description: 'A page of batches.',
            example: { data: [BATCH_EXAMPLE.listed], next: null },
          }),
          ...problems('forbidden', 'invalid_request'),
        },
      },
    },
    async (request) => {
      const { limit: rowsMax = LIMIT_DEFAULT, after: cursor } = request.query;
      const batches = await listBatches(engine.database, callerOf(request).accountId, {
        before: idCursor('batch', cursor),
        limit: rowsMax + 1,
      });
      const { rows, next } = endOf(batches, ({ id }) => formatId('batch', id), rowsMax);
      return { data: rows.map(batchInList), next };
    },
  );

  app.get(
    '/v1/batches/:id',
    {
      onRequest: admit(services, 'orders:read'),
      schema: {
        operationId: 'getBatch',
        security: needs('orders:read'),
        tags: ['Batches'],
        summary: 'Read a batch',
        description: 'The batch and how far it is. The figures are counted when they are asked for.',
        params: BatchIdParams,
        response: {
          200: answer(Batch, { description: 'The batch.', example: BATCH_EXAMPLE.completed }),
          ...problems('forbidden', 'not_found'),
        },
      },
    },
    (request) => read(callerOf(request).accountId, request.params.id),
  );

  app.post(
    '/v1/batches/:id/cancel',
    {
      onRequest: admit(services, 'orders:write'),
      schema: {
        operationId: 'cancelBatch',
        security: needs('orders:write'),
        tags: ['Batches'],
        summary: 'Cancel a batch',
        description:
          'Rows that have not been placed are not placed any more; those that are being placed at this moment (at most a few hundred) still may be, and the orders that are there go on. Without a body. A batch that was cancelled before is answered in the same way.',
        params: BatchIdParams,
        response: {
          200: answer(Batch, { description: 'The cancelled batch.', example: BATCH_EXAMPLE.cancelled }),
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
      const id = parseId('batch', request.params.id);
      if (id === undefined) throw new Refusal('not_found');
      const cancelled = await cancelBatch(engine.database, accountId, id);
      if (cancelled === 'not_found') throw new Refusal('not_found');
      if (cancelled !== 'cancelled') {
        const message =
          cancelled === 'completed' ? 'Every row has its outcome.' : 'It is still being received.';
        throw new Refusal('not_cancellable', { message });
      }
      return read(accountId, request.params.id);
    },
  );
}
