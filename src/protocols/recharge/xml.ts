/** Answers as XML: the members of an object are elements, a null is an absent one. Pure. */
import { assert } from '../../core/assert.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAME = /^[a-z][a-z0-9_]*$/;
/** What an element of a list is called, by the name of the list. */
const ITEMS: Readonly<Record<string, string>> = {
  bundles: 'bundle',
  history: 'change',
  violations: 'violation',
};

export function writeXml(value: object): string {
  return DECLARATION + element('response', value);
}

function element(name: string, value: unknown): string {
  assert(NAME.test(name), `not a name of an element: ${name}`);
  return `<${name}>${content(name, value)}</${name}>`;
}

function content(name: string, value: unknown): string {
  if (Array.isArray(value)) {
    const item = ITEMS[name];
    assert(item, `a list ${name} has no name for its elements`);
    return value.map((one) => element(item, one)).join('');
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([key, member]) => element(key, member))
      .join('');
  }
  return escapeText(String(value));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // A parser would make them a line feed.
  '\r': '&#13;',
};
const REPLACEMENT = '\ufffd';

/** Characters that XML 1.0 does not have, not even escaped, become U+FFFD. */
export function escapeText(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, REPLACEMENT)
      .replaceAll(/[&<>"'\r]/g, (character) => ESCAPES[character] ?? character)
  );
}
