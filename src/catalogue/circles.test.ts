import assert from 'node:assert/strict';
import { test } from 'node:test';
import { circles, detectCircle } from './circles.ts';

test('there are 22 circles, each with a code of its own', () => {
  assert.equal(circles().length, 22);
  assert.equal(new Set(circles().map(({ code }) => code)).size, 22);
  for (const { code } of circles()) assert.match(code, /^[A-Z]{2}$/);
});

test('every Indian mobile number is of one circle, and every circle has numbers', () => {
  const found = new Set<string>();
  for (let prefix = 60; prefix <= 99; prefix++) {
    const detected = detectCircle(`+91${prefix}76543210`);
    assert.equal(detected?.source, 'sandbox', `${prefix}`);
    found.add(detected?.circle.code ?? '');
  }
  assert.equal(found.size, 22);
});

test('the published example is of Andhra Pradesh', () => {
  assert.equal(detectCircle('+919876543210')?.circle.code, 'AP');
});

test('landlines and numbers of other countries have none', () => {
  for (const number of ['+911123456789', '+50936377111', '']) assert.equal(detectCircle(number), undefined);
});
