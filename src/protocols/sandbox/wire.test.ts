import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastDigits } from './wire.ts';

test('the last four digits of a number, or before the @ of an address, choose', () => {
  const rows: readonly [string, string | undefined][] = [
    ['+2348147659005', '9005'],
    ['anyone9005@nauta.com.cu', '9005'],
    ['12349005@nauta.com.cu', '9005'],
    ['anyone@nauta9005', undefined],
    ['anyone9005x@nauta.com.cu', undefined],
    ['905@nauta.com.cu', undefined],
    ['anyone@nauta.com.cu', undefined],
  ];
  for (const [recipient, digits] of rows) assert.equal(lastDigits(recipient), digits, recipient);
});
