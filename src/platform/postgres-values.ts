/** How values of PostgreSQL arrive: what the doc of `postgres.ts` says of them. */
import { type CustomTypesConfig, types as defaultTypes } from 'pg';

const INT8 = 20;
const INT8_ARRAY = 1016;
const DATE = 1082;
const DATE_ARRAY = 1182;
const NUMERIC_ARRAY = 1231;

/** Own parsers for our connections only; the driver's global table stays as it is. */
export const types: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return (text: string) => BigInt(text);
    if (oid === INT8_ARRAY) return (text: string) => flatArray(text, BigInt);
    if (oid === DATE) return (text: string) => text;
    if (oid === DATE_ARRAY || oid === NUMERIC_ARRAY) return (text: string) => flatArray(text, String);
    return defaultTypes.getTypeParser(oid, format as 'text');
  },
};

/** One-dimensional arrays of values that PostgreSQL never quotes: `{1,NULL,3}`. */
function flatArray<T>(text: string, parse: (item: string) => T): (T | null)[] {
  if (text === '{}') return [];
  return text
    .slice(1, -1)
    .split(',')
    .map((item) => (item === 'NULL' ? null : parse(item)));
}
