/**
 * The whole switch in the test's process, on a database of its own, with a clock that the test moves. Closing it
 * checks the books, so every test that starts an app is also a test of the ledger.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type App, startApp as startSwitch } from '../../src/app.ts';
import { seedCatalogue } from '../../src/catalogue/seed.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import { MovableClock } from '../../src/core/time.ts';
import { createLog } from '../../src/platform/log.ts';
import type { JournalEntry } from '../../src/simulator/journal-entry.ts';
import { verifyBooks } from '../../src/verify/verify.ts';
import { cloneDatabase, type TestDatabase } from './database.ts';

export interface TestApp {
  readonly url: string;
  readonly app: App;
  readonly clock: MovableClock;
  readonly config: Config;
  readonly db: TestDatabase;
  readonly credentials: {
    readonly client: { readonly id: string; readonly secret: string };
    readonly apiKey: string;
  };
  /** Everything that was logged. */
  readonly logged: string[];
  /** Moves the clock of the database, the switch and the simulator. */
  advance(ms: number): Promise<void>;
  /** Rows as the superuser sees them. */
  rows<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** A reloadly bearer token of the sandbox client. */
  token(): Promise<string>;
  /** One request; the body is parsed when it is JSON. `headers` are added to the token of `as`. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** The simulator's journal of one order. */
  journal(orderId: bigint | number | string): JournalEntry[];
  /** Stops, starts again on the same database and data directory: what a restart is. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface RequestOptions {
  /** `reloadly` sends a token, `native` the API key, `nobody` nothing. */
  readonly as?: 'reloadly' | 'native' | 'nobody';
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Tests read answers as a client would; what they expect they assert.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export async function startApp(
  overrides: Readonly<Record<string, string>> = {},
  given?: TestDatabase,
): Promise<TestApp> {
  const db = given ?? (await cloneDatabase());
  const dataDir = await mkdtemp(join(tmpdir(), 'toprail-app-'));
  const clock = new MovableClock();
  const logged: string[] = [];
  const superuser = new Client({ connectionString: db.superuserUrl });
  superuser.on('error', () => {});
  await superuser.connect();
  await superuser.query('set search_path = toprail, public');
  await superuser.query('begin');
  await seedCatalogue(superuser);
  await superuser.query('commit');
  const config = parseConfig({
    TOPRAIL_PORT: '0',
    TOPRAIL_DATA_DIR: dataDir,
    TOPRAIL_LOG_LEVEL: 'debug',
    ...overrides,
  });
  const options = {
    config,
    databaseUrl: db.appUrl,
    masterKey: Buffer.alloc(32, 7),
    clock,
    log: createLog(config.logLevel, { write: (line) => void logged.push(line) }),
    say: () => {},
    random: () => 0,
    onFatal: (why: string) => assert.fail(why),
  };
  let app = await startAdmitting(options);
  let token: string | undefined;

  const readCredentials = async () => JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8'));
  const credentials = await readCredentials();
  const harness: TestApp = {
    get url() {
      return app.url;
    },
    get app() {
      return app;
    },
    clock,
    config,
    db,
    credentials,
    logged,
    advance: async (ms) => {
      await superuser.query(
        `insert into toprail.clock (shift) values (make_interval(secs => $1))
         on conflict (only_row) do update set shift = excluded.shift`,
        [(clock.offsetMs + ms) / 1000],
      );
      clock.advance(ms);
    },
    rows: async (sql, parameters = []) => (await superuser.query(sql, [...parameters])).rows,
    token: async () => {
      token ??= await fetchToken(app.url, credentials.client);
      return token;
    },
    request: async (method, path, { as = 'nobody', body, raw, headers = {} } = {}) => {
      const bearer =
        as === 'reloadly' ? await harness.token() : as === 'native' ? credentials.apiKey : undefined;
      const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const response = await fetch(app.url + path, {
        method,
        headers: {
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          ...(content === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(content === undefined ? {} : { body: content }),
      });
      const text = await response.text();
      const json = /[/+]json\b/.test(response.headers.get('content-type') ?? '') && text !== '';
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: json ? JSON.parse(text) : undefined,
      };
    },
    journal: (orderId) =>
      [...(app.operators?.own?.journal.entries() ?? [])].filter((entry) =>
        entry.reference.includes(`-${orderId}-`),
      ),
    restart: async () => {
      await app.stop();
      app = await startAdmitting(options);
    },
    close: async () => {
      await app.operators?.own?.settled();
      await app.stop();
      const report = await verifyBooks({
        databaseUrl: db.appUrl,
        journalPath: join(dataDir, 'simulator', 'journal.ndjson'),
        // The clock has been moved: lines of the journal's future are as settled as those of its past.
        settleMs: -clock.offsetMs - 1000,
      });
      await superuser.end();
      await db.drop();
      await rm(dataDir, { recursive: true, force: true });
      const failed = report.checks.filter((check) => check.violations > 0);
      assert.deepEqual(failed, [], 'the books must hold after every test');
    },
  };
  return harness;
}

/**
 * A test is client and server in one process, and others run beside it: that it is late says nothing of the switch. Who
 * is refused when it is late is tested where `admits` is answered by the test (test/api/limits.test.ts).
 */
async function startAdmitting(options: Parameters<typeof startSwitch>[0]): Promise<App> {
  const app = await startSwitch(options);
  app.services.admission.admits = () => true;
  return app;
}

async function fetchToken(url: string, client: { id: string; secret: string }): Promise<string> {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: client.id,
      client_secret: client.secret,
      grant_type: 'client_credentials',
      audience: 'https://topups-sandbox.reloadly.com',
    }),
  });
  const body: unknown = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return (body as { access_token: string }).access_token;
}

/** Waits for something that happens by itself; fails after `withinMs` of real time with the last reason. */
export async function eventually<T>(look: () => Promise<T> | T, withinMs = 10_000): Promise<T> {
  const endsAt = Date.now() + withinMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > endsAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
