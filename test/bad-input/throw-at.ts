/** Throws every strange value at every place of an API, and tells which answers were not ones that it declares. */
import { Pool } from 'undici';
import { shapesOf } from '../api/error-shapes.ts';
import type { TestApp } from '../harness/app.ts';
import type { Callers } from './callers.ts';
import { type Dialect, type Operation, put, readOperations } from './places.ts';
import { NAMES, TEXTS, VALUES } from './strings.ts';

interface Throw {
  readonly operation: Operation;
  readonly told: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface Thrown {
  readonly requests: number;
  readonly places: number;
  readonly wrong: readonly string[];
}

/** Headers over the limit are refused before anybody knows which API is asked. */
const HEADERS_TOO_LARGE = 431;
const AT_ONCE = 24;
/** What a path parameter of this name holds while another place is thrown at. */
const PATH_VALUES: Readonly<Record<string, string>> = { iso: 'HT', phone: '+50936377111', id: '173' };
/** Of every request; those that the document names come with it. */
const HEADERS = [
  'authorization',
  'content-type',
  'accept',
  'accept-language',
  'user-agent',
  'x-forwarded-for',
];
const SEARCHES = [
  '%',
  '%zz=%',
  '%ff=%c0%af',
  'a[]=1&a[]=2',
  'a[b]=1',
  '__proto__=1',
  '&&==&',
  'a=1&a=2',
  '?',
  '+',
  ';',
];
/** What a client library lets through in a header; the rest is thrown byte by byte, in `framing.test.ts`. */
// oxlint-disable-next-line no-control-regex
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** `oneIn`: each place gets so small a part of the values, the next place the next part. */
export async function throwAt(
  app: TestApp,
  callers: Callers,
  { dialect, oneIn }: { readonly dialect: Dialect; readonly oneIn: number },
): Promise<Thrown> {
  const operations = readOperations(dialect, callers.values);
  const places = operations.flatMap((operation) => throwsAt(operation, callers.headers[dialect]));
  const pool = new Pool(app.url, { connections: AT_ONCE });
  const wrong: string[] = [];
  let requests = 0;
  const left = places
    .flatMap((place, index) => [...place].filter((_, value) => (value + index) % oneIn === 0))
    .values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const one of left) {
        requests += 1;
        const complaint = await complaintOf(pool, one);
        if (complaint) wrong.push(`${one.told}: ${complaint}`);
      }
    }),
  );
  await pool.close();
  return { requests, places: places.length, wrong };
}

/** For each place of the operation, what is thrown at it. */
function throwsAt(operation: Operation, credentials: Readonly<Record<string, string>>): Iterable<Throw>[] {
  const { method, path, parameters, body, fields } = operation;
  const query = new URLSearchParams(
    operation.dialect === 'a1topup' && body === undefined ? { format: 'json' } : {},
  );
  const request = (
    where: string,
    shown: unknown,
    changes: {
      readonly path?: Readonly<Record<string, string>>;
      readonly query?: readonly [string, string];
      /** As it is, percent signs and all. */
      readonly search?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    },
  ): Throw => {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent((changes.path?.[name] ?? PATH_VALUES[name] ?? '1').toWellFormed()),
    );
    const asked = new URLSearchParams(query);
    if (changes.query) asked.set(...changes.query);
    const content = 'body' in changes ? changes.body : body;
    return {
      operation,
      told: `${method} ${path} ${where} ${JSON.stringify(shown)?.slice(0, 80)}`,
      path: `${filled}?${changes.search ?? asked.toString()}`,
      headers: {
        ...credentials,
        ...(content === undefined ? {} : { 'content-type': 'application/json' }),
        ...changes.headers,
      },
      body: content === undefined ? undefined : JSON.stringify(content),
    };
  };
  const texts = TEXTS.map(([, text]) => text);
  const named = parameters.map(({ in: where, name }) =>
    texts
      .filter((text) => (where === 'header' ? SENDABLE.test(text) : where === 'query' || text !== ''))
      .map((text) =>
        request(`${where} ${name}`, text, {
          path: { [name]: text },
          query: [name, text],
          headers: where === 'header' ? { [name]: text } : {},
        }),
      ),
  );
  const unnamed = [
    ...HEADERS.map((name) =>
      texts
        .filter((text) => SENDABLE.test(text))
        .map((text) => request(`header ${name}`, text, { headers: { [name]: text } })),
    ),
    texts.map((text) => request('an unknown parameter', text, { query: [text, text] })),
    SEARCHES.map((search) => request('query', search, { search })),
    texts.flatMap((text) =>
      credentialsOf(text).map((authorization) =>
        request('credentials', text, { headers: { authorization } }),
      ),
    ),
  ];
  if (body === undefined) return [...named, ...unnamed];
  const bodies = fields.map((field) =>
    [...texts, ...VALUES].map((value) =>
      request(`body ${field.join('.')}`, value, { body: put(body, field, value) }),
    ),
  );
  const members = NAMES.map((name) => request('body, a member', name, { body: withMember(body, name) }));
  const whole = [...texts, ...VALUES].map((value) => request('the whole body', value, { body: value }));
  return [...named, ...unnamed, ...bodies, members, whole];
}

function credentialsOf(text: string): string[] {
  const coded = Buffer.from(`${text}:${text}`).toString('base64');
  return [`Basic ${coded}`, `Bearer ${coded}`, `Bearer ${coded}.${coded}.${coded}`];
}

/** `__proto__` as a member like any other. */
function withMember(body: unknown, name: string): unknown {
  const members = Object.entries((body ?? {}) as object).map(([key, value]) => [key, value] as const);
  const made: Record<string, unknown> = {};
  for (const [key, value] of [...members, [name, 1] as const])
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
  return made;
}

async function complaintOf(
  pool: Pool,
  { operation, path, headers, body }: Throw,
): Promise<string | undefined> {
  const answer = await pool.request({
    method: operation.method as 'GET', // one of the methods of HTTP
    path,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const { statusCode } = answer;
  const text = await answer.body.text();
  const type = String(answer.headers['content-type'] ?? '');
  const told = `${statusCode} ${type} ${text.slice(0, 300)}`;
  if (statusCode >= 500 || statusCode === 429) return told;
  if (statusCode < 400) return undefined;
  if (statusCode === HEADERS_TOO_LARGE) return undefined;
  if (!operation.declared.includes(`${statusCode}`) && !operation.declared.includes('default'))
    return `not declared: ${told}`;
  if (!/[/+]json/.test(type)) return `no JSON: ${told}`;
  const shapes = shapesOf(JSON.parse(text), type);
  return shapes.length === 1 && shapes[0] === operation.dialect ? undefined : `another shape: ${told}`;
}
