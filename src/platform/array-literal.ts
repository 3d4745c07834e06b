/**
 * PostgreSQL's text form of an array. The driver's own writer quotes every element; most need no quoting. Columns of a
 * batch leave in binary form (array-binary.ts).
 */
const PLAIN = /^[A-Za-z0-9_:.+-]+$/;
const NULL = 'NULL';

export function arrayLiteral(values: readonly unknown[]): string {
  return `{${values.map(element).join(',')}}`;
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
