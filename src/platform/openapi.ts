/**
 * OpenAPI 3.1 documents of APIs whose shapes are not ours to choose: made from their own tables of routes, with what
 * a reader has to be told beside each. A route without its line has no document. Pure, but for our version.
 */
import { readFileSync } from 'node:fs';
import { assert } from '../core/assert.ts';

/** A JSON schema. */
export type Schema = Readonly<Record<string, unknown>>;
type Json = Record<string, unknown>;

export const text: Schema = { type: 'string' };
export const number: Schema = { type: 'number' };
export const whole: Schema = { type: 'integer' };
export const flag: Schema = { type: 'boolean' };

/** Exactly these members: those of the type, which the compiler sees to, and all of them but for the `optional`. */
export function object<Shape>(
  members: { readonly [Name in keyof Shape]-?: Schema },
  optional: readonly (keyof Shape & string)[] = [],
): Schema {
  const required = Object.keys(members).filter((name) => !(optional as readonly string[]).includes(name));
  return { type: 'object', properties: members, required, additionalProperties: false };
}

export function list(items: Schema): Schema {
  return { type: 'array', items };
}

/** Members whose names are data. */
export function map(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

export function nullable(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

export function oneOf(words: readonly string[]): Schema {
  return { type: 'string', enum: words };
}

export function either(...schemas: readonly Schema[]): Schema {
  return { anyOf: schemas };
}

/** One of the named schemas of the document. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** A route as the dialects' tables have it. */
export interface DescribedRoute {
  readonly method: string;
  readonly path: string;
  /** Of the body. */
  readonly schema?: object;
}

/** What a reader is told of a route. */
export interface Told {
  readonly summary: string;
  /** Whoever asks; else the document's own credentials. */
  readonly access?: 'open';
  /** Name -> what it means. */
  readonly query?: Readonly<Record<string, string>>;
  /** Where the route's table has no schema of it. */
  readonly body?: object;
  /** Status -> what is answered; null is an empty body. */
  readonly answers: Readonly<Record<number, Schema | null>>;
  /** Media types of the answers, where they are others than the document's. */
  readonly types?: readonly string[];
}

export interface ApiDescription {
  readonly title: string;
  readonly description: string;
  /** Media types of the answers. */
  readonly types: readonly string[];
  readonly securitySchemes: Readonly<Record<string, Schema>>;
  readonly schemas: Readonly<Record<string, Schema>>;
  /** Whatever else is answered. */
  readonly error: Schema;
  readonly routes: readonly DescribedRoute[];
  /** By `GET /path/:parameter`. */
  readonly told: Readonly<Record<string, Told>>;
}

/** A fact of the package, read once. */
const VERSION = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

export function describeApi(api: ApiDescription): Json {
  const paths: Record<string, Json> = {};
  for (const route of api.routes) {
    const told = api.told[`${route.method} ${route.path}`];
    assert(told, `${route.method} ${route.path} has no line in the document`);
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(api, route, told) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: api.title,
      version: VERSION,
      description: api.description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: Object.keys(api.securitySchemes).map((name) => ({ [name]: [] })),
    paths,
    components: { securitySchemes: api.securitySchemes, schemas: api.schemas },
  };
}

function describeRoute(api: ApiDescription, { method, path, schema }: DescribedRoute, told: Told): Json {
  const { summary, access, query = {}, body = schema, answers, types = api.types } = told;
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: text,
  }));
  const inQuery = Object.entries(query).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: text,
  }));
  const parameters = [...inPath, ...inQuery];
  const success = Object.entries(answers).map(([status, answer]) => [
    status,
    { description: summary, ...(answer && { content: contentOf(types, answer) }) },
  ]);
  return {
    operationId: operationId(method, path),
    summary,
    ...(access === 'open' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: contentOf(['application/json'], body) } }),
    responses: {
      ...Object.fromEntries(success),
      default: { description: 'What is wrong.', content: contentOf(types, api.error) },
    },
  };
}

/** `getOperatorsById`: what generated clients call it. */
function operationId(method: string, path: string): string {
  const words = path.replaceAll('/:', '/by-').split(/[^A-Za-z0-9]+/);
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function contentOf(types: readonly string[], schema: object): Json {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}
