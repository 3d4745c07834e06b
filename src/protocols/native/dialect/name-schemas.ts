/**
 * Gives the schemas of a document their names: whatever has a `title` moves to `components/schemas` and is referred
 * to. Routes hold their schemas whole, so that validation and types need no references; readers and generators of
 * clients want names. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import { assert } from '../../../core/assert.ts';

type Json = Record<string, unknown>;

/** Under these stands data, not schemas, whatever it looks like. */
const DATA_KEYS = new Set(['example', 'examples', 'default', 'enum', 'const']);

export function nameSchemas(document: Json): Json {
  const named = new Map<string, Json>();
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== 'object' || node === null) return node;
    const visited: Json = Object.fromEntries(
      Object.entries(node).map(([key, value]) => [key, DATA_KEYS.has(key) ? value : visit(value)]),
    );
    const { title, ...schema } = visited;
    if (typeof title !== 'string') return visited;
    const known = named.get(title);
    assert(known === undefined || isDeepStrictEqual(known, schema), `two schemas are named ${title}`);
    named.set(title, schema);
    return { $ref: `#/components/schemas/${title}` };
  };
  const paths = visit(document['paths']);
  const schemas = Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...document, paths, components: { ...(document['components'] as Json), schemas } };
}
