/**
 * Loads the project a second time with a bug in it: modules that are asked for with `?planted=<number>` load what they
 * import in the same way, and the one file of the bug is edited as it is read.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PLANTED_BUGS, type PlantedBug } from './planted-bugs.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PLANTED = 'planted';
/** Not loaded again: what is not ours, and what patches this process. */
const SHARED = /\/node_modules\/|\/turns\.ts$/;

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const number = context.parentURL && new URL(context.parentURL).searchParams.get(PLANTED);
    if (!number || !found.url.startsWith('file:') || SHARED.test(found.url)) return found;
    return { ...found, url: `${found.url.split('?')[0]}?${PLANTED}=${number}` };
  },
  load(url, context, next) {
    const number = url.startsWith('file:') ? new URL(url).searchParams.get(PLANTED) : null;
    const bug = number === null ? undefined : PLANTED_BUGS[Number(number)];
    if (!bug || pathOf(url) !== bug.file) return next(url, context);
    return { ...next(url, context), source: withBug(bug) };
  },
});

/** The source of the bug's file with the bug in it. Throws when the text to edit is not there exactly once. */
export function withBug(bug: PlantedBug): string {
  let source = readFileSync(join(ROOT, bug.file), 'utf8');
  for (const [from, to] of bug.edits) {
    if (source.split(from).length !== 2)
      throw new Error(`${bug.name}: ${bug.file} does not have this text exactly once:\n${from}`);
    source = source.replace(from, () => to);
  }
  return source;
}

/** The simulated world with the bug of this number. */
export async function plantedWorld(number: number): Promise<typeof import('./world.ts')> {
  return (await import(`./world.ts?${PLANTED}=${number}`)) as typeof import('./world.ts'); // the same file
}

function pathOf(url: string): string {
  return relative(ROOT, fileURLToPath(url.split('?')[0] ?? ''));
}
