/**
 * Loaded before a server (`node --import`): at one named point it kills the process, as a power cut would. So `src/`
 * knows nothing of it. By hand:
 *
 *     CRASH_AT=advance_orders:sent:3 node --import ./test/crash/preload.ts src/main.ts
 *
 * `CRASH_RECORD` names a file that gets a line before the end. Points are in `points.ts`.
 */
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, readFileSync } from 'node:fs';
import { type IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { type Armed, type Moment, nameOf, readArmed } from './points.ts';

const { CRASH_AT, CRASH_RECORD, TOPRAIL_DATA_DIR = './data' } = process.env;
if (CRASH_AT) arm(readArmed(CRASH_AT));

function arm(armed: Armed): void {
  let times = 0;
  const reach = (name: string | undefined, moment: Moment) => {
    if (name !== armed.name || moment !== armed.moment) return;
    times += 1;
    if (times === armed.nth) die(armed);
  };
  watchStatements(reach);
  watchProvider(reach);
  watchRequests(reach);
}

type Reach = (name: string | undefined, moment: Moment) => void;

function die(armed: Armed): void {
  if (CRASH_RECORD) appendFileSync(CRASH_RECORD, `${nameOf(armed)}\n`);
  if (armed.postgres === 'dies') {
    // The embedded server writes this file; another one is not ours to kill.
    const record = JSON.parse(readFileSync(join(TOPRAIL_DATA_DIR, 'postgres.json'), 'utf8')) as {
      pid: number;
    };
    process.kill(record.pid, 'SIGKILL');
  }
  process.kill(process.pid, 'SIGKILL');
}

/** What the driver calls for each statement, the moment it goes out and when the server is ready for the next. */
interface Statement {
  readonly text?: string;
  submit(connection: { readonly stream: Duplex }): unknown;
  handleReadyForQuery(connection: unknown): void;
}

function watchStatements(reach: Reach): void {
  const statement = pg.Query.prototype as unknown as Statement; // its types leave out what the driver itself calls
  const { submit, handleReadyForQuery } = statement;
  statement.submit = function (this: Statement, connection) {
    const name = functionIn(this.text);
    reach(name, 'before');
    const result = submit.call(this, connection);
    // Called once everything before it is with the kernel.
    if (name !== undefined) connection.stream.write('', () => reach(name, 'sent'));
    return result;
  };
  // The commit of a single statement is over only now, not with its rows.
  statement.handleReadyForQuery = function (this: Statement, connection) {
    reach(functionIn(this.text), 'answered');
    handleReadyForQuery.call(this, connection);
  };
}

function functionIn(sql: string | undefined): string | undefined {
  return /\b(?:toprail\.(?!now\b)|(?=pg_notify\())(\w+)\(/.exec(sql ?? '')?.[1];
}

/** The HTTP client tells what it does on channels of its own. */
function watchProvider(reach: Reach): void {
  const on = (channel: string, moment: Moment) =>
    subscribe(channel, (message) => {
      const { request } = message as { request: { method: string; path: string } };
      reach(topupCall(request), moment);
    });
  on('undici:client:sendHeaders', 'before');
  on('undici:request:bodySent', 'sent');
  on('undici:request:trailers', 'answered');
}

function topupCall({ method, path }: { readonly method: string; readonly path: string }): string | undefined {
  if (!/^\/p\/[^/]+\/topups\b/.test(path)) return undefined;
  return method === 'POST' ? 'submit' : 'query';
}

function watchRequests(reach: Reach): void {
  const on = (channel: string, moment: Moment) =>
    subscribe(channel, (message) =>
      reach(takenIn((message as { request: IncomingMessage }).request), moment),
    );
  on('http.server.request.start', 'arrived');
  on('http.server.response.finish', 'sent');
  // Nothing of an answer is written before its end: the head goes out with the body.
  const { end } = ServerResponse.prototype;
  ServerResponse.prototype.end = function (this: ServerResponse, ...given: unknown[]) {
    reach(takenIn(this.req), 'before');
    return Reflect.apply(end, this, given);
  } as typeof end;
}

function takenIn({ method, url = '' }: IncomingMessage): string | undefined {
  if (method !== 'POST') return undefined;
  if (url.startsWith('/callbacks/')) return 'callback';
  return url === '/v1/orders' ? 'place' : undefined;
}
