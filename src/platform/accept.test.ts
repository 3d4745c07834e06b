import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseMediaType } from './accept.ts';

const ACCEPTS: readonly (readonly [string | undefined, string | undefined])[] = [
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['application/json', 'application/json'],
  ['application/*', 'application/json'],
  ['text/csv', 'text/csv'],
  ['Text/CSV; charset=utf-8', 'text/csv'],
  ['text/*', 'text/csv'],
  ['text/csv, */*', 'text/csv'],
  ['*/*, text/csv', 'text/csv'],
  ['text/csv;q=0.5, */*;q=0.1', 'text/csv'],
  ['text/csv;q=0.1, */*', 'application/json'],
  ['application/json, text/csv', 'application/json'],
  ['text/csv, application/json', 'text/csv'],
  ['application/json;q=0, */*', 'text/csv'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/json'],
  ['application/problem+json, application/json', 'application/json'],
  ['text/csv;q=0', undefined],
  ['text/csv;q=nonsense', undefined],
  ['text/html', undefined],
  ['application/xml, image/*', undefined],
  ['nonsense', undefined],
];

for (const [accept, chosen] of ACCEPTS) {
  test(`Accept: ${accept} is answered with ${chosen}`, () =>
    assert.equal(chooseMediaType(accept, ['application/json', 'text/csv']), chosen));
}
