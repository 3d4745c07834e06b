/**
 * The one door to PostgreSQL: a pool whose transactions are a type of their own. A `Tx` can only be made here,
 * so a function that takes one cannot be handed the pool, and no write slips outside its transaction.
 *
 * Values: int8 is `bigint`, numeric stays text, timestamptz is a `Date`, date is `YYYY-MM-DD`, bytea a `Buffer`.
 */
import {
  type ClientConfig,
  type QueryResult as DriverResult,
  Pool,
  type PoolClient,
  type QueryConfig,
  type QueryResultRow,
} from 'pg';
import { assert } from '../core/assert.ts';
import { Line, NoConnection } from './postgres-line.ts';
import { type Listener, listenOn } from './postgres-listen.ts';
import { types } from './postgres-values.ts';
import type { QueueStanding } from './queue-full.ts';

/** A statement that runs longer is cancelled by the server: nothing on a request's path takes seconds. */
const STATEMENT_TIMEOUT_MS = 8_000;
/** So long past the server's own limit the connection is dead, not slow. */
const SILENCE_MS = 2_000;
/** A transaction that does nothing for so long has lost its process: its locks are freed. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** A session whose other end is silent is closed, which PostgreSQL by itself does after two hours. */
const SESSION_SETTINGS = '-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3';
/** To connect, or to wait for a free connection of the pool. */
const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_CONNECTION_TIMEOUT_MS = 60_000;
/** Statements that may wait for a connection: at a thousand a second the last of them waits as long as it may. */
const WAITING_MAX = 5_000;

export type Param = unknown;

export interface QueryOptions {
  /** Prepares the statement under this name, once per connection. The same name always has the same text. */
  readonly name?: string;
  /** On the line of this name, behind what is under way there. For `query` of the database. */
  readonly line?: string;
}

export interface QueryResult<Row> {
  readonly rows: Row[];
  /** Rows returned or changed. */
  readonly rowCount: number;
}

declare const transaction: unique symbol;

/** One open transaction. Made by `Database.transaction` only; worthless once that has returned. */
export interface Tx {
  readonly [transaction]: true;
  query<Row = Record<string, unknown>>(
    sql: string,
    params?: readonly Param[],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
}

export interface TransactionOptions {
  /** Read committed unless named. */
  readonly isolation?: 'repeatable read';
  readonly access?: 'read only';
  /** The account that row-level security lets this transaction see. None: no account's rows. */
  readonly account?: bigint;
}

export interface Database {
  /**
   * Runs `work` in one transaction and commits, or rolls back and throws what `work` threw. When the commit
   * itself throws and `isConnectionLost`, nobody knows whether it happened: the caller runs again by natural key.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** A select of what the account may see, under row-level security, in one round trip. It calls nothing that writes. */
  read<Row = Record<string, unknown>>(
    account: bigint,
    sql: string,
    params?: readonly Param[],
    options?: Pick<QueryOptions, 'name'>,
  ): Promise<QueryResult<Row>>;
  /** One statement, which is a transaction of its own. */
  query<Row = Record<string, unknown>>(
    sql: string,
    params?: readonly Param[],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
  /** Hears NOTIFY on a connection of its own, which is made anew when lost. Empty payload: something may be missed. */
  listen(channel: string, onPayload: (payload: string) => void): Listener;
  /** Statements that wait for a connection. */
  standing(): QueueStanding;
  /** Connections of the pool: for tests that none leaks. */
  readonly connections: { readonly total: number; readonly idle: number; readonly waiting: number };
  /** Ends listeners and the pool, after what runs has finished. */
  end(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly poolMax: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Longest statement, in milliseconds, where it is not an order's: `verify` reads whole tables. */
  readonly statementMsMax?: number;
}

export function createDatabase(options: DatabaseOptions): Database {
  let pool = openPool(options);
  const lines = new Map<string, Line>();
  const retired = new Set<Promise<void>>();
  const listeners = new Set<Listener>();

  /**
   * One connection that has fallen silent is seldom alone: those that idle were cut off with it, and each would hold
   * up its next statement as long. So all of them are replaced.
   */
  const withPool = async <T>(work: (pool: Pool) => Promise<T>): Promise<T> => {
    const used = pool;
    if (used.waitingCount >= WAITING_MAX) throw new NoConnection('too many wait for a connection');
    try {
      return await work(used);
    } catch (error) {
      if (isSilence(error) && used === pool && !used.ending) {
        pool = openPool(options);
        const gone = used.end().finally(() => retired.delete(gone));
        retired.add(gone);
      }
      throw error;
    }
  };

  return {
    transaction: (work, transactionOptions = {}) =>
      withPool((used) => inTransaction(used, work, transactionOptions)),
    read: (account, sql, params, queryOptions) =>
      withPool((used) => readAs(used, account, sql, params, queryOptions)),
    query(sql, params, queryOptions = {}) {
      const { line: name } = queryOptions;
      if (name === undefined) return withPool((used) => run(used, sql, params, queryOptions));
      const line = lines.get(name) ?? openLine(options);
      lines.set(name, line);
      return run(line, sql, params, queryOptions);
    },
    listen(channel, onPayload) {
      const name = `${options.applicationName} listen`;
      const listener = listenOn({ url: options.url, applicationName: name, channel, onPayload });
      listeners.add(listener);
      return listener;
    },
    standing: () => ({ queue: 'database', length: pool.waitingCount, limit: WAITING_MAX }),
    get connections() {
      return { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
    },
    async end() {
      await Promise.all([...listeners].map((listener) => listener.end()));
      await Promise.all([pool.end(), ...retired, ...[...lines.values()].map((line) => line.end())]);
    },
  };
}

function openPool(options: DatabaseOptions): Pool {
  const pool = new Pool({
    ...sessionOf(options),
    // For `readAs`; whoever awaits each answer notices nothing.
    pipeline: true,
    max: options.poolMax,
    idleTimeoutMillis: IDLE_CONNECTION_TIMEOUT_MS,
  });
  // A lost connection shows as the failure of the statement that needed it; the event as such must not crash us,
  // neither for an idle connection (pool) nor for one that is checked out (client).
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function openLine(options: DatabaseOptions): Line {
  // The driver would count from when a statement is sent, and it may stand behind others.
  const { query_timeout: silenceMs, ...session } = sessionOf(options);
  return new Line({ session, silenceMs });
}

function sessionOf({ url, applicationName, statementMsMax }: DatabaseOptions) {
  const statementMs = statementMsMax ?? STATEMENT_TIMEOUT_MS;
  return {
    connectionString: url,
    application_name: applicationName,
    options: SESSION_SETTINGS,
    types,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementMs,
    query_timeout: statementMs + SILENCE_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  } satisfies ClientConfig;
}

async function inTransaction<T>(
  pool: Pool,
  work: (tx: Tx) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  let open = true;
  try {
    await client.query(beginStatement(options));
    const tx = {
      query(sql: string, params?: readonly Param[], queryOptions?: QueryOptions) {
        assert(open, 'a transaction was used after its end');
        return run(client, sql, params, queryOptions);
      },
    } as Tx; // the brand exists in types only
    const result = await work(tx);
    open = false;
    const { command } = await client.query('commit');
    // PostgreSQL answers ROLLBACK when a statement had failed and `work` swallowed its error.
    if (command !== 'COMMIT') throw new Error('the transaction had failed and was rolled back at its commit');
    return result;
  } catch (error) {
    open = false;
    broken = isConnectionLost(error) || !(await rolledBack(client));
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * All of the transaction leaves at once. Should its beginning fail, the statement has run without an account and seen
 * nothing, but could have written: so it is a select, the first failure counts, and a connection whose transaction did
 * not begin or end as it should is given up.
 */
async function readAs<Row>(
  pool: Pool,
  account: bigint,
  sql: string,
  params?: readonly Param[],
  options?: QueryOptions,
): Promise<QueryResult<Row>> {
  assert(/^\s*select\b/i.test(sql), 'an account reads by a select');
  const begin = beginStatement({ access: 'read only', account });
  const client = await pool.connect();
  const begun = client.query(begin);
  const answered = run<Row>(client, sql, params, options);
  const ended = client.query('commit'); // which rolls back after a failure
  const [first, , last] = await Promise.allSettled([begun, answered, ended]);
  client.release(first.status === 'rejected' || last.status === 'rejected');
  await begun;
  const result = await answered;
  await ended;
  return result;
}

/** One round trip for everything that a transaction starts with. The only value in it is a bigint's digits. */
function beginStatement({ isolation, access, account }: TransactionOptions): string {
  const mode = [isolation && `isolation level ${isolation}`, access].filter(Boolean).join(' ');
  const begin = `begin ${mode}`;
  if (account === undefined) return begin;
  assert(typeof account === 'bigint', 'an account is a bigint');
  return `${begin}; set local toprail.account_id = '${account}'`;
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    return false;
  }
}

async function run<Row>(
  on: { query(statement: QueryConfig): Promise<DriverResult<QueryResultRow>> },
  sql: string,
  params: readonly Param[] = [],
  options: QueryOptions = {},
): Promise<QueryResult<Row>> {
  const named = options.name === undefined ? {} : { name: options.name };
  const { rows, rowCount } = await on.query({ text: sql, values: [...params], ...named });
  return { rows: rows as Row[], rowCount: rowCount ?? 0 }; // the caller knows what its statement selects
}

/** Serialization failure or deadlock: nothing happened, the same transaction may run again at once. */
export function isRetryable(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

const LOST_CODES = /^(08...|57P01|57P02|57P03|E(CONNREFUSED|CONNRESET|PIPE|NOENT|TIMEDOUT|HOSTUNREACH))$/;
/** Said by the driver without a code. */
const LOST_MESSAGES =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|This socket has been ended)/i;

/**
 * The connection or the server went away. What was sent may or may not have happened: a commit that ends so is
 * run again by its natural key.
 */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof NoConnection) return true;
  return LOST_CODES.test(codeOf(error) ?? '') || LOST_MESSAGES.test(error.message);
}

/** No answer came, though the server would have cancelled the statement by now. */
function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/** The server cannot work at the moment (full, read-only, shutting down, out of memory): no fault of what it was given. */
export function isServerFault(error: unknown): boolean {
  return SERVER_FAULTS.test(codeOf(error) ?? '');
}

/** Classes of SQLSTATE: transaction state and read-only (25), resources, limits, state, intervention, system, internal. */
const SERVER_FAULTS = /^(25|53|54|55|57|58|XX)/;

/** SQLSTATE of a server's error, or the system's name of a socket's. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
