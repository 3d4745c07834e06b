/** The servers of a bench as processes of their own, and what their database says about them. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { EMBEDDED_DATABASE } from '../src/cli/connect.ts';
import { findRunning } from '../src/platform/embedded/cluster.ts';

export interface BenchServer {
  readonly url: string;
  readonly apiKey: string;
  readonly token: string;
  readonly databaseUrl: string;
  readonly journalPath: string;
  delivered(): Promise<number>;
  /** Resolves when no order lives any more. */
  allEnded(): Promise<void>;
  bytesPerOrder(): Promise<number>;
  usage(): Promise<{ readonly rss: number }>;
  stop(): Promise<void>;
}

export async function startServer(
  design: 'batch' | 'naive',
  dataDir: string,
  env: Readonly<Record<string, string>>,
): Promise<BenchServer> {
  const child = fork(join(import.meta.dirname, 'server.ts'), [design], {
    env: { ...process.env, TOPRAIL_PORT: '0', TOPRAIL_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      const ready = /ready at (\S+)/.exec(chunk.toString())?.[1];
      if (ready) resolve(ready);
    });
  });
  const { apiKey, client } = JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as Credentials;
  const cluster = await findRunning(dataDir);
  if (!cluster) throw new Error('PostgreSQL does not run');
  const superuser = new Client({ connectionString: cluster.url('postgres', EMBEDDED_DATABASE) });
  await superuser.connect();
  const count = async (sql: string) => Number((await superuser.query<{ n: string }>(sql)).rows[0]?.n ?? 0);
  return {
    url,
    apiKey,
    token: await fetchToken(url, client),
    databaseUrl: cluster.url('toprail_app', EMBEDDED_DATABASE),
    journalPath: join(dataDir, 'simulator', 'journal.ndjson'),
    delivered: () => count("select count(*) as n from toprail.order_progress where state = 'DELIVERED'"),
    allEnded: async () => {
      while (
        (await count('select count(*) as n from toprail.order_progress where next_wakeup is not null')) > 0
      ) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    bytesPerOrder: async () =>
      count(`select (sum(pg_total_relation_size(c.oid)) / greatest(1, (select count(*) from toprail.orders)))::bigint as n
        from pg_class c join pg_namespace s on s.oid = c.relnamespace
        where s.nspname = 'toprail' and c.relkind = 'r'
          and c.relname ~ '^(orders_|order_progress_|attempts_|evidence_|transfers_|events_|recipients|order_references)'`),
    usage: async () => {
      child.send('cpu');
      const [usage] = (await once(child, 'message')) as [{ rss: number }];
      return usage;
    },
    stop: async () => {
      await superuser.end();
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      await cluster.stop();
    },
  };
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
