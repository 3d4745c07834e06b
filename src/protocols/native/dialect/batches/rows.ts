/**
 * The rows of a file, one by one. A row that cannot be read is a row with a refusal; only what makes the whole file
 * unreadable ends it. Messages name members of ours and nothing that the client wrote: they are kept.
 */
import { Compile } from 'typebox/compile';
import type { Catalogue } from '../../../../catalogue/catalogue.ts';
import { assert } from '../../../../core/assert.ts';
import { Refusal } from '../../../../core/errors.ts';
import { MalformedJson, parseJson } from '../../../../core/json.ts';
import type { NewRow } from '../../../../orders/bulk/batch.ts';
import { type Refused, refused } from '../../../../orders/stored-order.ts';
import { readCells } from '../../../../platform/csv-cells.ts';
import { cutRecords, textOf } from '../../../../platform/records.ts';
import {
  BATCH_ROWS_MAX,
  BatchRow,
  type CSV_TYPE,
  type NDJSON_TYPE,
  ROW_BYTES_MAX,
} from '../../wire-batches.ts';
import type { OrderRequest } from '../../wire-orders.ts';
import { type Column, readHeader, rowOf } from './csv-record.ts';

export type BatchType = typeof NDJSON_TYPE | typeof CSV_TYPE;

const validator = Compile(BatchRow);
const KNOWN_MEMBER = /^[a-z_.]{1,60}$/;

export async function* readRows(
  catalogue: Catalogue,
  type: BatchType,
  bytes: AsyncIterable<Buffer>,
): AsyncGenerator<NewRow> {
  const isCsv = type === 'text/csv';
  let columns: Column[] | undefined;
  let count = 0;
  for await (const record of cutRecords(bytes, {
    bytesMax: ROW_BYTES_MAX,
    quotes: isCsv ? 'bind' : 'ignored',
  })) {
    const text = record.bytes && textOf(record.bytes);
    if (text?.trim() === '') continue;
    if (isCsv && !columns) {
      columns = readHeader((text === undefined ? undefined : readCells(text)) ?? []);
      continue;
    }
    count += 1;
    if (count > BATCH_ROWS_MAX) throw new Refusal('body_too_large');
    yield { line: record.line, ...readRow(catalogue, { record, text, columns }) };
  }
}

type Row = Omit<NewRow, 'line'>;

function readRow(
  catalogue: Catalogue,
  {
    record,
    text,
    columns,
  }: {
    readonly record: { readonly bytes: Buffer | undefined };
    readonly text: string | undefined;
    readonly columns: readonly Column[] | undefined;
  },
): Row {
  if (record.bytes === undefined)
    return unread('malformed_request', `It is longer than ${ROW_BYTES_MAX} bytes.`);
  if (text === undefined) return unread('malformed_request', 'It is not UTF-8.');
  const value = columns ? readCsvRow(columns, text) : readJsonRow(text);
  if ('kind' in value) return { reference: undefined, ask: value };
  const { row } = value;
  if (!validator.Check(row)) return { reference: referenceOf(row), ask: wrong(issuesOf(row)) };
  return { reference: row.reference, ask: askOf(catalogue, row) };
}

function readJsonRow(text: string): { readonly row: unknown } | Refused {
  try {
    return { row: parseJson(text) };
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    return because('malformed_request', `The JSON cannot be read: ${error.message}.`);
  }
}

function readCsvRow(columns: readonly Column[], text: string): { readonly row: unknown } | Refused {
  const cells = readCells(text);
  if (!cells) return because('malformed_request', 'Its quotes are not those of CSV.');
  if (cells.length !== columns.length) {
    return because(
      'malformed_request',
      `It has ${cells.length} cells, and the header has ${columns.length}.`,
    );
  }
  if (/\0/.test(text) || !text.isWellFormed()) return because('malformed_request', 'It holds U+0000.');
  return { row: rowOf(columns, cells) };
}

/** What `POST /v1/orders` would be asked. */
function askOf(catalogue: Catalogue, row: BatchRow): NewRow['ask'] {
  const { operator: operatorId, product, reference: _, ...rest } = row;
  if ((product === undefined) === (operatorId === undefined)) {
    return wrong(['product: one of product and operator is required']);
  }
  const operator = operatorId === undefined ? undefined : catalogue.operator(operatorId);
  if (operatorId !== undefined && !operator) return refused('operator_not_found');
  const productId = product ?? (operator && catalogue.mainProduct(operator).id);
  assert(productId !== undefined, 'one of the two was given');
  const request: Omit<OrderRequest, 'reference'> = { product: productId, ...rest };
  return { kind: 'order', request: JSON.stringify(request) };
}

function issuesOf(row: unknown): string[] {
  const issues = validator.Errors(row).map(({ instancePath, message }) => {
    const field = instancePath.slice(1).replaceAll('/', '.');
    return KNOWN_MEMBER.test(field) ? `${field}: ${message}` : message;
  });
  return [...new Set(issues)];
}

/** For people who look for the row. */
function referenceOf(row: unknown): string | undefined {
  if (typeof row !== 'object' || row === null || !('reference' in row)) return undefined;
  return validator.Check({ ...PLAIN_ROW, reference: row.reference }) ? (row.reference as string) : undefined;
}

/** Right but for its reference. */
const PLAIN_ROW = {
  product: 1,
  recipient: { phone: '+1' },
  amount: { value: '1', currency: 'USD' },
} as const satisfies Omit<BatchRow, 'reference'>;

function wrong(issues: readonly string[]): Refused {
  return because('invalid_request', `${issues.join('; ')}.`);
}

function unread(code: Refused['code'], message: string): Row {
  return { reference: undefined, ask: because(code, message) };
}

function because(code: Refused['code'], message: string): Refused {
  return { kind: 'refused', code, message };
}
