/** The published documents of the dialects as oracles: every answer to the samples, and more, is one that they declare. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { runSamples, valuesOf } from '../../tools/samples/run-samples.ts';
import { DIALECTS, type Dialect, readSamples } from '../../tools/samples/sample.ts';
import { startApp, type TestApp } from '../harness/app.ts';
import { anotherAccount } from './a1topup/a1topup-client.ts';

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Record<string, unknown> };
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>;
}

interface Published {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
const documents = new Map(DIALECTS.map((dialect) => [dialect, readDocument(dialect)]));

function readDocument(dialect: Dialect): Published {
  const path = new URL(`../../docs/api/${dialect}.openapi.json`, import.meta.url);
  const document = JSON.parse(readFileSync(path, 'utf8')) as Published; // the generator's own
  ajv.addSchema(document, dialect);
  return document;
}

function documentOf(dialect: Dialect): Published {
  const document = documents.get(dialect);
  assert.ok(document);
  return document;
}

/** `['paths', '/operators/{id}', 'get', ...]` of a request, the path with the fewest parameters that fits. */
function wayTo(dialect: Dialect, method: string, path: string): readonly [string, string, string] {
  const [pathname = ''] = path.split('?', 1);
  const [template] = Object.keys(documentOf(dialect).paths)
    .filter((known) => new RegExp(`^${known.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(pathname))
    .sort((a, b) => a.split('{').length - b.split('{').length);
  assert.ok(template, `${path} is not in the document`);
  return ['paths', template, method.toLowerCase()];
}

function assertFits(dialect: Dialect, value: unknown, way: readonly string[]): void {
  const escaped = way.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')));
  const validate = ajv.compile({ $ref: `${dialect}#/${escaped.join('/')}` });
  const errors = () => JSON.stringify(validate.errors, null, 1);
  assert.ok(validate(value), `${way.join(' > ')}: ${errors()}\n${JSON.stringify(value)}`);
}

/** Asserts that the document declares the answer: an error as `default`, anything else by its status. */
function assertDeclared(
  dialect: Dialect,
  asked: { method: string; path: string },
  status: number,
  body: unknown,
) {
  const way = wayTo(dialect, asked.method, asked.path);
  const operation = documentOf(dialect).paths[way[1]]?.[way[2]];
  const key = status < 400 ? `${status}` : 'default';
  assert.ok(operation?.responses[key], `${asked.method} ${asked.path} does not declare ${status}`);
  assertFits(dialect, body, [...way, 'responses', key, 'content', 'application/json', 'schema']);
}

describe('the documents of the dialects', () => {
  let app: TestApp;
  let shortApiKey: string;
  before(async () => {
    app = await startApp();
    ({ apiKey: shortApiKey } = await anotherAccount(app, { paise: 250_50n }));
  });
  after(() => app.close());

  for (const dialect of DIALECTS) {
    test(`${dialect}: served as checked in, and whole`, async () => {
      const { status, body } = await app.request('GET', `/openapi/${dialect}.json`);
      assert.equal(status, 200);
      assert.deepEqual(body, documentOf(dialect));
      for (const name of Object.keys(documentOf(dialect).components.schemas))
        ajv.compile({ $ref: `${dialect}#/components/schemas/${name}` });
      const ids = Object.values(documentOf(dialect).paths).flatMap((path) =>
        Object.values(path).map(({ operationId }) => operationId),
      );
      assert.equal(new Set(ids).size, ids.length);
    });

    test(`${dialect}: the samples and their answers`, async () => {
      const values = { ...valuesOf(app.credentials), shortApiKey };
      let declared = 0;
      for await (const { sample, received, wrong } of runSamples(app.url, readSamples(dialect), values)) {
        assert.deepEqual(wrong, [], sample.name);
        // What is no JSON has no schema: a line of commas, XML.
        if (received?.body === undefined) continue;
        // The token endpoint serves every dialect and stands in the document of its own.
        if (sample.path === '/oauth/token' && dialect !== 'reloadly') continue;
        assertDeclared(dialect, sample, received.status, received.body);
        declared += 1;
        const way = wayTo(dialect, sample.method, sample.path);
        const content = documentOf(dialect).paths[way[1]]?.[way[2]]?.requestBody?.content;
        if (content && received.status < 300 && typeof sample.body === 'object')
          assertFits(dialect, sample.body, [...way, 'requestBody', 'content', 'application/json', 'schema']);
      }
      assert.ok(declared >= 3);
    });
  }

  test('unknown documents', async () => {
    const { status, body } = await app.request('GET', '/openapi/nobody.json');
    assert.deepEqual([status, body.code], [404, 'not_found']);
  });

  const READS: readonly string[] = [
    '/accounts/balance',
    '/countries',
    '/operators?suggestedAmounts=true&suggestedAmountsMap=true&size=1000',
    '/operators/countries/IN',
    '/operators/173?simplified=true',
    '/operators/commissions',
    '/promotions',
    '/promotions/countries/HT',
    '/topups/reports/transactions',
    '/transactions',
    '/promotions/0',
    '/countries/XX',
  ];
  for (const path of READS) {
    test(`reloadly: GET ${path}`, async () => {
      const { status, body } = await app.request('GET', path, { as: 'reloadly' });
      assertDeclared('reloadly', { method: 'GET', path }, status, body);
    });
  }

  for (const path of [
    '/products?per_page=500',
    '/products/4219',
    '/products/4219/variants',
    '/orders',
    '/orders/1',
  ]) {
    test(`octopus: GET ${path}`, async () => {
      const asked = `/api/v1/topups${path}`;
      const { status, body } = await app.request('GET', asked, { as: 'reloadly' });
      assertDeclared('octopus', { method: 'GET', path: asked }, status, body);
    });
  }

  test('recharge: GET /rates', async () => {
    const { status, body } = await app.request('GET', '/rates', { as: 'native' });
    assertDeclared('recharge', { method: 'GET', path: '/rates' }, status, body);
  });
});
