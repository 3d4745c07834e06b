/** Parameters of a request by name, from body and query. What cannot be read is refused by name. */
import { Refusal } from '../../../core/errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Undefined for a body that is not an object. */
export function fieldsOf(body: unknown): Fields | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  return body as Fields; // an object, by the guard above
}

/** A text or a number as text, without spaces around it; undefined when it is absent, null or empty. */
export function readText(
  fields: Fields,
  name: string,
  limits: { readonly charactersMax: number },
): string | undefined {
  const value = textOf(fields[name]);
  if (value === undefined) throw wrong(name, 'must be one text');
  if (value === '') return undefined;
  // Also what no column takes and no log line should hold.
  if (value.length > limits.charactersMax || /\p{Cc}/u.test(value)) throw wrong(name, 'is not a short text');
  return value;
}

/** For echoes: never refuses, never long. */
export function echoOf(fields: Fields, name: string): string {
  return (textOf(fields[name]) ?? '').slice(0, ECHO_CHARACTERS_MAX).toWellFormed();
}

const ECHO_CHARACTERS_MAX = 100;

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return '';
  // A number that came through the strict parser prints as it was written.
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : undefined;
}

export function wrong(field: string, issue: string): Refusal {
  return new Refusal('invalid_request', { issues: [{ field, issue }] });
}
