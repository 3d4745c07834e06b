/** JSON unless the client would rather have XML (RFC 9110, 12.5.1). */
import { chooseMediaType } from '../../../platform/accept.ts';
import { writeXml } from '../xml.ts';

export type Representation = 'json' | 'xml';

const TYPES = {
  'application/json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
} as const satisfies Record<string, Representation>;
const CONTENT_TYPES = {
  json: 'application/json; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
} as const satisfies Record<Representation, string>;

/** Undefined when the client accepts nothing that we have. */
export function representationFor(accept: string | undefined): Representation | undefined {
  const type = chooseMediaType(accept, ['application/json', 'application/xml', 'text/xml']);
  return type && TYPES[type];
}

export function contentType(representation: Representation): string {
  return CONTENT_TYPES[representation];
}

export function write(body: object, representation: Representation): string {
  return representation === 'xml' ? writeXml(body) : JSON.stringify(body);
}
