import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedAudiences, audienceFor } from './audience.ts';

const SANDBOX = 'https://topups-sandbox.reloadly.com';
const LIVE = 'https://topups.reloadly.com';

test('a token lists every audience of its environment', () => {
  assert.deepEqual(acceptedAudiences('sandbox', 'toprail'), [SANDBOX, 'toprail']);
  assert.deepEqual(acceptedAudiences('live', 'toprail'), [LIVE, 'toprail']);
});

const ROWS = [
  { environment: 'sandbox', requested: undefined, answer: 'accepted' },
  { environment: 'sandbox', requested: SANDBOX, answer: 'accepted' },
  { environment: 'sandbox', requested: `${SANDBOX}/`, answer: 'accepted' },
  { environment: 'sandbox', requested: 'toprail', answer: 'accepted' },
  { environment: 'sandbox', requested: LIVE, answer: 'invalid_credentials' },
  { environment: 'live', requested: SANDBOX, answer: 'invalid_credentials' },
  { environment: 'live', requested: LIVE, answer: 'accepted' },
  { environment: 'live', requested: 'https://giftcards.reloadly.com', answer: 'invalid_audience' },
  { environment: 'sandbox', requested: '', answer: 'invalid_audience' },
] as const;

for (const { environment, requested, answer } of ROWS) {
  test(`${environment} credentials that ask for ${requested ?? 'nothing'}: ${answer}`, () => {
    const check = audienceFor(requested, { environment, issuer: 'toprail' });
    assert.equal(check.kind === 'accepted' ? check.kind : check.code, answer);
  });
}
