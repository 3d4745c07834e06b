/**
 * PostgreSQL's text form of an array. The driver's own writer looks at every element of every type; a batch has
 * thousands of them, most of which need no quoting: for those a join is enough.
 */
const PLAIN = /^[A-Za-z0-9_:.+-]+$/;

export function arrayLiteral(values: readonly unknown[]): string {
  let text = '{';
  for (let index = 0; index < values.length; index++) {
    if (index > 0) text += ',';
    text += element(values[index]);
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
      if (value === null || value === undefined) return 'NULL';
      if (Buffer.isBuffer(value)) return `"\\\\x${value.toString('hex')}"`;
      throw new TypeError('arrays take strings, numbers, booleans, bytes and nulls');
  }
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
