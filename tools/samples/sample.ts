/**
 * The samples as they are written in docs/samples, whose README says what each member means: reading them, filling in
 * what a run knows, and saying what is wrong with an answer. Pure, but for the reading.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

export const DIALECTS = ['reloadly', 'octopus', 'a1topup', 'recharge'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** What `{{name}}` stands for. */
export type Values = Readonly<Record<string, string>>;

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type Fields = Readonly<Record<string, Json>>;

export interface Sample {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Values;
  readonly body?: Json;
  readonly expect: { readonly status: number; readonly fields: Fields };
  /** Name for later samples -> path in the answer. */
  readonly remember?: Values;
  readonly pollWhile?: Fields;
}

export interface Received {
  readonly status: number;
  /** Undefined when the answer is no JSON. */
  readonly body: unknown;
}

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'samples');

export function readSamples(dialect: Dialect): readonly Sample[] {
  // Ours, and every sample is sent by a test.
  return JSON.parse(readFileSync(join(FOLDER, `${dialect}.json`), 'utf8')) as Sample[];
}

/** The same value with every `{{name}}` in its texts filled in; throws for a name that has no value. */
export function fill<T>(value: T, values: Values): T {
  const filled = (text: string) =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const known = values[name];
      if (known === undefined) throw new Error(`nothing is known as {{${name}}}`);
      return known;
    });
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return filled(node);
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, member]) => [name, walk(member)]));
  };
  return walk(value) as T; // the same shape: only texts have changed
}

/** What a path leads to; undefined where it leads nowhere. The empty path is the whole answer. */
export function lookUp(body: unknown, path: string): unknown {
  return path
    .split('.')
    .filter((step) => step !== '')
    .reduce(follow, body);
}

function follow(at: unknown, step: string): unknown {
  if (typeof at !== 'object' || at === null) return undefined;
  const [name = '', wanted] = step.split('=');
  const members = at as Readonly<Record<string, unknown>>; // an object, by the guard above
  if (wanted === undefined) return members[name];
  return Object.values(members).find((one) => lookUp(one, name) === wanted);
}

/** A line for each way in which the answer is not as it should be. */
export function complaints({ expect }: Sample, { status, body }: Received): readonly string[] {
  const wrong = Object.entries(expect.fields).filter(([path, wanted]) => !agrees(lookUp(body, path), wanted));
  return [
    ...(status === expect.status ? [] : [`the status is ${status} instead of ${expect.status}`]),
    ...wrong.map(
      ([path, wanted]) =>
        `${path || 'the answer'} is ${show(lookUp(body, path))}, and should ${describe(wanted)}`,
    ),
  ];
}

/** Whether the answer has all these fields. */
export function hasFields(fields: Fields, body: unknown): boolean {
  return Object.entries(fields).every(([path, wanted]) => agrees(lookUp(body, path), wanted));
}

function agrees(found: unknown, wanted: Json): boolean {
  const pattern = patternOf(wanted);
  if (pattern === undefined) return isDeepStrictEqual(found, wanted);
  return found != null && new RegExp(pattern).test(typeof found === 'string' ? found : show(found));
}

function patternOf(wanted: Json): string | undefined {
  const isPattern = typeof wanted === 'object' && wanted !== null && 'matches' in wanted;
  return isPattern && typeof wanted.matches === 'string' ? wanted.matches : undefined;
}

function describe(wanted: Json): string {
  const pattern = patternOf(wanted);
  return pattern === undefined ? `be ${show(wanted)}` : `match /${pattern}/`;
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
