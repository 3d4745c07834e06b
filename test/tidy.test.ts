/** The house rules that a machine can see: where rooms may look, how long a file may be, which words are banned. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, it } from 'node:test';

const ROOT = join(import.meta.dirname, '..');
/** Files of the working tree: tracked, or new and not ignored. */
const FILES = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)));
const SOURCES = FILES.filter(
  (file) => /^(src|test|bench|tools)\/.*\.ts$/.test(file) && !file.endsWith('.generated.ts'),
);
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** From the ground up: a room imports only from those that stand before it, and from itself. */
const ROOMS = [
  'core',
  'platform',
  'events',
  'identity',
  'catalogue',
  'pricing',
  'wallet',
  'routing',
  'orders',
  'reconciliation',
  'protocols',
  'simulator',
  'verify',
] as const;
/** What a room may use beyond the order of the list, each with its reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'simulator -> protocols': 'it speaks the wire of the pretend operators, which the connector shares',
};
/** Composition: these see everything. */
const TOP = /^src\/[^/]+\.ts$|^src\/cli\//;

describe('import directions', () => {
  const imports = SOURCES.filter((file) => file.startsWith('src/')).flatMap((file) =>
    [...read(file).matchAll(/(?:from|import)\s+['"](\.[^'"]+)['"]/g)].map((match) => ({
      file,
      target: normalize(join(dirname(file), match[1] ?? '')),
    })),
  );

  it('a room imports only from rooms below it', () => {
    const wrong = imports.filter(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      if (TOP.test(file) || file.endsWith('.test.ts') || from === to) return false;
      if (EXCEPTIONS[`${from} -> ${to}`]) return false;
      return !(ROOMS.indexOf(to as never) < ROOMS.indexOf(from as never) && ROOMS.includes(to as never));
    });
    assert.deepEqual(wrong, []);
  });

  it('every room of src is in the list', () => {
    const rooms = new Set(SOURCES.filter((file) => file.startsWith('src/') && !TOP.test(file)).map(roomOf));
    assert.deepEqual(
      [...rooms].filter((room) => !ROOMS.includes(room as never)),
      [],
    );
  });

  it('protocols never import each other, and a dialect never imports a connector', () => {
    const wrong = imports.filter(({ file, target }) => {
      const [, , from, fromSide] = file.split('/');
      const [, room, to, toSide] = target.split('/');
      if (!file.startsWith('src/protocols/') || room !== 'protocols' || file.endsWith('.test.ts'))
        return false;
      if (to === 'dialect.ts') return false;
      return from !== to || (fromSide === 'dialect' && toSide === 'connector');
    });
    assert.deepEqual(wrong, []);
  });

  it('nobody but its own room imports a store', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        target.endsWith('/store.ts') && roomOf(file) !== roomOf(target) && !TOP.test(file),
    );
    assert.deepEqual(wrong, []);
  });

  it('core imports nothing but itself and Node', () => {
    const wrong = SOURCES.filter((file) => file.startsWith('src/core/') && !file.endsWith('.test.ts')).filter(
      (file) =>
        [...read(file).matchAll(/from '([^.'][^']*)'/g)].some((match) => !match[1]?.startsWith('node:')),
    );
    assert.deepEqual(wrong, []);
  });

  function roomOf(file: string): string {
    return file.split('/')[1] ?? '';
  }
});

describe('sizes', () => {
  const LINES_MAX = 350;
  it(`no source file has more than ${LINES_MAX} lines`, () => {
    const long = SOURCES.map((file) => [file, read(file).split('\n').length] as const).filter(
      ([, lines]) => lines > LINES_MAX,
    );
    assert.deepEqual(long, []);
  });
});

describe('words', () => {
  /** What is banned in code, and what to say instead. */
  const BANNED: readonly (readonly [RegExp, string])[] = [
    [/\bTODO\b|\bFIXME\b/, 'do it, or say in the docs that it is not done'],
    [/\bMath\.random\(/, 'take randomness as an argument'],
    [/\bparseFloat\(/, 'parseAmount or parseDecimal'],
    [/\bexport default\b/, 'a named export'],
    [/\benum \w+ \{/, 'a union of strings'],
    [/\b(simply|obviously|of course)\b/i, 'nothing: say the thing'],
  ];
  // This file spells what it bans.
  const READ = SOURCES.filter((file) => file !== 'test/tidy.test.ts');
  for (const [pattern, instead] of BANNED) {
    it(`${pattern.source}: ${instead}`, () => {
      const found = READ.flatMap((file) =>
        read(file)
          .split('\n')
          .map((line, index) => ({ at: `${file}:${index + 1}`, line: line.trim() }))
          .filter(({ line }) => pattern.test(line)),
      );
      assert.deepEqual(found, []);
    });
  }

  it('no file is named for what everything could be', () => {
    const vague = /(^|\/)(utils?|helpers?|common|manager|service|misc|lib)\.ts$/;
    assert.deepEqual(
      FILES.filter((file) => vague.test(file)),
      [],
    );
  });

  it('time comes from the clock: Date.now() and timers stand only where the clock is made, and in tests', () => {
    const places = /^(test|bench|tools)\/|\.test\.ts$|^src\/core\/time\.ts$/;
    // PostgreSQL's process and the sockets of the outside run by the system's time, and so does who waits for them.
    const outside =
      /^src\/platform\/|^src\/(app|main|simulator\/main)\.ts$|^src\/cli\/|^src\/verify\/|^src\/simulator\/journal/;
    const found = SOURCES.filter((file) => !places.test(file) && !outside.test(file)).filter((file) =>
      /Date\.now\(\)|setTimeout\(|setInterval\(|new Date\(\)/.test(read(file)),
    );
    assert.deepEqual(found, []);
  });
});

describe('documents', () => {
  const DOCUMENTS = FILES.filter((file) => file.endsWith('.md'));
  it('every link to a file of ours leads somewhere', () => {
    const dead = DOCUMENTS.flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !existsSync(join(ROOT, dirname(file), target)))
        .map((target) => `${file} -> ${target}`),
    );
    assert.deepEqual(dead, []);
  });

  it('every decision is numbered once', () => {
    const numbers = FILES.filter((file) => /^docs\/decisions\/\d{4}-/.test(file)).map((file) =>
      relative('docs/decisions', file).slice(0, 4),
    );
    assert.equal(new Set(numbers).size, numbers.length);
  });

  it('every room has its own README of a few lines', () => {
    const rooms = [
      'events',
      'identity',
      'catalogue',
      'pricing',
      'wallet',
      'routing',
      'orders',
      'reconciliation',
      'simulator',
      'verify',
    ];
    assert.deepEqual(
      rooms.filter((room) => !existsSync(join(ROOT, 'src', room, 'README.md'))),
      [],
    );
  });
});
