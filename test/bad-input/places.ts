/**
 * Every place of every API that a client can fill, read from the published documents: a new field is thrown at as
 * soon as it is published. What a request needs to get that far comes from the samples and the documents' examples.
 */
import { readFileSync } from 'node:fs';
import { fill, readSamples, type Values } from '../../tools/samples/sample.ts';

export const DIALECTS = ['native', 'reloadly', 'octopus', 'a1topup', 'recharge'] as const;
export type Dialect = (typeof DIALECTS)[number];

type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly schema?: Json;
}

interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: Json; example?: unknown }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

export interface Operation {
  readonly dialect: Dialect;
  readonly method: string;
  readonly path: string;
  /** Statuses that it declares; `default` stands for every error. */
  readonly declared: readonly string[];
  readonly parameters: readonly Parameter[];
  /** A JSON body that comes far; undefined where none is taken. */
  readonly body: unknown;
  /** Ways into the body, from the schema and the body itself. */
  readonly fields: readonly (readonly string[])[];
}

export function readOperations(dialect: Dialect, values: Values): readonly Operation[] {
  const file = new URL(`../../docs/api/${dialect}.openapi.json`, import.meta.url);
  // The generator's own document.
  const document = JSON.parse(readFileSync(file, 'utf8')) as Json & {
    paths: Record<string, Record<string, Described>>;
  };
  const samples = dialect === 'native' ? [] : readSamples(dialect);
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([lower, described]) => {
      const method = lower.toUpperCase();
      const content = described.requestBody?.content['application/json'];
      const schema = resolve(document, content?.schema);
      const sample = samples.find(
        (one) => one.method === method && one.path === path && typeof one.body === 'object',
      );
      const body =
        content &&
        (sample
          ? fill(sample.body, values)
          : (content.example ?? schema['example'] ?? made(document, schema)));
      const fields = [...fieldsOf(document, schema), ...fieldsIn(body)];
      return {
        dialect,
        method,
        path,
        declared: Object.keys(described.responses),
        parameters: described.parameters ?? [],
        body,
        fields: [...new Map(fields.map((field) => [field.join('.'), field])).values()],
      };
    }),
  );
}

function resolve(document: Json, schema: unknown): Json {
  const known = (schema ?? {}) as Json; // a schema is an object
  const name = typeof known['$ref'] === 'string' ? known['$ref'].slice(2).split('/') : undefined;
  if (!name) return known;
  return resolve(
    document,
    name.reduce<unknown>((at, step) => (at as Json)[step], document),
  );
}

/** The ways to every member that a schema names, through its alternatives and lists. */
function fieldsOf(document: Json, given: unknown, depth = 0): string[][] {
  if (depth > 6) return [];
  const schema = resolve(document, given);
  const members = Object.entries((schema['properties'] ?? {}) as Json).flatMap(([name, member]) => [
    [name],
    ...fieldsOf(document, member, depth + 1).map((way) => [name, ...way]),
  ]);
  const alternatives = ['anyOf', 'oneOf', 'allOf'].flatMap((key) =>
    ((schema[key] ?? []) as unknown[]).flatMap((one) => fieldsOf(document, one, depth + 1)),
  );
  const items = schema['items']
    ? fieldsOf(document, schema['items'], depth + 1).map((way) => ['0', ...way])
    : [];
  return [...members, ...alternatives, ...items];
}

function fieldsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    [name],
    ...fieldsIn(member).map((way) => [name, ...way]),
  ]);
}

/** Something of the schema's kind. */
function made(document: Json, given: unknown): unknown {
  const schema = resolve(document, given);
  const [first] = ['enum', 'anyOf', 'oneOf'].flatMap((key) => (schema[key] ?? []) as unknown[]);
  if (schema['enum']) return first;
  if (first !== undefined) return made(document, first);
  switch (schema['type']) {
    case 'object':
      return Object.fromEntries(
        ((schema['required'] ?? []) as string[]).map((name) => [
          name,
          made(document, ((schema['properties'] ?? {}) as Json)[name]),
        ]),
      );
    case 'array':
      return [made(document, schema['items'])];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    default:
      return '1';
  }
}

/** The body with another value at the end of the way; objects on the way are made where there are none. */
export function put(body: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(body))
    return body.map((item, index) => (`${index}` === step ? put(item, rest, value) : item));
  const object = typeof body === 'object' && body !== null ? body : {};
  return { ...object, [step]: put((object as Json)[step], rest, value) };
}
