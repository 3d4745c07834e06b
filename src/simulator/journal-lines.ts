/** Reads whole lines of a file with their places, in constant memory. A last line without its end is left out. */
import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

export interface Line {
  readonly line: string;
  /** Byte offsets of the line in the file; `end` is past its newline. */
  readonly start: number;
  readonly end: number;
}

/** The complete lines between the byte offsets `from` and `to` (default: the end of the file). */
export function* readLines(
  path: string,
  range: { readonly from: number; readonly to?: number },
): Generator<Line> {
  const file = openSync(path, 'r');
  try {
    let start = range.from;
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const chunk = readChunk(file, { at: start + rest.length, to: range.to ?? Number.POSITIVE_INFINITY });
      if (chunk.length === 0) return;
      const text = Buffer.concat([rest, chunk]);
      let lineStart = 0;
      for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, lineStart)) {
        yield { line: text.toString('utf8', lineStart, end), start: start + lineStart, end: start + end + 1 };
        lineStart = end + 1;
      }
      start += lineStart;
      rest = text.subarray(lineStart);
    }
  } finally {
    closeSync(file);
  }
}

function readChunk(file: number, place: { readonly at: number; readonly to: number }): Buffer {
  const bytes = Math.min(CHUNK_BYTES, place.to - place.at);
  if (bytes <= 0) return Buffer.alloc(0);
  const chunk = Buffer.allocUnsafe(bytes);
  return chunk.subarray(0, readSync(file, chunk, 0, bytes, place.at));
}
