/** GET /v1/batches/{id}/results: a page as JSON, or the whole file as CSV or JSON lines. */
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { unreachable } from '../../../../core/assert.ts';
import { Refusal } from '../../../../core/errors.ts';
import { parseId } from '../../../../core/ids.ts';
import { callerOf } from '../../../../identity/request-caller.ts';
import { readBatch, readResults } from '../../../../orders/bulk/read-batches.ts';
import { chooseMediaType } from '../../../../platform/accept.ts';
import { writeCsvHeader, writeCsvRows } from '../../../../platform/csv.ts';
import type { DialectServices } from '../../../dialect.ts';
import { after, exact, LIMIT_DEFAULT, LIMIT_MAX, problems } from '../../wire.ts';
import { BatchResultList, type BatchResultView, CSV_TYPE, NDJSON_TYPE } from '../../wire-batches.ts';
import { admit, needs } from '../caller.ts';
import type { NativeApp } from '../native-app.ts';
import { badCursor, endOf } from '../paging.ts';
import { BatchIdParams } from './batches.ts';
import { RESULTS_EXAMPLE } from './example.ts';
import { RESULT_COLUMNS, resultView } from './render-batch.ts';

const JSON_TYPE = 'application/json';
/** Rows of a file that are read at once. */
const FILE_PAGE_ROWS = 1_000;

const ResultsQuery = exact({
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: LIMIT_MAX,
      description: `Rows of a page at most, ${LIMIT_DEFAULT} unless told. A file is whole.`,
    }),
  ),
  after: Type.Optional(after('The line of the last row of the page before.')),
});

export function addBatchResults(app: NativeApp, services: DialectServices): void {
  const { engine } = services;
  app.get(
    '/v1/batches/:id/results',
    {
      onRequest: [
        admit(services, 'orders:read'),
        async (request, reply) => {
          reply.header('vary', 'Accept');
          if (chosenType(request.headers.accept) === undefined) throw new Refusal('not_acceptable');
        },
      ],
      schema: {
        operationId: 'listBatchResults',
        security: needs('orders:read'),
        tags: ['Batches'],
        summary: 'Read what became of the rows',
        description:
          'In the order of the file: the outcome of each row and its order as it stands. JSON comes in pages; `Accept: text/csv` or `application/x-ndjson` is the whole file, however long.',
        params: BatchIdParams,
        querystring: ResultsQuery,
        response: {
          200: {
            description: 'A page of results, or the file.',
            content: {
              [JSON_TYPE]: { schema: BatchResultList, example: RESULTS_EXAMPLE.list },
              [CSV_TYPE]: {
                schema: {
                  type: 'string',
                  description: `RFC 4180 with a header line, by the same rules as the lists of orders. Columns: \`${Object.keys(RESULT_COLUMNS).join('`, `')}\`.`,
                },
                example: RESULTS_EXAMPLE.csv,
              },
              [NDJSON_TYPE]: {
                schema: { type: 'string', description: 'One result of the JSON page a line.' },
                example: RESULTS_EXAMPLE.ndjson,
              },
            },
          },
          ...problems('forbidden', 'not_acceptable', 'invalid_request', 'not_found'),
        },
      },
    },
    async (request, reply) => {
      const { accountId } = callerOf(request);
      const id = parseId('batch', request.params.id);
      const from = lineOf(request.query.after);
      if (id === undefined || !(await readBatch(engine.database, accountId, id)))
        throw new Refusal('not_found');
      const page = async (afterLine: number, rowsMax: number) =>
        (await readResults(engine, { accountId, id }, { after: afterLine, limit: rowsMax })).map(resultView);
      const type = chosenType(request.headers.accept) ?? JSON_TYPE; // the hook has refused the rest
      switch (type) {
        case JSON_TYPE: {
          const rowsMax = request.query.limit ?? LIMIT_DEFAULT;
          const { rows, next } = endOf(await page(from, rowsMax + 1), ({ line }) => `${line}`, rowsMax);
          return { data: [...rows], next };
        }
        case CSV_TYPE:
          return reply
            .type(`${CSV_TYPE}; charset=utf-8; header=present`)
            .send(fileOf(csvFile(pages(page, from))));
        case NDJSON_TYPE:
          return reply.type(NDJSON_TYPE).send(fileOf(linesFile(pages(page, from))));
        default:
          return unreachable(type);
      }
    },
  );
}

function chosenType(accept: string | undefined) {
  return chooseMediaType(accept, [JSON_TYPE, CSV_TYPE, NDJSON_TYPE]);
}

function lineOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (!/^[1-9]\d{0,8}$/.test(cursor)) throw badCursor();
  return Number(cursor);
}

/** Written as it is read, so that no file is ever whole in memory. To the schema it is the text that it becomes. */
function fileOf(text: AsyncIterable<string>): string {
  return Readable.from(text) as unknown as string;
}

async function* pages(
  page: (after: number, limit: number) => Promise<BatchResultView[]>,
  from: number,
): AsyncGenerator<BatchResultView[]> {
  let last: number | undefined = from;
  while (last !== undefined) {
    const rows: BatchResultView[] = await page(last, FILE_PAGE_ROWS);
    if (rows.length > 0) yield rows;
    last = rows.length < FILE_PAGE_ROWS ? undefined : rows.at(-1)?.line;
  }
}

async function* csvFile(rows: AsyncIterable<BatchResultView[]>): AsyncGenerator<string> {
  yield writeCsvHeader(RESULT_COLUMNS);
  for await (const page of rows) yield writeCsvRows(RESULT_COLUMNS, page);
}

async function* linesFile(rows: AsyncIterable<BatchResultView[]>): AsyncGenerator<string> {
  for await (const page of rows) yield page.map((row) => `${JSON.stringify(row)}\n`).join('');
}
