/**
 * Reads what the catalogue is made from: our own tables beside this file, and the data inside the installed
 * development dependencies. Nothing here is used at run time.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { assert } from '../../src/core/assert.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A comma-separated file with a heading and no quoting: a field of ours never holds a comma. */
export function readCsv<Column extends string>(
  name: string,
  columns: readonly Column[],
): Record<Column, string>[] {
  const [heading, ...lines] = readFileSync(here(name), 'utf8').trimEnd().split('\n');
  assert(heading === columns.join(','), `${name} has other columns than ${columns.join(',')}`);
  return lines.map((line) => {
    const fields = line.split(',');
    assert(fields.length === columns.length, `${name}: ${line}`);
    return Object.fromEntries(columns.map((column, at) => [column, fields[at]])) as Record<Column, string>; // same length
  });
}

export function readJson(name: string): unknown {
  return JSON.parse(readFileSync(here(name), 'utf8'));
}

/** Resolves a file of an installed package, also of one that only a dependency of ours depends on. */
export function packageFile(path: string): string {
  return here(`../../node_modules/${path}`);
}

/** A package seen from another one: `bson` belongs to the package whose data it reads. */
export function requireFrom(packageName: string, wanted: string): unknown {
  return createRequire(packageFile(`${packageName}/package.json`))(wanted);
}

/** What the source documents of the protocols say; it wins over recorded data. */
export interface SourceDocuments {
  readonly operators: readonly { id: number; country: string; name: string; kind: OperatorKind }[];
  readonly emailDomains: Readonly<Record<string, readonly string[]>>;
  readonly productIds: Readonly<Record<string, number>>;
  readonly productNames: Readonly<Record<string, string>>;
  readonly codes: Readonly<Record<string, string>>;
  readonly ported: Readonly<Record<string, number>>;
}

/** What has no public source: chosen so that every kind of product can be tried. */
export interface SandboxChoices {
  readonly listedFirst: Readonly<Record<string, string>>;
  readonly combos: readonly number[];
  readonly fixedAirtime: readonly number[];
  readonly noLocalAmounts: readonly number[];
  readonly networks: Readonly<Record<string, number>>;
  readonly ranges: Readonly<Record<string, readonly string[]>>;
  readonly outOfService: readonly number[];
  /** Of main products that are not mobile. */
  readonly classes: Readonly<Record<string, 'dth'>>;
  /** Per cent that amounts in a country hold already. */
  readonly taxes: Readonly<Record<string, string>>;
}

export type OperatorKind = 'airtime' | 'data' | 'bundle' | 'pin' | 'bill' | 'gaming';

// Both files are ours, read by this program alone, and a wrong one fails the catalogue's tests.
export const sourceDocuments = readJson('source-documents.json') as SourceDocuments;
export const sandboxChoices = readJson('sandbox.json') as SandboxChoices;
