import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIdempotencyKey, readWait } from './request-headers.ts';

const WAITS: readonly (readonly [string | undefined, number | undefined])[] = [
  [undefined, undefined],
  ['', undefined],
  ['wait=10', 10],
  ['Wait = 10', 10],
  ['wait="7"', 7],
  ['respond-async, wait=3', 3],
  ['wait=3; foo=bar', 3],
  ['wait=0', 0],
  ['wait=600', 60],
  ['wait=-1', undefined],
  ['wait=ten', undefined],
  ['waiting=5', undefined],
  ['return=minimal', undefined],
];

for (const [prefer, seconds] of WAITS) {
  test(`Prefer: ${prefer} waits ${seconds}`, () => assert.equal(readWait(prefer), seconds));
}

const KEYS: readonly (readonly [string, string | undefined])[] = [
  ['abc', 'abc'],
  ['  abc ', 'abc'],
  ['"abc"', 'abc'],
  ['"a b"', 'a b'],
  ['"a\\"b\\\\c"', 'a"b\\c'],
  ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['', undefined],
  ['""', undefined],
  ['"abc', undefined],
  ['"a"b"', undefined],
  ['"a\\b"', undefined],
  ['ключ', undefined],
];

for (const [header, key] of KEYS) {
  test(`Idempotency-Key: ${header} is ${key}`, () => assert.equal(readIdempotencyKey(header), key));
}
