/**
 * Cuts a stream of bytes into records: lines, or for CSV lines that do not end inside quotes. Line ends and quotes
 * are single bytes in UTF-8, so nothing is decoded before a record is whole. Pure but for the reading.
 */

/** A record and the line on which it begins, from 1. Undefined bytes: it was longer than is taken. */
export interface Record {
  readonly line: number;
  readonly bytes: Buffer | undefined;
}

const LINE_FEED = 0x0a;
const QUOTE = 0x22;

export async function* cutRecords(
  bytes: AsyncIterable<Buffer>,
  terms: { readonly bytesMax: number; readonly quotes: 'bind' | 'ignored' },
): AsyncGenerator<Record> {
  let pieces: Buffer[] = [];
  let size = 0;
  let line = 1;
  let beginsAt = 1;
  let quoted = false;
  const end = (): Record => {
    const record = { line: beginsAt, bytes: size <= terms.bytesMax ? Buffer.concat(pieces) : undefined };
    pieces = [];
    size = 0;
    quoted = false;
    beginsAt = line;
    return record;
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === QUOTE && terms.quotes === 'bind') quoted = !quoted;
      if (byte !== LINE_FEED) continue;
      line += 1;
      // A quote that never closes must not swallow the file: past the limit a line end is one again.
      if (quoted && size + at - from < terms.bytesMax) continue;
      pieces.push(chunk.subarray(from, at));
      size += at - from;
      from = at + 1;
      yield end();
    }
    // Of a record that is too long already, only that it is.
    if (size <= terms.bytesMax) pieces.push(chunk.subarray(from));
    size += chunk.length - from;
  }
  if (size > 0) yield end();
}

/** The text of a record without the end of its line; undefined when it is not UTF-8. */
export function textOf(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes).replace(/\r$/, '');
  } catch {
    return undefined;
  }
}

/** Takes a byte order mark away, too. */
const decoder = new TextDecoder('utf-8', { fatal: true });
