import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callbackUrl, failureOf, retryAfterSeconds } from './callback.ts';

const ANSWER = {
  txid: 'TXN1',
  status: 'Success',
  opid: 'a&b',
  number: '9876543210',
  amount: '299',
  orderid: 'O 1',
  pin: '1234',
  serial: '5678',
} as const;

test('a client’s address keeps its own parameters and gets those of the answer', () => {
  assert.equal(
    callbackUrl('https://hooks.example.test/a?key=s%26t&status=x#top', ANSWER),
    'https://hooks.example.test/a?key=s%26t&status=Success&txid=TXN1&opid=a%26b&number=9876543210&amount=299&orderid=O+1',
  );
});

test('six tries, further and further apart', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7].map(retryAfterSeconds), [
    10,
    60,
    300,
    1_800,
    7_200,
    undefined,
    undefined,
  ]);
});

test('only 2xx is taken for heard', () => {
  for (const status of [200, 204, 299]) assert.equal(failureOf({ kind: 'answered', status }), undefined);
  for (const status of [100, 199, 300, 302, 404, 500])
    assert.equal(failureOf({ kind: 'answered', status }), `HTTP_${status}`);
  assert.equal(failureOf({ kind: 'failed', code: 'TARGET_INTERNAL' }), 'TARGET_INTERNAL');
});
