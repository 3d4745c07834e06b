import assert from 'node:assert/strict';
import { test } from 'node:test';
import { representationFor } from './media-type.ts';

const RELOADLY = 'application/com.reloadly.topups-v1+json';

const ROWS: [accept: string | undefined, answered: string | undefined][] = [
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['application/json', 'application/json'],
  ['application/json, text/plain, */*', 'application/json'],
  [RELOADLY, RELOADLY],
  ['Application/Com.Reloadly.Topups-V1+JSON; charset=utf-8', RELOADLY],
  [`application/json;q=0.5, ${RELOADLY}`, RELOADLY],
  ['text/html, application/*;q=0.1', 'application/json'],
  ['application/xml', undefined],
  ['text/html', undefined],
  ['application/json;q=0', undefined],
  ['application/json;q=often', undefined],
  ['application/com.reloadly.giftcards-v1+json', undefined],
];
for (const [accept, answered] of ROWS) {
  test(`Accept: ${accept} is answered as ${answered}`, () =>
    assert.equal(representationFor(accept), answered));
}
