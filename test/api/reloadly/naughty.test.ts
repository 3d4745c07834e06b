/** Strange values in every place that a client can fill: always an answer, never a 5xx. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApp, type TestApp } from '../../harness/app.ts';

const TEXTS = [
  '',
  ' ',
  '\0',
  '%00',
  '%zz',
  "' or 1=1--",
  '../..',
  '__proto__',
  'constructor',
  '1e999',
  '-0',
  '９',
  '🦜',
  '\u202e',
  '9'.repeat(30),
  'x'.repeat(400),
  '9999-12-31 23:59:59',
];
const VALUES: readonly unknown[] = [...TEXTS, 0, -1, 1.5, 1e300, 1e-7, true, [], {}, [[]]];

const GOOD = {
  operatorId: 173,
  amount: 15,
  useLocalAmount: false,
  customIdentifier: null,
  recipientPhone: { countryCode: 'HT', number: '+50936377111' },
  senderPhone: { countryCode: 'US', number: '13059547862' },
};

const PATHS = [
  '/countries/@',
  '/operators/@',
  '/operators/countries/@',
  '/operators/auto-detect/phone/@/countries/HT',
  '/operators/auto-detect/phone/+50936377111/countries/@',
  '/operators/mnp-lookup/phone/@/countries/HT',
  '/operators/@/commissions',
  '/promotions/@',
  '/promotions/operators/@',
  '/promotions/countries/@',
  '/topups/@/status',
  '/topups/reports/transactions/@',
  '/operators?size=1&simplified=@',
  '/operators?size=@',
  ...[
    'page',
    'size',
    'countryCode',
    'operatorId',
    'operatorName',
    'customIdentifier',
    'startDate',
    'endDate',
    '@',
  ].map((name) => `/topups/reports/transactions?${name}=@`),
  ...['count', 'startTime', 'endTime', 'sortBy', 'sortOrder'].map((name) => `/transactions?${name}=@`),
];

describe('naughty values', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const assertAnswered = async (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => {
    const raw = typeof body === 'string' ? { raw: body } : body === undefined ? {} : { body };
    const answer = await app.request(method, path, {
      as: 'reloadly',
      ...raw,
      ...(headers ? { headers } : {}),
    });
    assert.ok(answer.status < 500, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`);
  };

  test('in the body of a top-up', async () => {
    for (const value of VALUES) {
      for (const field of [...Object.keys(GOOD), 'recipientEmail', 'metadata']) {
        await assertAnswered('POST', '/topups', { ...GOOD, [field]: value });
      }
      for (const part of ['countryCode', 'number'] as const) {
        await assertAnswered('POST', '/topups', {
          ...GOOD,
          recipientPhone: { ...GOOD.recipientPhone, [part]: value },
        });
        await assertAnswered('POST', '/topups', {
          ...GOOD,
          senderPhone: { ...GOOD.senderPhone, [part]: value },
        });
      }
    }
  });

  test('in the bodies of questions', async () => {
    for (const value of VALUES) {
      await assertAnswered('POST', '/operators/fx-rate', { operatorId: value, amount: 5 });
      await assertAnswered('POST', '/operators/173/fx-rate', { amount: value });
      await assertAnswered('POST', '/mnp-lookup/operators', { phone: value, countryCode: 'HT' });
      await assertAnswered('POST', '/mnp-lookup/operators', { phone: '36377111', countryCode: value });
    }
  });

  test('in paths and queries', async () => {
    for (const path of PATHS) {
      for (const text of TEXTS)
        await assertAnswered(
          'GET',
          path.replaceAll('@', () => encodeURIComponent(text)),
        );
    }
    for (const path of ['/countries/%zz', '/countries/%', '/operators?size=%zz', '/operators?%=%']) {
      await assertAnswered('GET', path);
    }
  });

  test('in credentials', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const text of TEXTS) {
      for (const field of ['client_id', 'client_secret', 'grant_type', 'audience', 'scope']) {
        const { id, secret } = app.credentials.client;
        const fields = {
          client_id: id,
          client_secret: secret,
          grant_type: 'client_credentials',
          [field]: text,
        };
        await assertAnswered('POST', '/oauth/token', fields);
        await assertAnswered('POST', '/oauth/token', new URLSearchParams(fields).toString(), form);
      }
      const authorization = `Basic ${Buffer.from(`${text}:${text}`).toString('base64')}`;
      await assertAnswered('POST', '/oauth/token', { grant_type: 'client_credentials' }, { authorization });
    }
  });
});
