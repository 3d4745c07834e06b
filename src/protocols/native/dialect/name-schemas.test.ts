import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameSchemas } from './name-schemas.ts';

const money = { title: 'Money', type: 'object', properties: { value: { type: 'string' } } };

test('whatever has a title moves to the components, once, also inside another', () => {
  const order = { title: 'Order', type: 'object', properties: { cost: money, sent: money } };
  const named = nameSchemas({
    info: { title: 'API' },
    paths: { '/a': { schema: order } },
    components: { schemas: {}, other: 1 },
  });
  assert.deepEqual(named, {
    info: { title: 'API' },
    paths: { '/a': { schema: { $ref: '#/components/schemas/Order' } } },
    components: {
      other: 1,
      schemas: {
        Money: { type: 'object', properties: { value: { type: 'string' } } },
        Order: {
          type: 'object',
          properties: {
            cost: { $ref: '#/components/schemas/Money' },
            sent: { $ref: '#/components/schemas/Money' },
          },
        },
      },
    },
  });
});

test('data with a title stays what it is', () => {
  const paths = { '/a': { example: { title: 'a problem' }, examples: [{ title: 'another' }] } };
  assert.deepEqual(nameSchemas({ paths }), { paths, components: { schemas: {} } });
});

test('two schemas of one name are a bug', () => {
  assert.throws(
    () => nameSchemas({ paths: { a: money, b: { ...money, type: 'string' } } }),
    /two schemas are named Money/,
  );
});
