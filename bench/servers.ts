/** The servers of a bench as processes of their own, and what their database says about them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { EMBEDDED_DATABASE } from '../src/cli/connect.ts';
import { findRunning } from '../src/platform/embedded/cluster.ts';

/** As `npm start` has them. */
export const SERVER_FLAGS = ['--max-semi-space-size=32', '--no-allocation-site-pretenuring'] as const;

export interface BenchServer {
  readonly url: string;
  readonly apiKey: string;
  readonly token: string;
  readonly databaseUrl: string;
  readonly journalPath: string;
  readonly pids: {
    readonly server: number | undefined;
    readonly postgres: number;
    readonly simulator: number | undefined;
  };
  /** The number `n` of one row. */
  ask(sql: string): Promise<number>;
  /** Does what only the superuser of PostgreSQL may. */
  command(sql: string): Promise<void>;
  /** Memory of the server at its peak since this was last asked; 0 where it is several processes, who do not tell. */
  peakBytes(): Promise<number>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly design: 'batch' | 'naive';
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Pretend operators that run already, in a process of their own. */
  readonly simulator?: BenchSimulator;
}

export async function startServer(options: ServerOptions): Promise<BenchServer> {
  const { design, dataDir, env, simulator } = options;
  const processes = Number(env?.['TOPRAIL_PROCESSES'] ?? 1);
  // Several are what `npm start` makes of them: nothing stands between it and the bench.
  const program = processes > 1 ? ['..', 'src', 'main.ts'] : ['server.ts'];
  const child = fork(join(import.meta.dirname, ...program), [design], {
    env: {
      ...process.env,
      TOPRAIL_PORT: '0',
      TOPRAIL_LOG_LEVEL: 'warn',
      TOPRAIL_DATA_DIR: dataDir,
      ...(simulator ? { TOPRAIL_SIMULATOR_PORT: `${simulator.port}` } : {}),
      ...env,
    },
    execArgv: [...SERVER_FLAGS],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await announced(child, /ready at (\S+)/);
  const { apiKey, client } = JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as Credentials;
  const cluster = await findRunning(dataDir);
  if (!cluster) throw new Error('PostgreSQL does not run');
  const superuser = new Client({ connectionString: cluster.url('postgres', EMBEDDED_DATABASE) });
  await superuser.connect();
  return {
    url,
    apiKey,
    token: await fetchToken(url, client),
    databaseUrl: cluster.url('toprail_app', EMBEDDED_DATABASE),
    journalPath: join(dataDir, 'simulator', 'journal.ndjson'),
    pids: { server: child.pid, postgres: cluster.pid, simulator: simulator?.pid },
    ask: async (sql) => Number((await superuser.query<{ n: string }>(sql)).rows[0]?.n ?? 0),
    command: async (sql) => void (await superuser.query(sql)),
    peakBytes: async () => {
      if (processes > 1) return 0;
      child.send('peak');
      const [bytes] = (await once(child, 'message')) as [number];
      return bytes;
    },
    stop: async () => {
      await superuser.end();
      await ended(child);
      await cluster.stop();
    },
  };
}

export interface BenchSimulator {
  readonly port: number;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** The pretend operators in a process of their own, as providers are. */
export async function startSimulatorProcess(dataDir: string): Promise<BenchSimulator> {
  const child = fork(join(import.meta.dirname, '..', 'src', 'simulator', 'main.ts'), [], {
    env: { ...process.env, TOPRAIL_SIMULATOR_PORT: '0', TOPRAIL_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await announced(child, /listens on (http\S+),/);
  return { port: Number(new URL(url).port), pid: child.pid, stop: () => ended(child) };
}

const LOOK_MS = 50;
/** In order, so that it is read from the small index of what is due, and not from all orders. */
const LIVING = ['order_progress', 'batches']
  .map(
    (table) => `select 1 from (select next_wakeup from toprail.${table}
    where next_wakeup is not null order by next_wakeup limit 1) as due`,
  )
  .join(' union all ');

/** Resolves when no order lives any more, and none is to come. */
export async function allEnded({ ask }: BenchServer): Promise<void> {
  while ((await ask(`select count(*) as n from (${LIVING}) as living`)) > 0) await sleep(LOOK_MS);
}

export function deliveredOrders({ ask }: BenchServer): Promise<number> {
  return ask("select count(*) as n from toprail.order_progress where state = 'DELIVERED'");
}

/** Makes PostgreSQL wait before each commit, as a slower disk would; 0 ends it. Takes hold within a second. */
export async function delayCommits({ command }: BenchServer, delayUs: number): Promise<void> {
  for (const [name, value] of [
    ['commit_delay', delayUs],
    ['commit_siblings', 0],
  ] as const) {
    await command(delayUs > 0 ? `alter system set ${name} = ${value}` : `alter system reset ${name}`);
  }
  await command('select pg_reload_conf()');
}

async function announced(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${child.spawnfile} ended with ${code}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      const found = pattern.exec(chunk.toString())?.[1];
      if (found) resolve(found);
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

interface Credentials {
  readonly apiKey: string;
  readonly client: { readonly id: string; readonly secret: string };
}

async function fetchToken(url: string, { id, secret }: Credentials['client']): Promise<string> {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: id,
      client_secret: secret,
      grant_type: 'client_credentials',
      audience: 'https://topups-sandbox.reloadly.com',
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}
