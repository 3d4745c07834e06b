/** Writes a statement to a file, row by row, and beside it the key of what was planted. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { STATEMENT_FORMATS } from './statement.ts';
import type { Plant, WrittenRow } from './statement-plants.ts';

/** One line of the key: a break, and where it stands. */
export interface KeyLine extends Plant {
  /** In the file, from 1; null where the break is that there is none. */
  readonly line: number | null;
}

const FILE_MODE = 0o600;
const BUFFER_CHARS = 65_536;

/** Neither file may be there already. Returns how many rows there are, and what was planted among them. */
export function writeStatement(
  rows: Iterable<WrittenRow>,
  files: {
    readonly path: string;
    readonly format: keyof typeof STATEMENT_FORMATS;
    readonly keyPath?: string | undefined;
  },
): { readonly rows: number; readonly planted: readonly KeyLine[] } {
  const format = STATEMENT_FORMATS[files.format];
  const planted: KeyLine[] = [];
  let line = format.head === '' ? 0 : 1;
  const head = line;
  const file = openSync(files.path, 'wx', FILE_MODE);
  try {
    let text = format.head;
    for (const { row, isSpoilt, planted: plant } of rows) {
      if (row) {
        line += 1;
        text += isSpoilt ? format.spoilt(row) : format.row(row);
      }
      if (plant) planted.push({ ...plant, line: row ? line : null });
      if (text.length < BUFFER_CHARS) continue;
      writeSync(file, text);
      text = '';
    }
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
  if (files.keyPath !== undefined) writeKey(files.keyPath, planted);
  return { rows: line - head, planted };
}

function writeKey(path: string, planted: readonly KeyLine[]): void {
  const file = openSync(path, 'wx', FILE_MODE);
  try {
    writeSync(file, planted.map((one) => `${JSON.stringify(one)}\n`).join(''));
  } finally {
    closeSync(file);
  }
}
