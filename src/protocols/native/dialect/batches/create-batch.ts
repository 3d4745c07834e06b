/** POST /v1/batches: a file of orders, read as it comes and accepted when its last row is durable. */
import type { IncomingMessage } from 'node:http';
import { Type } from 'typebox';
import { assert, unreachable } from '../../../../core/assert.ts';
import { Refusal } from '../../../../core/errors.ts';
import { formatId } from '../../../../core/ids.ts';
import { callerOf } from '../../../../identity/request-caller.ts';
import { readBatch } from '../../../../orders/bulk/read-batches.ts';
import { type Received, receiveBatch } from '../../../../orders/bulk/receive-batch.ts';
import type { DialectServices } from '../../../dialect.ts';
import { answer, problems } from '../../wire.ts';
import {
  BATCH_BYTES_MAX,
  BATCH_ROWS_MAX,
  Batch,
  CSV_TYPE,
  NDJSON_TYPE,
  ROW_BYTES_MAX,
} from '../../wire-batches.ts';
import { admit, needs } from '../caller.ts';
import type { NativeApp } from '../native-app.ts';
import { readReference } from '../read-order-request.ts';
import { CSV_COLUMNS } from './csv-record.ts';
import { BATCH_EXAMPLE, CSV_EXAMPLE, NDJSON_EXAMPLE } from './example.ts';
import { batchView } from './render-batch.ts';
import { type BatchType, readRows } from './rows.ts';

const LOCATION = { Location: Type.String({ description: 'The path of the batch.' }) };
const BatchHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description: 'Required: the client’s own name of this upload, bare or in quotes, unique for ever.',
    }),
  ),
});

/** Neither media type has a schema for its bytes: what they hold is told in words. */
const BODY = {
  content: {
    [NDJSON_TYPE]: {
      schema: {
        description:
          'One order a line: the members of `POST /v1/orders`, with `reference` required and `operator` (its main product) possible in place of `product`.',
        examples: [NDJSON_EXAMPLE],
      },
    },
    [CSV_TYPE]: {
      schema: {
        description: `RFC 4180 in UTF-8 with a header line. Columns, in any order: \`${CSV_COLUMNS.join('`, `')}\`. \`recipient\` is a phone number or an e-mail address, \`player_id\` (with \`server\`) and \`account_number\` stand for the others, \`amount\` a decimal of \`currency\`; an empty cell is left out. One leading apostrophe of a cell is taken away, which our own files put before what a spreadsheet would run.`,
        examples: [CSV_EXAMPLE],
      },
    },
  },
};

export async function addCreateBatch(parent: NativeApp, services: DialectServices): Promise<void> {
  // A scope of its own: here, and nowhere else, are files taken, and nothing else is.
  await parent.register(async (app: NativeApp) => {
    app.removeAllContentTypeParsers();
    for (const type of [NDJSON_TYPE, CSV_TYPE])
      app.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
    app.post(
      '/v1/batches',
      {
        onRequest: admit(services, 'orders:write'),
        schema: {
          operationId: 'createBatch',
          security: needs('orders:write'),
          tags: ['Batches'],
          summary: 'Place many orders',
          description: `Takes a file of at most ${BATCH_ROWS_MAX} rows and ${BATCH_BYTES_MAX / 1024 / 1024} MB, ${ROW_BYTES_MAX} bytes a row. 202 means that every row is stored and will be placed or refused by itself, whatever crashes. A row that cannot be read is refused by itself, too. Each row has a \`reference\` in the account’s one namespace, so it is placed once, however often it is sent: in this file, in another, or by \`POST /v1/orders\`. An upload that breaks off leaves nothing: send the file again with the same key.`,
          headers: BatchHeaders,
          body: BODY,
          response: {
            202: {
              ...answer(Batch, { description: 'Accepted.', example: BATCH_EXAMPLE.accepted }),
              headers: LOCATION,
            },
            200: {
              ...answer(Batch, {
                description:
                  'The batch that this key stands for, as it stands: the same bytes have come before.',
                example: BATCH_EXAMPLE.completed,
              }),
              headers: {
                ...LOCATION,
                'Idempotency-Replayed': Type.String({
                  description: '`true`: nothing has happened this time.',
                }),
              },
            },
            ...problems(
              'malformed_request',
              'forbidden',
              'unsupported_media_type',
              'body_too_large',
              'invalid_request',
              'reference_reused',
            ),
          },
        },
        // The body is a stream, which no schema describes.
        validatorCompiler: ({ schema, httpPart }) =>
          httpPart === 'body'
            ? () => true
            : (parent.validatorCompiler?.({ schema, httpPart } as never) ?? (() => true)),
      },
      async (request, reply) => {
        if (!services.takesOrders()) throw new Refusal('overloaded');
        const caller = callerOf(request);
        const { engine } = services;
        const key = readReference(undefined, request.headers['idempotency-key']);
        const { catalogue } = engine.market();
        const type = request.headers['content-type']?.toLowerCase().startsWith(CSV_TYPE)
          ? CSV_TYPE
          : NDJSON_TYPE;
        const received = await receiveBatch(engine, {
          caller,
          key,
          bytes: bodyOf(request.body as unknown as IncomingMessage | undefined), // what the parser above passes on
          readRows: (bytes) => readRows(catalogue, type satisfies BatchType, bytes),
        });
        const id = idOf(received);
        if (received.kind === 'accepted') services.workSoon();
        const read = await readBatch(engine.database, caller.accountId, id);
        assert(read, `batch ${id} was committed and can be read`);
        reply.header('location', `/v1/batches/${formatId('batch', id)}`);
        if (received.kind === 'replayed') reply.header('idempotency-replayed', 'true');
        reply.code(received.kind === 'accepted' ? 202 : 200);
        return batchView(read.batch, read.progress);
      },
    );
  });
}

/** The bytes within the limit. A client that goes away ends it with an error. */
async function* bodyOf(payload: IncomingMessage | undefined): AsyncGenerator<Buffer> {
  if (!payload) return; // neither a body nor its type
  let size = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BATCH_BYTES_MAX) throw new Refusal('body_too_large');
    yield chunk;
  }
  if (!payload.complete) throw new Refusal('malformed_request');
}

function idOf(received: Received) {
  switch (received.kind) {
    case 'accepted':
    case 'replayed':
      return received.id;
    case 'rejected':
      throw REJECTED[received.why]();
    default:
      return unreachable(received);
  }
}

const REJECTED = {
  key_reused: () =>
    new Refusal('reference_reused', { message: 'This Idempotency-Key stands for another file.' }),
  overtaken: () =>
    new Refusal('reference_reused', { message: 'Another upload with this Idempotency-Key has begun since.' }),
  empty: () => new Refusal('invalid_request', { issues: [{ field: '', issue: 'must have a row' }] }),
} as const satisfies Record<Extract<Received, { kind: 'rejected' }>['why'], () => Refusal>;
