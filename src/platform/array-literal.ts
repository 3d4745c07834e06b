/**
 * PostgreSQL's text form of an array. The driver's own writer looks at every element of every type; a batch has
 * thousands of them, most of which need no quoting: for those a join is enough.
 */
const PLAIN = /^[A-Za-z0-9_:.+-]+$/;
const NULL = 'NULL';

export function arrayLiteral(values: readonly unknown[]): string {
  return columnLiteral(values, (value) => value);
}

/** The same of one column of many rows. What stands in a row as in the one before it is written once. */
export function columnLiteral<Row>(rows: readonly Row[], pick: (row: Row) => unknown): string {
  let text = '{';
  let last: unknown;
  let written = NULL;
  for (let index = 0; index < rows.length; index++) {
    const value = pick(rows[index] as Row); // below its length
    if (value !== last) {
      last = value;
      written = element(value);
    }
    text += index > 0 ? `,${written}` : written;
  }
  return `${text}}`;
}

function element(value: unknown): string {
  switch (typeof value) {
    case 'string':
      // `null` unquoted would be no value at all.
      return PLAIN.test(value) && !(value.length === 4 && value.toLowerCase() === 'null')
        ? value
        : quoted(value);
    case 'bigint':
    case 'number':
      return String(value);
    case 'boolean':
      return value ? 't' : 'f';
    default:
      if (value === null || value === undefined) return NULL;
      if (Buffer.isBuffer(value)) return `"\\\\x${value.toString('hex')}"`;
      throw new TypeError('arrays take strings, numbers, booleans, bytes and nulls');
  }
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
