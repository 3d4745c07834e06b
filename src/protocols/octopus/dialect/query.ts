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

/** A whole number from 1 on, of at most nine digits. */
export function readPositive(query: Query, name: string): number | undefined {
  const value = readText(query, name);
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(value)) throw wrong(name, 'must be a positive integer');
  return Number(value);
}

export function readOneOf<Word extends string>(
  query: Query,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const value = readText(query, name);
  if (value === undefined) return undefined;
  const word = words.find((one) => one === value);
  if (word === undefined) throw wrong(name, `must be one of ${words.join(', ')}`);
  return word;
}

export function wrong(field: string, issue: string): Refusal {
  return new Refusal('invalid_request', { issues: [{ field, issue }] });
}
