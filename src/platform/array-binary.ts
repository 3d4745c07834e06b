/**
 * PostgreSQL's binary form of an array, which it takes as it is: of the text form it reads every character, and a batch
 * has thousands of values. The layout is that of `array_recv`, and for a value that of its type's own `*_recv`.
 */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NO_VALUE = -1;
const UTF8_BYTES_MAX = 3; // of a UTF-16 unit

/** Types whose values have one size. `oid` is the type's number in `pg_type`, which is the same in every database. */
const FIXED = {
  boolean: fixed(16, 1, (view, at, value) => view.setInt8(at, flag(value) ? 1 : 0)),
  smallint: fixed(21, 2, (view, at, value) => view.setInt16(at, whole(value, 16))),
  integer: fixed(23, 4, (view, at, value) => view.setInt32(at, whole(value, 32))),
  bigint: fixed(20, 8, (view, at, value) => view.setBigInt64(at, long(value))),
  'double precision': fixed(701, 8, (view, at, value) => view.setFloat64(at, number(value))),
  uuid: fixed(2950, 16, putUuid),
} as const;

/** Types whose values have any size: how many bytes one may need, and what writes it and says how many it has. */
const VARIABLE = {
  text: {
    oid: 25,
    bytesMax: (value: unknown) => text(value).length * UTF8_BYTES_MAX,
    put: (to: Buffer, at: number, value: unknown) => to.write(text(value), at),
  },
  bytea: {
    oid: 17,
    bytesMax: (value: unknown) => bytes(value).length,
    put: (to: Buffer, at: number, value: unknown) => bytes(value).copy(to, at),
  },
} as const;

export type ColumnType = keyof typeof FIXED | keyof typeof VARIABLE;

/** What stands in one column of a row. */
export type Column<Row> = readonly [type: ColumnType, pick: (row: Row) => unknown];

/** One column of many rows as the parameter of a statement. Undefined is null. Throws for what its type cannot hold. */
export type ColumnOf = <Row>(type: ColumnType, rows: readonly Row[], pick: (row: Row) => unknown) => Buffer;

/** The columns of a full batch. One that needs more than is left takes memory of its own. */
const BLOCK_BYTES = 1024 * 1024;
const FREE_BLOCKS_MAX = 8;
/**
 * Used again and again: the collector has to look after each buffer that stands outside the heap, and those of a batch
 * are forty.
 */
const freeBlocks: Buffer[] = [];

/** Gives `ask` what makes columns for one statement. They are worth nothing once it is answered. */
export async function withColumns<Answer>(ask: (column: ColumnOf) => Promise<Answer>): Promise<Answer> {
  const block = freeBlocks.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let used = 0;
  try {
    return await ask((type, rows, pick) => {
      const room = block.subarray(used);
      const column = columnIn(room, type, rows.map(pick));
      if (column.buffer === block.buffer) used += column.length;
      return column;
    });
  } finally {
    // The driver copied them when it sent the statement; one that was answered without being sent never will be.
    if (freeBlocks.length < FREE_BLOCKS_MAX) freeBlocks.push(block);
  }
}

function columnIn(room: Buffer, type: ColumnType, values: readonly unknown[]): Buffer {
  return type === 'text' || type === 'bytea'
    ? variableColumn(room, VARIABLE[type], values)
    : fixedColumn(room, FIXED[type], values);
}

function fixedColumn(room: Buffer, type: Fixed, values: readonly unknown[]): Buffer {
  const column = enough(room, HEADER_BYTES + values.length * (LENGTH_BYTES + type.bytes));
  const view = new DataView(column.buffer, column.byteOffset, column.length);
  let at = HEADER_BYTES;
  let hasNulls = false;
  for (const value of values) {
    const isNull = value === null || value === undefined;
    view.setInt32(at, isNull ? NO_VALUE : type.bytes);
    at += LENGTH_BYTES;
    if (isNull) {
      hasNulls = true;
    } else {
      type.put(view, at, value);
      at += type.bytes;
    }
  }
  return finished(column, at, { oid: type.oid, count: values.length, hasNulls });
}

function variableColumn(room: Buffer, type: Variable, values: readonly unknown[]): Buffer {
  let bytesMax = HEADER_BYTES;
  for (const value of values) bytesMax += LENGTH_BYTES + (value == null ? 0 : type.bytesMax(value));
  const column = enough(room, bytesMax);
  let at = HEADER_BYTES;
  let hasNulls = false;
  let last: unknown;
  let lastAt = 0;
  let lastEnd = 0;
  for (const value of values) {
    if (value === null || value === undefined) {
      column.writeInt32BE(NO_VALUE, at);
      at += LENGTH_BYTES;
      hasNulls = true;
    } else if (value === last) {
      // What stands in a row is often what stands in the one before it.
      at += column.copy(column, at, lastAt, lastEnd);
    } else {
      const size = type.put(column, at + LENGTH_BYTES, value);
      column.writeInt32BE(size, at);
      last = value;
      lastAt = at;
      at += LENGTH_BYTES + size;
      lastEnd = at;
    }
  }
  return finished(column, at, { oid: type.oid, count: values.length, hasNulls });
}

function enough(room: Buffer, size: number): Buffer {
  return size <= room.length ? room : Buffer.allocUnsafe(size);
}

function finished(
  column: Buffer,
  end: number,
  of: { oid: number; count: number; hasNulls: boolean },
): Buffer {
  column.writeInt32BE(of.count === 0 ? 0 : 1, 0); // dimensions
  column.writeInt32BE(of.hasNulls ? 1 : 0, 4);
  column.writeInt32BE(of.oid, 8);
  if (of.count === 0) return column.subarray(0, 12);
  column.writeInt32BE(of.count, 12);
  column.writeInt32BE(1, 16); // where its indexes begin
  return column.subarray(0, end);
}

type Put = (view: DataView, at: number, value: unknown) => void;
type Fixed = ReturnType<typeof fixed>;
type Variable = (typeof VARIABLE)[keyof typeof VARIABLE];

function fixed(oid: number, size: number, put: Put) {
  return { oid, bytes: size, put };
}

const UUID_CHARS = 36;
/** Where its digits stand, two by two: `01234567-89ab-cdef-0123-456789abcdef`. */
const UUID_PAIRS = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34);
const UUID_DASHES = [8, 13, 18, 23];
const NO_DIGIT = 0xff;
/** What a character stands for, by its code. */
const DIGITS = new Uint8Array(128).fill(NO_DIGIT);
for (const digit of '0123456789abcdefABCDEF') DIGITS[digit.charCodeAt(0)] = Number.parseInt(digit, 16);

/** As PostgreSQL writes them, with four dashes. */
function putUuid(view: DataView, at: number, value: unknown): void {
  const given = text(value);
  if (given.length !== UUID_CHARS || UUID_DASHES.some((dash) => given[dash] !== '-'))
    throw unfit('uuid', value);
  for (let byte = 0; byte < UUID_PAIRS.length; byte++) {
    const from = UUID_PAIRS[byte] as number; // below its length
    const high = DIGITS[given.charCodeAt(from)] ?? NO_DIGIT;
    const low = DIGITS[given.charCodeAt(from + 1)] ?? NO_DIGIT;
    if (high === NO_DIGIT || low === NO_DIGIT) throw unfit('uuid', value);
    view.setUint8(at + byte, (high << 4) | low);
  }
}

function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw unfit('boolean', value);
  return value;
}

function whole(value: unknown, bits: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw unfit('whole number', value);
  const limit = 2 ** (bits - 1);
  if (value < -limit || value >= limit) throw new RangeError(`${value} has more than ${bits} bits`);
  return value;
}

function long(value: unknown): bigint {
  const given = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof given !== 'bigint') throw unfit('whole number', value);
  if (BigInt.asIntN(64, given) !== given) throw new RangeError(`${given} has more than 64 bits`);
  return given;
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw unfit('number', value);
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw unfit('text', value);
  return value;
}

function bytes(value: unknown): Buffer {
  if (!Buffer.isBuffer(value)) throw unfit('buffer', value);
  return value;
}

/** The value itself is not told: it may be somebody's number. */
function unfit(wanted: string, value: unknown): TypeError {
  return new TypeError(`a column of ${wanted}s does not take this ${typeof value}`);
}
