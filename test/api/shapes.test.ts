/** Whoever owns a path answers what goes wrong there, in its own shape and never in another API's. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Answer, type RequestOptions, startApp, type TestApp } from '../harness/app.ts';
import { type ErrorShape as Dialect, shapesOf } from './error-shapes.ts';
import { logIn } from './octopus/octopus-client.ts';

interface Ground {
  /** Ways that its prefixes own and that lead nowhere. */
  readonly nowhere: readonly string[];
  /** Paths that take a body, and a method that they do not take. */
  readonly posts: readonly (readonly [path: string, otherMethod: string])[];
}

const GROUNDS: Readonly<Record<Dialect, Ground>> = {
  native: {
    nowhere: ['/v1', '/v1/nothing', '/v1/orders/ord_1/more', '/docs/more', '/openapi.json/more'],
    posts: [
      ['/v1/orders', 'DELETE'],
      ['/v1/quotes', 'GET'],
      ['/v1/lookup', 'PUT'],
    ],
  },
  reloadly: {
    nowhere: ['/topups/nothing/here', '/operators/1/2/3/4', '/promotions/1/2/3', '/oauth/nothing', '/oauth'],
    posts: [
      ['/topups', 'PATCH'],
      ['/topups-async', 'GET'],
      ['/mnp-lookup/operators', 'PUT'],
      ['/operators/fx-rate', 'DELETE'],
      ['/oauth/token', 'GET'],
    ],
  },
  octopus: {
    nowhere: [
      '/auth',
      '/auth/nothing',
      '/api/v1/topups',
      '/api/v1/topups/nothing',
      '/api/v1/topups/orders/1/2',
    ],
    posts: [
      ['/auth/login', 'GET'],
      ['/api/v1/topups/orders', 'DELETE'],
      ['/api/v1/topups/charges', 'GET'],
      ['/api/v1/topups/lookup', 'PUT'],
    ],
  },
  a1topup: {
    nowhere: ['/api/v1/recharge/more', '/recharge/api/more', '/recharge/balance/more'],
    posts: [
      ['/api/v1/recharge', 'GET'],
      ['/recharge/api', 'DELETE'],
      ['/recharge/status', 'PUT'],
    ],
  },
  recharge: {
    nowhere: ['/recharge/TX1/more', '/recharge/apis', '/rates/BND001', '/webhook/verify/more'],
    posts: [
      ['/recharge', 'GET'],
      ['/webhook/verify', 'DELETE'],
    ],
  },
};

const typed = (type: string, raw: string): RequestOptions => ({ raw, headers: { 'content-type': type } });
const JSON_TYPE = 'application/json';

/** Bodies that no endpoint takes. */
const BODIES: readonly (readonly [told: string, options: RequestOptions])[] = [
  ['broken JSON', typed(JSON_TYPE, '{"a":')],
  ['no JSON', typed(JSON_TYPE, 'a=b')],
  ['nothing', typed(JSON_TYPE, '')],
  ['null', typed(JSON_TYPE, 'null')],
  ['a list', typed(JSON_TYPE, '[]')],
  ['text', typed(JSON_TYPE, '"text"')],
  ['deep nesting', typed(JSON_TYPE, `${'['.repeat(100)}${']'.repeat(100)}`)],
  ['a key twice', typed(JSON_TYPE, '{"a":1,"a":2}')],
  ['an empty object', typed(JSON_TYPE, '{}')],
  ['too much', typed(JSON_TYPE, JSON.stringify({ a: 'x'.repeat(70_000) }))],
  ['XML', typed('application/xml', '<a/>')],
  ['plain text', typed('text/plain', '{}')],
  ['a type that is none', typed('nonsense', '{}')],
];

describe('0 answers in another API’s shape', () => {
  let app: TestApp;
  let credentials: Readonly<Record<Dialect, Readonly<Record<string, string>>>>;
  before(async () => {
    app = await startApp();
    const key = { authorization: `Bearer ${app.credentials.apiKey}` };
    credentials = {
      native: key,
      recharge: key,
      reloadly: { authorization: `Bearer ${await app.token()}` },
      octopus: (await logIn(app)).headers,
      a1topup: {},
    };
  });
  after(() => app.close());

  const assertOwn = (dialect: Dialect, told: string, answer: Answer) => {
    const type = answer.headers.get('content-type');
    assert.deepEqual(
      shapesOf(answer.body, type),
      [dialect],
      `${told}: ${answer.status} ${type} ${answer.text}`,
    );
    assert.doesNotMatch(answer.text, /FST_|select |node_modules|\.ts\b/, told);
  };
  const ask = (dialect: Dialect, method: string, path: string, options: RequestOptions = {}) =>
    app.request(method, path, { ...options, headers: { ...credentials[dialect], ...options.headers } });

  for (const dialect of Object.keys(GROUNDS) as Dialect[]) {
    const { nowhere, posts } = GROUNDS[dialect];

    test(`${dialect}: paths that lead nowhere`, async () => {
      for (const path of [
        ...nowhere,
        ...nowhere.map((way) => `${way}/%zz`),
        `${nowhere[0]}/${'x'.repeat(600)}`,
      ]) {
        for (const method of ['GET', 'POST', 'OPTIONS']) {
          assertOwn(dialect, `${method} ${path}`, await ask(dialect, method, path));
        }
      }
    });

    test(`${dialect}: methods that a path does not take`, async () => {
      for (const [path, method] of posts) {
        const answer = await ask(dialect, method, path);
        assertOwn(dialect, `${method} ${path}`, answer);
        assert.equal(answer.status, 405, path);
        assert.ok(answer.headers.get('allow')?.includes('POST'));
      }
    });

    for (const [told, options] of BODIES) {
      test(`${dialect}: ${told}`, async () => {
        for (const [path] of posts)
          assertOwn(dialect, `POST ${path} with ${told}`, await ask(dialect, 'POST', path, options));
      });
    }

    test(`${dialect}: nobody, and somebody else’s credentials`, async () => {
      for (const [path] of posts) {
        for (const authorization of ['', 'Basic YTpi', 'Bearer x', 'Bearer a.b.c']) {
          const answer = await app.request('POST', path, { body: {}, headers: { authorization } });
          assertOwn(dialect, `${path} as ${authorization}`, answer);
        }
      }
    });
  }

  test('what nobody owns is answered as our own', async () => {
    for (const path of ['/', '/nothing', '/api', '/api/v1', '/v2/orders', '/webhook', '/rechargeable'])
      assertOwn('native', path, await app.request('GET', path));
  });
});
