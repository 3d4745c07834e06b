/** Files of the catalogue, both ways: CSV of one part, or JSON of any. Every row is read, and every fault named. Pure. */
import { currency } from '../../core/currency.ts';
import type { CatalogueRows } from '../rows.ts';
import { type Json, type Kind, LIST_SEPARATOR, type Money, textOf } from './cells.ts';
import { parseCsv, writeCsvLine } from './csv.ts';
import { PARTS, type Part, type PartName, type Row } from './parts.ts';

export interface Fault {
  readonly part: PartName;
  /** Of a CSV the line, from 1 with the heading; of JSON the row, from 1. */
  readonly line: number;
  readonly column: string;
  readonly issue: string;
}

export interface PlacedRow {
  readonly line: number;
  readonly row: Row;
}

export interface Reading {
  readonly rows: Partial<Record<PartName, readonly PlacedRow[]>>;
  readonly faults: readonly Fault[];
}

export function writeJson(catalogue: CatalogueRows, names: readonly PartName[]): string {
  const parts = names.map((name) => {
    const rows = shownRows(PARTS[name], catalogue).map((row) => JSON.stringify(row));
    return `${JSON.stringify(name)}: [\n${rows.join(',\n')}\n]`;
  });
  return `{\n${parts.join(',\n')}\n}\n`;
}

export function writeCsv(catalogue: CatalogueRows, name: PartName): string {
  const part: Part = PARTS[name];
  const columns = Object.keys(part.columns);
  const lines = shownRows(part, catalogue).map((row) => columns.map((column) => textOf(row[column])));
  return [columns, ...lines].map(writeCsvLine).join('');
}

/** By key, so that two exports of one catalogue are one text. */
function shownRows(part: Part, catalogue: CatalogueRows): Row[] {
  return part
    .rowsOf(catalogue)
    .toSorted((a, b) => compare(a[part.key] ?? null, b[part.key] ?? null))
    .map((row) => showRow(part, row));
}

export function showRow({ columns }: Part, row: Row): Row {
  const money = moneyOf(row['currency']);
  return Object.fromEntries(
    Object.entries(columns).map(([column, kind]) => [column, kind.show(row[column] ?? null, money)]),
  );
}

export function readJson(text: string): Reading {
  const broken = (issue: string): Reading => ({
    rows: {},
    faults: [{ part: 'operators', line: 0, column: '', issue }],
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return broken(`is no JSON: ${error instanceof Error ? error.message : ''}`);
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
    return broken('must be an object');
  const readings = Object.entries(parsed).map(([name, rows]): Reading => {
    if (!isPartName(name)) return broken(`"${name}" is no part of the catalogue`);
    if (!Array.isArray(rows)) return broken(`"${name}" must be a list`);
    return readRows(
      name,
      rows.map((given: unknown, at) => ({ line: at + 1, given })),
    );
  });
  return {
    rows: Object.assign({}, ...readings.map(({ rows }) => rows)) as Reading['rows'], // of such rows
    faults: readings.flatMap(({ faults }) => faults),
  };
}

export function readCsv(text: string, name: PartName): Reading {
  const fault = (line: number, column: string, issue: string): Reading => ({
    rows: {},
    faults: [{ part: name, line, column, issue }],
  });
  const read = parseCsv(text);
  if (read.kind === 'broken') return fault(read.line, '', read.issue);
  const [heading, ...lines] = read.lines;
  if (!heading) return fault(1, '', 'there is no heading');
  const columns: Readonly<Record<string, Kind>> = PARTS[name].columns;
  const unknown = heading.cells.find((column) => !(column in columns));
  if (unknown !== undefined) return fault(1, unknown, `is no column of ${name}`);
  const torn = lines.find(({ cells }) => cells.length !== heading.cells.length);
  if (torn) return fault(torn.line, '', `has ${torn.cells.length} cells, not ${heading.cells.length}`);
  return readRows(
    name,
    lines.map(({ line, cells }) => ({
      line,
      given: Object.fromEntries(
        heading.cells.map((column, at) => [column, csvValue(columns[column], cells[at] ?? '')]),
      ),
    })),
  );
}

function readRows(name: PartName, given: readonly { line: number; given: unknown }[]): Reading {
  const part: Part = PARTS[name];
  const faults: Fault[] = [];
  const rows: PlacedRow[] = [];
  const lineOf = new Map<Json, number>();
  for (const { line, given: fields } of given) {
    const say = (column: string, issue: string) => void faults.push({ part: name, line, column, issue });
    if (fields === null || typeof fields !== 'object' || Array.isArray(fields)) {
      say('', 'must be an object');
      continue;
    }
    const before = faults.length;
    const row = readRow(part, fields as Readonly<Record<string, Json>>, say); // parsed JSON
    if (faults.length > before) continue;
    for (const { column, issue } of part.check(row)) say(column, issue);
    const key = row[part.key] ?? null;
    const first = lineOf.get(key);
    if (first === undefined) lineOf.set(key, line);
    else say(part.key, `is that of line ${first} again`);
    if (faults.length === before) rows.push({ line, row });
  }
  return { rows: { [name]: rows }, faults };
}

function readRow(
  { columns }: Part,
  fields: Readonly<Record<string, Json>>,
  say: (column: string, issue: string) => void,
): Row {
  const money = moneyOf(fields['currency']);
  if (typeof fields['currency'] === 'string' && money.exponent === undefined)
    say('currency', 'is no currency of ISO 4217');
  for (const column of Object.keys(fields)) if (!(column in columns)) say(column, 'is no column here');
  return Object.fromEntries(
    Object.entries(columns).map(([column, kind]) => {
      const given = fields[column];
      const read = given === undefined ? { issue: 'is missing' } : kind.read(given, money);
      if ('issue' in read) say(column, read.issue);
      return [column, 'value' in read ? read.value : null];
    }),
  );
}

function moneyOf(code: Json | undefined): Money {
  return { exponent: typeof code === 'string' ? currency(code)?.exponent : undefined };
}

/** An empty cell is null where null may stand. What cannot be read as the form stays text, which the kind refuses. */
function csvValue(kind: Kind | undefined, cell: string): Json {
  if (!kind || (cell === '' && kind.isNullable)) return null;
  switch (kind.form) {
    case 'text':
      return cell;
    case 'number':
      return /^-?\d{1,15}$/.test(cell) ? Number(cell) : cell;
    case 'flag':
      return cell === 'true' ? true : cell === 'false' ? false : cell;
    case 'list':
      return cell === '' ? [] : cell.split(LIST_SEPARATOR);
    case 'map':
      return parsedOr(cell);
  }
}

function parsedOr(cell: string): Json {
  try {
    return JSON.parse(cell) as Json; // what JSON.parse makes
  } catch {
    return cell;
  }
}

function isPartName(name: string): name is PartName {
  return Object.hasOwn(PARTS, name);
}

function compare(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return textOf(a) < textOf(b) ? -1 : 1;
}
