/** `npm run check`: types, lint, format, unused code, and that everything generated is fresh. Stops at nothing. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const CHECKS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc', '-p', '.'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings'],
  ['format', 'biome', 'ci', '--colors=off', '.'],
  ['unused', 'knip'],
  ['tidy', 'node', '--test', 'test/tidy.test.ts'],
  ['generated', 'node', 'tools/gen.ts', '--check'],
];

const failed: string[] = [];
for (const [name, command, ...args] of CHECKS) {
  const startedAt = Date.now();
  const path = `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH']}`;
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed.push(name);
  console.log(`${stdout}${stderr}`);
}
process.exitCode = failed.length > 0 ? 1 : 0;
