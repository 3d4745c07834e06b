/** JSON unless the client would rather have XML (RFC 9110, 12.5.1). */
import { writeXml } from '../xml.ts';

export type Representation = 'json' | 'xml';

const TYPES: Readonly<Record<string, Representation>> = {
  'application/json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/*': 'json',
  '*/*': 'json',
};
const CONTENT_TYPES = {
  json: 'application/json; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
} as const satisfies Record<Representation, string>;

/** Undefined when the client accepts nothing that we have. */
export function representationFor(accept: string | undefined): Representation | undefined {
  if (accept === undefined || accept.trim() === '') return 'json';
  const wanted = accept
    .split(',')
    .map(readRange)
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight); // stable: equal weights stay in the client's order
  return wanted.map(({ type }) => TYPES[type]).find((found) => found !== undefined);
}

function readRange(text: string): { type: string; weight: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  const value = weight === undefined ? 1 : Number(weight);
  return { type, weight: Number.isNaN(value) ? 0 : value };
}

export function contentType(representation: Representation): string {
  return CONTENT_TYPES[representation];
}

export function write(body: object, representation: Representation): string {
  return representation === 'xml' ? writeXml(body) : JSON.stringify(body);
}
