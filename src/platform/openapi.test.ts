import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiDescription, describeApi, list, nullable, object, ref, text, whole } from './openapi.ts';

const API: ApiDescription = {
  title: 'Shop',
  description: 'Sells things.',
  types: ['application/json', 'application/xml'],
  securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
  schemas: { Thing: object({ id: whole, note: text }, ['note']) },
  error: text,
  routes: [
    { method: 'GET', path: '/things' },
    { method: 'POST', path: '/things/:id/notes', schema: { type: 'object' } },
  ],
  told: {
    'GET /things': {
      summary: 'All.',
      access: 'open',
      query: { page: 'From 1.' },
      answers: { 200: list(ref('Thing')), 304: null },
    },
    'POST /things/:id/notes': { summary: 'Notes.', answers: { 201: nullable(text) } },
  },
};

test('a document of routes and what is told of them', () => {
  const { paths, security, components } = JSON.parse(JSON.stringify(describeApi(API)));
  assert.deepEqual(security, [{ token: [] }]);
  assert.deepEqual(components.schemas.Thing, {
    type: 'object',
    properties: { id: { type: 'integer' }, note: { type: 'string' } },
    required: ['id'],
    additionalProperties: false,
  });
  const { get } = paths['/things'];
  assert.equal(get.operationId, 'getThings');
  assert.deepEqual(get.security, []);
  assert.deepEqual(get.parameters, [
    { name: 'page', in: 'query', description: 'From 1.', schema: { type: 'string' } },
  ]);
  assert.deepEqual(Object.keys(get.responses), ['200', '304', 'default']);
  assert.deepEqual(Object.keys(get.responses[200].content), ['application/json', 'application/xml']);
  assert.equal(get.responses[304].content, undefined);
  const { post } = paths['/things/{id}/notes'];
  assert.equal(post.operationId, 'postThingsByIdNotes');
  assert.equal(post.security, undefined);
  assert.deepEqual(post.parameters, [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]);
  assert.deepEqual(post.requestBody.content, { 'application/json': { schema: { type: 'object' } } });
});

test('a route of which nothing is told has no document', () => {
  assert.throws(() => describeApi({ ...API, told: {} }), /GET \/things has no line/);
});
