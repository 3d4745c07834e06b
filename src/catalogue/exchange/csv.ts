/** CSV as RFC 4180 has it, read with the line on which each row begins. Pure. */
import { quoteCell } from '../../platform/csv.ts';

export interface CsvLine {
  /** From 1; a row whose cells hold line breaks is named by its first line. */
  readonly line: number;
  readonly cells: readonly string[];
}

export type CsvRead =
  | { readonly kind: 'read'; readonly lines: readonly CsvLine[] }
  | { readonly kind: 'broken'; readonly line: number; readonly issue: string };

const BYTE_ORDER_MARK = '\ufeff';

/** Empty lines are left out. */
export function parseCsv(text: string): CsvRead {
  const lines: CsvLine[] = [];
  let at = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const first = line;
    const cells: string[] = [];
    for (;;) {
      if (text[at] === '"') {
        let cell = '';
        for (;;) {
          const end = text.indexOf('"', at + 1);
          if (end < 0) return { kind: 'broken', line: first, issue: 'a quoted cell has no end' };
          cell += text.slice(at + 1, end);
          at = end + 1;
          if (text[at] !== '"') break;
          cell += '"';
        }
        line += cell.split('\n').length - 1;
        cells.push(cell);
        if (at < text.length && !/[,\r\n]/.test(text[at] ?? ''))
          return { kind: 'broken', line, issue: 'there is text after the end of a quoted cell' };
      } else {
        const end = endOfCell(text, at);
        cells.push(text.slice(at, end));
        at = end;
      }
      if (text[at] !== ',') break;
      at++;
    }
    if (text[at] === '\r') at++;
    if (at < text.length && text[at] !== '\n')
      return { kind: 'broken', line, issue: 'a line break is not one' };
    at++;
    line++;
    if (cells.length > 1 || cells[0] !== '') lines.push({ line: first, cells });
  }
  return { kind: 'read', lines };
}

function endOfCell(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== ',' && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

export function writeCsvLine(cells: readonly string[]): string {
  return `${cells.map(quoteCell).join(',')}\r\n`;
}
