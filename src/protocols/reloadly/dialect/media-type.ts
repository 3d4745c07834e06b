/** Which representation a client wants. There is one, under two names. */
import { MEDIA_TYPE } from '../wire.ts';

const JSON_TYPE = 'application/json';
const REPRESENTATIONS: Readonly<Record<string, string>> = {
  [MEDIA_TYPE]: MEDIA_TYPE,
  [JSON_TYPE]: JSON_TYPE,
  'application/*': JSON_TYPE,
  '*/*': JSON_TYPE,
};

/** What to answer under, by an `Accept` header (RFC 9110, 12.5.1); undefined when nothing of ours is accepted. */
export function representationFor(accept: string | undefined): string | undefined {
  if (accept === undefined || accept.trim() === '') return JSON_TYPE;
  const wanted = accept
    .split(',')
    .map(readRange)
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight); // stable: equal weights stay in the client's order
  return wanted.map(({ type }) => REPRESENTATIONS[type]).find((type) => type !== undefined);
}

function readRange(text: string): { type: string; weight: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  const value = weight === undefined ? 1 : Number(weight);
  return { type, weight: Number.isNaN(value) ? 0 : value };
}
