/**
 * The lines of a statement, one by one, in constant memory. A line that cannot be read is a line with its issue; only
 * what makes the whole file unreadable ends it.
 */
import { createHash } from 'node:crypto';
import { MalformedJson, parseJson } from '../core/json.ts';
import { readCells } from '../platform/csv-cells.ts';
import { cutJsonRecords } from '../platform/json-records.ts';
import { cutRecords, type Record as FileRecord, textOf } from '../platform/records.ts';
import { FIELDS, type Field, type Mapping } from './mapping.ts';
import { type Cells, createLineReader, type LineRead } from './read-line.ts';

export interface NumberedLine {
  /** In the file, from 1; where it begins. */
  readonly number: number;
  readonly read: LineRead;
  /** SHA-256 of the line as it stands, hex: what tells those apart that cannot be read. */
  readonly raw: string;
}

/** The file as a whole cannot be read as the mapping says. One line for whoever gave it. */
export class UnreadableStatement extends Error {
  override readonly name = 'UnreadableStatement';
}

/** Of one line, far above any that a provider writes. */
const LINE_BYTES_MAX = 16_384;

type Read = { readonly cells: Cells } | { readonly issue: string };

export async function* readStatementFile(
  mapping: Mapping,
  bytes: AsyncIterable<Buffer>,
): AsyncGenerator<NumberedLine> {
  const readLine = createLineReader(mapping);
  const isCsv = mapping.format === 'csv';
  let readText = isCsv ? undefined : readObject(mapping);
  const records = isCsv
    ? cutRecords(bytes, { bytesMax: LINE_BYTES_MAX, quotes: 'bind' })
    : cutJsonRecords(bytes, { bytesMax: LINE_BYTES_MAX });
  let number = 0;
  for await (const record of records) {
    const text = record.bytes && textOf(record.bytes);
    if (isCsv && text?.trim() === '') continue;
    if (!readText) {
      readText = readRow(mapping, text ?? '');
      continue;
    }
    // Elements of one list may stand on one line: then each counts on.
    number = Math.max(number + 1, record.line);
    const read = readRecord(record, text, readText);
    yield {
      number,
      raw: createHash('sha256')
        .update(record.bytes ?? `${number}`)
        .digest('hex'),
      read: 'issue' in read ? { kind: 'malformed', issue: read.issue } : readLine(read.cells),
    };
  }
}

function readRecord(record: FileRecord, text: string | undefined, readText: (text: string) => Read): Read {
  if (record.bytes === undefined) return { issue: `the line is longer than ${LINE_BYTES_MAX} bytes` };
  if (text === undefined || text.includes('\0')) return { issue: 'the line is no text in UTF-8' };
  return readText(text);
}

/** By the header, in which each column stands once. */
function readRow({ columns, delimiter }: Mapping, header: string): (text: string) => Read {
  const names = (readCells(header, delimiter) ?? []).map((name) => name.trim());
  const places = new Map<Field, number>();
  for (const field of FIELDS) {
    const column = columns[field];
    if (column === undefined) continue;
    const place = names.indexOf(column);
    if (place >= 0) places.set(field, place);
    if (names.lastIndexOf(column) !== place)
      throw new UnreadableStatement(`the column "${column}" stands twice`);
  }
  const missing = (['verdict', 'amount', 'at'] as const).find((field) => !places.has(field));
  if (missing) throw new UnreadableStatement(`the file has no column "${columns[missing]}" (${missing})`);
  return (text) => {
    const cells = readCells(text, delimiter);
    if (!cells) return { issue: 'its quotes are not those of CSV' };
    if (cells.length !== names.length)
      return { issue: `it has ${cells.length} cells, and the header ${names.length}` };
    return { cells: (field) => cells[places.get(field) ?? -1] };
  };
}

function readObject({ columns }: Mapping): (text: string) => Read {
  return (text) => {
    const value = parsed(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { issue: 'it is no JSON object' };
    const members = new Map(Object.entries(value));
    return { cells: (field) => written(members.get(columns[field] ?? '')) };
  };
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof MalformedJson) return undefined;
    throw error;
  }
}

/** What reads as text; numbers come through with all their digits, or not at all. */
function written(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}
