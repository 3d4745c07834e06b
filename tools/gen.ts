/**
 * `npm run gen` writes everything that is generated and checked in; with `--check` it writes nothing and fails
 * when something is stale.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateCatalogue } from './gen-catalogue.ts';
import { generateOpenApi } from './gen-openapi.ts';
import { generateSchema } from './gen-schema.ts';

const ROOT = join(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');

/** Paths below the root and what each must hold. */
const files = new Map<string, string>([
  ...generateCatalogue(),
  ...(await generateOpenApi()),
  ...(await generateSchema()),
]);
const stale = [...files].filter(
  ([path, text]) => !existsSync(join(ROOT, path)) || readFileSync(join(ROOT, path), 'utf8') !== text,
);
for (const [path, text] of stale) {
  console.log(`${isCheck ? 'stale' : 'wrote'}  ${path}`);
  if (isCheck) continue;
  await mkdir(dirname(join(ROOT, path)), { recursive: true });
  await writeFile(join(ROOT, path), text);
}
if (stale.length === 0) console.log(`${files.size} generated files are fresh`);
if (isCheck && stale.length > 0) {
  console.log('run: npm run gen');
  process.exitCode = 1;
}
