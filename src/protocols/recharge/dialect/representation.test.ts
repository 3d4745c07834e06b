import assert from 'node:assert/strict';
import { test } from 'node:test';
import { representationFor } from './representation.ts';

const CASES: [accept: string | undefined, expected: string | undefined][] = [
  [undefined, 'json'],
  ['', 'json'],
  ['*/*', 'json'],
  ['application/json', 'json'],
  ['application/xml', 'xml'],
  ['text/xml', 'xml'],
  ['Application/XML; charset=utf-8', 'xml'],
  ['application/json, application/xml', 'json'],
  ['application/json;q=0.5, application/xml', 'xml'],
  ['text/html, application/xml;q=0.9, */*;q=0.8', 'xml'],
  ['text/html, */*;q=0.8', 'json'],
  ['text/html', undefined],
  ['application/json;q=0', undefined],
];
for (const [accept, expected] of CASES) {
  test(`${accept ?? 'no header'}: ${expected ?? 'nothing of ours'}`, () =>
    assert.equal(representationFor(accept), expected));
}
