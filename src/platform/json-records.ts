/**
 * Cuts a stream of bytes into JSON values: the elements of one array, or else the lines. What marks them is single
 * bytes in UTF-8, so nothing is decoded before a value is whole, and no more than one is in memory.
 */
import { cutRecords, type Record } from './records.ts';

const OPENING = '['.charCodeAt(0);
const CLOSING = ']'.charCodeAt(0);
const OPEN_BRACE = '{'.charCodeAt(0);
const CLOSE_BRACE = '}'.charCodeAt(0);
const COMMA = ','.charCodeAt(0);
const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);
const LINE_FEED = '\n'.charCodeAt(0);
/** White space, and the three bytes of a byte order mark. */
const SKIPPED: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** An array that breaks off, or that something follows, ends with a record that is no JSON. */
export async function* cutJsonRecords(
  bytes: AsyncIterable<Buffer>,
  { bytesMax }: { readonly bytesMax: number },
): AsyncGenerator<Record> {
  const source = bytes[Symbol.asyncIterator]();
  const begun: Buffer[] = [];
  let first: number | undefined;
  while (first === undefined) {
    const { done, value } = await source.next();
    if (done) break;
    begun.push(value);
    first = value.find((byte) => !SKIPPED.has(byte));
  }
  const whole = chain(begun, source);
  yield* first === OPENING ? cutArray(whole, bytesMax) : cutRecords(whole, { bytesMax, quotes: 'ignored' });
}

async function* chain(begun: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* begun;
  yield* { [Symbol.asyncIterator]: () => rest };
}

async function* cutArray(bytes: AsyncIterable<Buffer>, bytesMax: number): AsyncGenerator<Record> {
  let pieces: Buffer[] = [];
  let size = 0;
  /** 1 inside the list, more inside an element. */
  let depth = 0;
  let line = 1;
  let beginsAt = 1;
  let inString = false;
  let escaped = false;
  let isBegun = false;
  let isOver = false;
  const take = (piece: Buffer) => {
    // Of an element that is too long already, only that it is.
    if (size <= bytesMax) pieces.push(piece);
    size += piece.length;
  };
  const end = (): Record => {
    const record = { line: beginsAt, bytes: size <= bytesMax ? Buffer.concat(pieces) : undefined };
    pieces = [];
    size = 0;
    isBegun = false;
    return record;
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === LINE_FEED) line += 1;
      if (inString) {
        inString = escaped || byte !== QUOTE;
        escaped = !escaped && byte === BACKSLASH;
        continue;
      }
      if (depth === 0 && !isOver && byte === OPENING) {
        depth = 1;
        continue;
      }
      if (depth === 1 && (byte === COMMA || byte === CLOSING)) {
        if (isBegun) {
          take(chunk.subarray(from, at));
          yield end();
        }
        isOver = byte === CLOSING;
        if (isOver) depth = 0;
        continue;
      }
      if (SKIPPED.has(byte)) continue;
      if (!isBegun) {
        isBegun = true;
        from = at;
        beginsAt = line;
      }
      if (byte === QUOTE) inString = true;
      else if (byte === OPEN_BRACE || byte === OPENING) depth += 1;
      else if (depth > 1 && (byte === CLOSE_BRACE || byte === CLOSING)) depth -= 1;
    }
    if (isBegun) take(chunk.subarray(from));
  }
  if (isBegun || !isOver) yield isOver ? { line: beginsAt, bytes: Buffer.alloc(0) } : end();
}
