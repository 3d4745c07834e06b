/**
 * `node tools/complete-lock.ts`: adds to package-lock.json the optional platform packages that npm has left out of it
 * (it does where a registry mirror lacks them), since `npm ci` then refuses the file. An entry names version and
 * platform only: it is never installed elsewhere, and on its own platform npm fetches it by its version.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
interface Lock {
  packages: Record<string, LockedPackage>;
}

const PATH = join(import.meta.dirname, '..', 'package-lock.json');
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'] as const;
const PROCESSORS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32'] as const;

// npm wrote the file.
const lock = JSON.parse(readFileSync(PATH, 'utf8')) as Lock;
const added: string[] = [];
for (const { optionalDependencies = {} } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] || !/^\d/.test(version)) continue;
    lock.packages[key] = { version, optional: true, ...platformOf(name) } as LockedPackage;
    added.push(`${name} ${version}`);
  }
}
const packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(PATH, `${JSON.stringify({ ...lock, packages }, undefined, 2)}\n`);
console.log(added.length === 0 ? 'nothing was missing' : `added ${added.length}:\n  ${added.join('\n  ')}`);

/** What the package is for, as its name says. */
function platformOf(name: string) {
  const words = name.split(/[/@-]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return {
    ...(os ? { os: [os] } : {}),
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(libc && os === 'linux' ? { libc: [libc] } : {}),
  };
}
