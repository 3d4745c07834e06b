/** The switch as its own process, started as a user starts it: for tests that kill it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '..', '..');
const READY_MS_MAX = 60_000;

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything that it has printed. */
  output(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** A process on its way up: it may be killed before it is ready. */
export interface LaunchedProcess extends Omit<ServerProcess, 'url'> {
  /** Where it answers, once it says so; rejects when it ends before. */
  readonly ready: Promise<string>;
}

export interface SpawnOptions {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The checkout that it runs from, where it is another one. */
  readonly root?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** A module that is loaded before it. */
  readonly preload?: string;
}

/** What each program is, and how it says where it answers. */
const PROGRAMS = {
  server: { script: join('src', 'main.ts'), ready: /ready at (\S+)/ },
  simulator: { script: join('src', 'simulator', 'main.ts'), ready: /listens on (\S+),/ },
} as const;

/** Whatever a failing test leaves running would keep its file from ending, and a script would leave it behind. */
const started = new Set<ChildProcess>();
function endAll(): void {
  for (const child of started) child.kill('SIGKILL');
}
if (process.argv[1]?.endsWith('.test.ts')) after(endAll);
process.once('exit', endAll);

/** Starts `src/main.ts` and waits until it says that it is ready. */
export async function spawnServer(options: SpawnOptions): Promise<ServerProcess> {
  const launched = launch('server', options);
  return { ...launched, url: await launched.ready };
}

/** Starts the switch or the pretend operators as a user does, and leaves the waiting to the caller. */
export function launch(
  program: keyof typeof PROGRAMS,
  { dataDir, env = {}, root = ROOT, uid, gid, preload }: SpawnOptions,
): LaunchedProcess {
  const { script, ready: sign } = PROGRAMS[program];
  const imports = preload === undefined ? [] : ['--import', pathToFileURL(preload).href];
  const child = spawn(process.execPath, [...imports, join(root, script)], {
    cwd: root,
    env: { ...process.env, TOPRAIL_PORT: '0', TOPRAIL_DATA_DIR: dataDir, TOPRAIL_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  started.add(child);
  child.once('exit', () => started.delete(child));
  let output = '';
  const ready = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in time:\n${output}`)), READY_MS_MAX);
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
      const url = sign.exec(output)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code ?? signal} before it was ready:\n${output}`));
    });
  });
  ready.catch(() => undefined); // whoever kills it before it is ready does not wait
  return {
    ready,
    child,
    output: () => output,
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
  };
}

/** Process id of the embedded PostgreSQL under a data directory. */
export async function postmasterPid(dataDir: string): Promise<number> {
  const { pid } = JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8')) as { pid: number };
  return pid;
}

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of the command line to its end. */
export function toprail(args: readonly string[], dataDir: string): Promise<Ran> {
  return runScript(join('src', 'cli.ts'), args, dataDir);
}

/** Runs one of our programs to its end. */
export async function runScript(script: string, args: readonly string[], dataDir: string): Promise<Ran> {
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    cwd: ROOT,
    env: { ...process.env, TOPRAIL_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status: status ?? -1, stdout, stderr };
}
