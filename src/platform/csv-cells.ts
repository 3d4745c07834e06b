/**
 * One record of CSV (RFC 4180) into its cells. It undoes what our own files, and many others, do against formulas: one
 * leading apostrophe of a cell is taken away. Pure.
 */

/** What stands between cells: a comma, or what spreadsheets of other countries write. */
export type Delimiter = ',' | ';' | '\t' | '|';

const CELLS = {
  ',': /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y,
  ';': /(?:"((?:[^"]|"")*)"|([^";]*))(;|$)/y,
  '\t': /(?:"((?:[^"]|"")*)"|([^"\t]*))(\t|$)/y,
  '|': /(?:"((?:[^"]|"")*)"|([^"|]*))(\||$)/y,
} as const satisfies Record<Delimiter, RegExp>;

/** Undefined when its quotes are not those of CSV. */
export function readCells(record: string, delimiter: Delimiter = ','): string[] | undefined {
  const cell = CELLS[delimiter];
  const cells: string[] = [];
  cell.lastIndex = 0;
  for (;;) {
    const match = cell.exec(record);
    if (!match) return undefined;
    const [, quoted, plain = '', end] = match;
    cells.push((quoted?.replaceAll('""', '"') ?? plain).replace(/^'/, ''));
    if (end === '') return cells;
  }
}
