/** Parameters of a query, read one by one. What cannot be read is refused by name. */
import { Refusal } from '../../../core/errors.ts';

/** Fastify's: a name that stands twice has an array. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

const TEXT_CHARACTERS_MAX = 300;

/** Undefined when it is absent or empty. */
export function readText(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || value.length > TEXT_CHARACTERS_MAX || value.includes('\0'))
    throw wrong(name, 'is not one short text');
  return value;
}

export function readFlag(query: Query, name: string, fallback: 'true' | 'false'): boolean {
  const value = readText(query, name)?.toLowerCase() ?? fallback;
  if (value !== 'true' && value !== 'false') throw wrong(name, 'must be true or false');
  return value === 'true';
}

/** A whole number of at most nine digits. */
export function readWhole(query: Query, name: string): number | undefined {
  const value = readText(query, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,9}$/.test(value)) throw wrong(name, 'must be a whole number');
  return Number(value);
}

export function wrong(field: string, issue: string): Refusal {
  return new Refusal('invalid_request', { issues: [{ field, issue }] });
}
