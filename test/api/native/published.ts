/** The published document as an oracle: whether an answer is one that it declares. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Answer } from '../../harness/app.ts';

type Json = Record<string, unknown>;

export interface Operation extends Json {
  readonly responses: Record<
    string,
    { readonly description: string; readonly content: Record<string, Json> }
  >;
  readonly requestBody?: { readonly content: Record<string, Json> };
}

export interface PublishedDocument extends Json {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly license: { readonly identifier: string } };
  readonly paths: Record<string, Record<string, Operation>>;
}

const PATH = new URL('../../../docs/api/native.openapi.json', import.meta.url);
export const published: PublishedDocument = JSON.parse(readFileSync(PATH, 'utf8'));

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(published, 'api');

/** Every operation: `['get', '/v1/orders/{id}', ...]`. */
export function operations(): (readonly [method: string, path: string, operation: Operation])[] {
  return Object.entries(published.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [method, path, operation] as const),
  );
}

/** Asserts that a value fits a schema of the document, named by the way to it. */
export function assertFits(value: unknown, ...way: readonly string[]): void {
  const pointer = way
    .map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const validate = ajv.compile({ $ref: `api#/${pointer}` });
  assert.ok(
    validate(value),
    `${way.join(' > ')}: ${JSON.stringify(validate.errors, null, 1)}\n${JSON.stringify(value)}`,
  );
}

/** Asserts that the document declares this answer to this request: its status, its type and its whole content. */
export function assertDeclared(method: string, path: string, answer: Answer): void {
  const [pathname = ''] = path.split('?', 1);
  const template = Object.keys(published.paths).find((known) =>
    new RegExp(`^${known.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(pathname),
  );
  assert.ok(template, `${path} is not in the document`);
  const status = String(answer.status);
  const declared = published.paths[template]?.[method.toLowerCase()]?.responses[status];
  assert.ok(declared, `${method} ${template} does not declare ${status}: ${answer.text}`);
  const type = (answer.headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
  assert.ok(declared.content[type], `${method} ${template} ${status} does not declare ${type}`);
  assertFits(
    /[/+]json$/.test(type) ? answer.body : answer.text,
    'paths',
    template,
    method.toLowerCase(),
    'responses',
    status,
    'content',
    type,
    'schema',
  );
}
