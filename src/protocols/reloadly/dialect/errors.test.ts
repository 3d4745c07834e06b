import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, Refusal } from '../../../core/errors.ts';
import { FAILURE_CODES } from '../../../routing/connector.ts';
import { ERROR_WORDS, FAILURE_WORDS, renderError } from './errors.ts';

const REQUEST = { path: '/topups', nowMs: Date.UTC(2022, 0, 6, 18, 37, 10) };

test('an error has the six members, each time', () => {
  const { status, body } = renderError(new Refusal('invalid_recipient'), REQUEST);
  assert.equal(status, 400);
  assert.deepEqual(body, {
    timeStamp: '2022-01-06 18:37:10',
    message: 'Recipient phone number is not valid',
    path: '/topups',
    errorCode: 'INVALID_RECIPIENT_PHONE',
    infoLink: null,
    details: [],
  });
});

test('a path that nobody serves has the shape of Spring', () => {
  const refusal = new Refusal('not_found', { details: { unrouted: '/topup?x=1' } });
  assert.deepEqual(renderError(refusal, { ...REQUEST, path: '/topup' }), {
    status: 404,
    body: {
      timeStamp: '2022-01-06 18:37:10',
      status: 404,
      error: 'Not Found',
      message: 'No message available',
      path: '/topup',
    },
  });
});

const DOCUMENTED: [ErrorCode, status: number, code: string][] = [
  ['unauthenticated', 401, 'INVALID_TOKEN'],
  ['invalid_credentials', 401, 'INVALID_CREDENTIALS'],
  ['token_expired', 401, 'TOKEN_EXPIRED'],
  ['invalid_audience', 401, 'INVALID_AUDIENCE'],
  ['forbidden', 403, 'NOT_AUTHORIZED'],
  ['not_found', 404, 'RESOURCE_NOT_FOUND'],
  ['method_not_allowed', 405, 'METHOD_NOT_SUPPORTED'],
  ['not_acceptable', 406, 'MEDIA_TYPE_NOT_ACCEPTABLE'],
  ['unsupported_media_type', 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['rate_limited', 429, 'RATE_LIMIT_REACHED'],
  ['internal', 500, 'INTERNAL_SERVER_ERROR'],
  ['overloaded', 503, 'SERVICE_UNAVAILABLE'],
  ['country_not_supported', 404, 'COUNTRY_NOT_SUPPORTED'],
  ['operator_not_detected', 404, 'COULD_NOT_AUTO_DETECT_OPERATOR'],
  ['insufficient_balance', 403, 'INSUFFICIENT_BALANCE'],
  ['rate_unavailable', 500, 'FX_RATE_NOT_AVAILABLE'],
  ['reference_reused', 400, 'CUSTOM_IDENTIFIER_ALREADY_USED'],
  ['reference_replayed', 400, 'CUSTOM_IDENTIFIER_ALREADY_USED'],
];
for (const [code, status, expected] of DOCUMENTED) {
  test(`${code} is ${status} ${expected}`, () => {
    assert.deepEqual(
      { status: ERROR_WORDS[code].status, code: ERROR_WORDS[code].code },
      { status, code: expected },
    );
  });
}

test('only a fault of ours or a missing rate is a 5xx', () => {
  const failing = Object.entries(ERROR_WORDS).filter(([, { status }]) => status >= 500);
  assert.deepEqual(
    failing.map(([code]) => code),
    ['rate_unavailable', 'overloaded', 'internal'],
  );
});

test('a 401 names the scheme', () => {
  assert.deepEqual(renderError(new Refusal('unauthenticated'), REQUEST).headers, {
    'www-authenticate': 'Bearer',
  });
});

test('a message of its own goes before the documented sentence', () => {
  const { body } = renderError(new Refusal('unauthenticated', { message: 'Invalid token' }), REQUEST);
  assert.equal((body as { message: string }).message, 'Invalid token');
});

test('a used identifier names the first transaction', () => {
  const { body } = renderError(
    new Refusal('reference_reused', { details: { transactionId: '26523' } }),
    REQUEST,
  );
  assert.deepEqual((body as { details: unknown }).details, [
    { field: 'customIdentifier', issue: 'already used by transaction 26523', transactionId: 26523 },
  ]);
});

const RECIPIENTS: [field: string, code: string][] = [
  ['phone', 'INVALID_PHONE_NUMBER'],
  ['recipientEmail', 'INVALID_REQUEST'],
  ['recipientPhone', 'INVALID_RECIPIENT_PHONE'],
];
for (const [field, code] of RECIPIENTS) {
  test(`a wrong recipient in ${field} is ${code}`, () => {
    const refusal = new Refusal('invalid_recipient', { issues: [{ field, issue: 'is wrong' }] });
    const { status, body } = renderError(refusal, REQUEST);
    assert.equal(status, 400);
    assert.equal((body as { errorCode: string }).errorCode, code);
  });
}

test('every failure has a code', () => {
  assert.deepEqual(Object.keys(FAILURE_WORDS).sort(), Object.keys(FAILURE_CODES).sort());
  assert.equal(FAILURE_WORDS.operator_unavailable, 'TOPUP_TRANSACTION_FAILED');
});
