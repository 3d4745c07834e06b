import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Message, parseSecret, sign, verifySignature } from './signature.ts';

/** The published example of the specification. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const MESSAGE = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  payload: '{"test": 2432232314}',
};
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const NOW = 1_614_265_330_000;

const key = parseSecret(SECRET);
assert.ok(key);

test('the published example', () => {
  assert.equal(sign(key, MESSAGE), SIGNATURE);
  assert.deepEqual(verifySignature(key, { ...MESSAGE, signature: SIGNATURE }, NOW), { valid: true });
});

const MINUTES_5 = 300_000;
const CASES: [name: string, changes: Partial<Message>, nowMs: number, reason: string | undefined][] = [
  ['among others', { signature: `v1,AAAA v2,xyz ${SIGNATURE}` }, NOW, undefined],
  ['at the edge of the past', {}, NOW + MINUTES_5, undefined],
  ['at the edge of the future', {}, NOW - MINUTES_5, undefined],
  ['too old', {}, NOW + MINUTES_5 + 1000, 'timestamp_too_old'],
  ['too new', {}, NOW - MINUTES_5 - 1000, 'timestamp_too_new'],
  ['another payload', { payload: '{"test":2432232314}' }, NOW, 'signature_mismatch'],
  ['another id', { id: 'msg_other' }, NOW, 'signature_mismatch'],
  ['another time', { timestamp: '1614265331' }, NOW, 'signature_mismatch'],
  ['another version', { signature: SIGNATURE.replace('v1', 'v1a') }, NOW, 'signature_mismatch'],
  ['no signature', { signature: undefined }, NOW, 'header_missing'],
  ['no id', { id: '' }, NOW, 'header_missing'],
  ['no time', { timestamp: undefined }, NOW, 'header_missing'],
  ['a time in words', { timestamp: 'now' }, NOW, 'timestamp_unreadable'],
];
for (const [name, changes, nowMs, reason] of CASES) {
  test(`${name}: ${reason ?? 'valid'}`, () => {
    const verdict = verifySignature(key, { ...MESSAGE, signature: SIGNATURE, ...changes }, nowMs);
    assert.deepEqual(verdict, reason === undefined ? { valid: true } : { valid: false, reason });
  });
}

test('secrets: 24 to 64 bytes of base64', () => {
  assert.equal(parseSecret(SECRET.slice('whsec_'.length))?.length, 24);
  for (const text of ['', 'whsec_', 'whsec_AAAA', `whsec_${'A'.repeat(100)}`, 'whsec_!!!', 'whsk_abc']) {
    assert.equal(parseSecret(text), undefined, text);
  }
});
