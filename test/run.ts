/**
 * `npm test`: every test file, two at a time, on one embedded PostgreSQL that stays up between the files. Ends with
 * what was covered: tests by area, and every skip with its reason.
 *
 *     npm test                    the default set
 *     npm run test:long           the long forms, test/long
 *     npm test -- ledger crash    only files whose path contains one of the words
 */
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { stopTestCluster, testCluster } from './harness/database.ts';

const ROOT = join(import.meta.dirname, '..');
const FILES_AT_ONCE = 2;
/** One test file, far above the slowest. */
const FILE_TIMEOUT_MS = 8 * 60_000;
const LONG_FILE_TIMEOUT_MS = 60 * 60_000;

const isLong = process.argv.includes('--long');
const words = process.argv.slice(2).filter((word) => word !== '--long');
const files = globSync(['src/**/*.test.ts', 'bench/**/*.test.ts', 'test/**/*.test.ts'], {
  cwd: ROOT,
  exclude: (name) => name === 'node_modules',
})
  .filter((file) => file.startsWith(join('test', 'long')) === isLong)
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`no test file matches ${words.join(' ')}`);
  process.exit(1);
}

const startedAt = Date.now();
console.log(`toprail  ${files.length} test files, ${FILES_AT_ONCE} at a time`);
await testCluster();

const areas = new Map<string, { passed: number; failed: number; ms: number }>();
const skips: string[] = [];
const failures: string[] = [];
let seen = 0;

const stream = run({
  files: files.map((file) => join(ROOT, file)),
  concurrency: FILES_AT_ONCE,
  timeout: isLong ? LONG_FILE_TIMEOUT_MS : FILE_TIMEOUT_MS,
});
stream.on('test:pass', (event) => note(event, 'passed'));
stream.on('test:fail', (event) => note(event, 'failed'));
stream.compose(spec).pipe(process.stdout);
await new Promise((resolve) => stream.on('end', resolve));
await stopTestCluster();
report();
process.exitCode = failures.length > 0 ? 1 : 0;

interface TestEvent {
  readonly name: string;
  readonly file?: string | undefined;
  readonly skip?: string | boolean | undefined;
  readonly details: { readonly duration_ms: number; readonly type?: string | undefined };
}

function note(event: TestEvent, outcome: 'passed' | 'failed'): void {
  if (event.details.type === 'suite') return;
  const file = event.file ? relative(ROOT, event.file) : event.name;
  const area = file.split('/').slice(0, 2).join('/');
  const counts = areas.get(area) ?? { passed: 0, failed: 0, ms: 0 };
  counts[outcome] += 1;
  counts.ms += event.details.duration_ms;
  areas.set(area, counts);
  seen += 1;
  if (event.skip) skips.push(`${event.name}: ${event.skip === true ? 'no reason given' : event.skip}`);
  if (outcome === 'failed') failures.push(`${file}: ${event.name}`);
}

function report(): void {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
  console.log(`\ncovered in ${seconds} s: ${files.length} files, ${seen} tests`);
  for (const [area, { passed, failed, ms }] of [...areas].sort(([a], [b]) => a.localeCompare(b))) {
    const broken = failed > 0 ? `, ${failed} FAILED` : '';
    console.log(
      `  ${area.padEnd(24)} ${String(passed).padStart(5)} passed${broken}  (${(ms / 1000).toFixed(1)} s)`,
    );
  }
  console.log(`skipped: ${skips.length}${skips.map((skip) => `\n  ${skip}`).join('')}`);
  for (const failure of failures) console.log(`FAILED ${failure}`);
  console.log(
    `${seen - failures.length - skips.length} passed, ${failures.length} failed, ${skips.length} skipped`,
  );
}
