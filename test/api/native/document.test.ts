/** The published document: fresh, complete and true to itself; its pages need nothing from outside. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { EVENT_TYPES } from '../../../src/protocols/native/wire-events.ts';
import { generateOpenApi } from '../../../tools/gen-openapi.ts';
import { startApp, type TestApp } from '../../harness/app.ts';
import { assertFits, operations, published } from './published.ts';

test('the checked-in document and list of events are what the generator writes', async () => {
  for (const [path, text] of await generateOpenApi()) {
    const checkedIn = await readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
    assert.ok(checkedIn === text, `${path} is stale: run npm run gen`);
  }
});

test('every type of event is told', async () => {
  const text = await readFile(new URL('../../../docs/EVENTS.md', import.meta.url), 'utf8');
  for (const type of Object.keys(EVENT_TYPES)) assert.ok(text.includes(`| \`${type}\` |`), type);
});

/** What is answered besides JSON. */
const BESIDES_JSON: Readonly<Record<string, readonly string[]>> = {
  'get /v1/orders': ['text/csv'],
  'get /v1/wallets/{id}/entries': ['text/csv'],
  'get /v1/batches/{id}/results': ['text/csv', 'application/x-ndjson'],
};

describe('each operation', () => {
  for (const [method, path, operation] of operations()) {
    test(`${method} ${path} is described, with examples that fit`, () => {
      for (const key of ['operationId', 'summary', 'description']) assert.ok(operation[key], key);
      assert.equal((operation['tags'] as unknown[]).length, 1);
      assert.ok(operation['security']);
      const way = ['paths', path, method];
      const bodies: (readonly [media: object, schema: readonly string[]])[] = Object.entries(
        operation.requestBody?.content ?? {},
      ).map(([type, media]) => [media, [...way, 'requestBody', 'content', type, 'schema']] as const);
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        assert.ok(description.length > 0 && description !== 'Default Response', `${status} says nothing`);
        const types = Object.keys(content);
        assert.deepEqual(
          types,
          status.startsWith('2')
            ? ['application/json', ...(BESIDES_JSON[`${method} ${path}`] ?? [])]
            : ['application/problem+json'],
          status,
        );
        for (const type of types)
          bodies.push([content[type] ?? {}, [...way, 'responses', status, 'content', type, 'schema']]);
      }
      for (const status of ['401', '500', '503']) assert.ok(operation.responses[status], status);
      for (const [media, schema] of bodies) {
        const { example, examples = {} } = media as {
          example?: unknown;
          examples?: Record<string, { value: unknown }>;
        };
        const told = example === undefined ? Object.values(examples).map(({ value }) => value) : [example];
        assert.ok(told.length > 0, `${schema.join(' > ')} has no example`);
        for (const value of told) assertFits(value, ...schema);
      }
    });
  }

  test('operations have names of their own', () => {
    const names = operations().map(([, , operation]) => operation['operationId']);
    assert.equal(new Set(names).size, names.length);
  });
});

describe('the document and its pages', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  test('the server publishes the checked-in document', async () => {
    const answer = await app.request('GET', '/openapi.json');
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, published);
    assert.equal(published.openapi, '3.1.0');
    assert.equal(published.info.title, 'Toprail');
    assert.equal(published.info.license.identifier, 'Apache-2.0');
  });

  test('every operation refuses who has no credentials', async () => {
    for (const [method, path] of operations()) {
      const answer = await app.request(method.toUpperCase(), path.replace(/\{[^}]+\}/, 'x'));
      assert.equal(answer.status, 401, `${method} ${path}`);
    }
  });

  test('the reference pages load from this server alone', async () => {
    const page = await app.request('GET', '/docs');
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.doesNotMatch(page.text, /(?:https?:)?\/\/[a-z0-9]/i, 'no address of another server');
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source ?? '');
    assert.deepEqual(sources, ['js/scalar.js']);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.doesNotMatch(policy, /https?:|\*/, 'the policy names nobody else');
    assert.match(policy, /default-src 'none'.*connect-src 'self'/);
    const script = await app.request('GET', '/docs/js/scalar.js');
    assert.equal(script.status, 200);
    assert.match(script.headers.get('content-type') ?? '', /^application\/javascript/);
    assert.ok(script.text.length > 1_000_000);
  });
});
