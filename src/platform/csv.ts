/**
 * Lists as CSV (RFC 4180): a header line, CRLF, quotes only where they are needed, no byte order mark. Pure.
 *
 * Spreadsheets run what looks like a formula, and references and answers of operators are text that others wrote.
 * One rule keeps such text text, and can be undone: a cell that begins with `=`, `+`, `-`, `@`, an apostrophe, a tab
 * or a line break gets an apostrophe in front, unless it is a sign and digits with at most one point (amounts and
 * phone numbers are). Who reads by a program takes one leading apostrophe away.
 */

/** The columns in their order: how a row's cell is written. Undefined and null are empty cells. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => string | number | null | undefined>>;

const FORMULA_START = /^[=+\-@'\t\r\n]/;
const SIGNED_NUMBER = /^[+-]\d+(\.\d+)?$/;
const QUOTED = /[",\r\n]/;
const LINE_END = '\r\n';

export function writeCsv<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  return writeCsvHeader(columns) + writeCsvRows(columns, rows);
}

/** A file that is too long for one text begins with this. */
export function writeCsvHeader<Row>(columns: Columns<Row>): string {
  return Object.keys(columns).join(',') + LINE_END;
}

export function writeCsvRows<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  const cells = Object.values(columns);
  return rows.map((row) => cells.map((cellOf) => writeCell(cellOf(row))).join(',') + LINE_END).join('');
}

function writeCell(value: string | number | null | undefined): string {
  const text = String(value ?? '');
  const safe = FORMULA_START.test(text) && !SIGNED_NUMBER.test(text) ? `'${text}` : text;
  return quoteCell(safe);
}

export function quoteCell(text: string): string {
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
