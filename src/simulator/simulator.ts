/**
 * Pretend operators with an independent delivery journal: the other end of the sandbox, and the witness of every
 * test that asks "was it delivered once?". Runs inside `npm start` and tests, or alone (`npm run simulator`).
 */
import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { type Clock, later, momentOf } from '../core/time.ts';
import { createHttpClient, type HttpClient } from '../platform/http-client.ts';
import { signCallback } from '../protocols/sandbox/wire.ts';
import { Agenda } from './agenda.ts';
import { Journal } from './journal.ts';
import type { JournalEntry } from './journal-entry.ts';
import { lockJournal } from './journal-lock.ts';
import { Operators, type PostCallback } from './operators.ts';
import { handleRequest } from './routes.ts';
import { SimulatorFault } from './simulator-fault.ts';

export interface SimulatorOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  readonly journalPath: string;
  readonly clock: Clock;
  /** Where a provider wants its callbacks; undefined: it gets none. */
  readonly callbackUrl: (provider: string) => string | undefined;
  readonly callbackSecret: string;
  readonly onProgress?: (line: string) => void;
}

export interface Simulator {
  readonly port: number;
  /** `http://<host>:<port>`; the base of a provider is `<url>/p/<provider>`. */
  readonly url: string;
  readonly journal: {
    /** Every durable entry, read from the file. */
    entries(): readonly JournalEntry[];
    /** The `delivered` entries of references that start with `referencePrefix` (all, when it is empty). */
    deliveries(referencePrefix: string): readonly JournalEntry[];
  };
  /** Resolves when everything that is due by the clock is done: steps taken, callbacks acknowledged or put off. */
  settled(): Promise<void>;
  /** Stops without an answer to what is held; the next start on the same journal goes on with every plan. */
  close(): Promise<void>;
}

const CALLBACK_CONNECTIONS_MAX = 16;
const CALLBACK_CONNECT_MS = 2_000;
const CALLBACK_RESPONSE_MS = 10_000;
const CALLBACK_DEADLINE_MS = 10_000;
/** Longer than the idle time of the client, so that connections are dropped on the client's side. */
const IDLE_CONNECTION_MS = 120_000;
const REQUEST_MS = 10_000;

/** Throws `SimulatorFault` when the port is taken, or the journal is in use or damaged. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clock, journalPath, onProgress = () => undefined } = options;
  await mkdir(dirname(journalPath), { recursive: true });
  const unlock = await lockJournal(journalPath);
  const http = createHttpClient({
    clock,
    connectionsMax: CALLBACK_CONNECTIONS_MAX,
    connectTimeoutMs: CALLBACK_CONNECT_MS,
    responseTimeoutMs: CALLBACK_RESPONSE_MS,
  });
  const agenda = new Agenda(clock, (error) => onProgress(`simulator: ${String(error)}`));
  const operators = new Operators({ clock, agenda, postCallback: callbackPoster(options, http) });
  let journal: Journal | undefined;
  let server: Server | undefined;
  const close = async () => {
    await stopServer(server);
    await http.close();
    await agenda.stop();
    await journal?.close();
    await unlock();
  };
  try {
    journal = await Journal.open(journalPath, clock, (entry) => operators.replay(entry));
    const rooms = { clock, operators, journal };
    server = createServer(
      { keepAliveTimeout: IDLE_CONNECTION_MS, headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS },
      (request, response) => {
        handleRequest(rooms, request, response).catch((error: unknown) => {
          onProgress(`simulator: ${String(error)}`);
          response.destroy(); // no answer at all is the honest one when the journal may not hold it
        });
      },
    );
    operators.resume(journal); // before the first request: a task of the agenda runs on a later turn
    await listen(server, options);
    return describeSimulator({ options, server, journal, agenda, close });
  } catch (error) {
    await close();
    throw error;
  }
}

function describeSimulator(parts: {
  readonly options: SimulatorOptions;
  readonly server: Server;
  readonly journal: Journal;
  readonly agenda: Agenda;
  readonly close: () => Promise<void>;
}): Simulator {
  const { options, journal, agenda } = parts;
  const { port } = parts.server.address() as AddressInfo; // it listens on a port, not on a pipe
  const url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
  options.onProgress?.(`simulator: listens on ${url}, journal ${options.journalPath} at ${journal.lastSeq}`);
  let closing: Promise<void> | undefined;
  return {
    port,
    url,
    journal: {
      entries: () => journal.entries(),
      deliveries: (prefix) =>
        journal
          .entries()
          .filter(({ event, reference }) => event === 'delivered' && reference.startsWith(prefix)),
    },
    settled: () => agenda.idle(),
    close: () => {
      closing ??= parts.close();
      return closing;
    },
  };
}

function callbackPoster(options: SimulatorOptions, http: HttpClient): PostCallback {
  const { clock, callbackUrl, callbackSecret } = options;
  return (provider, notice) => {
    const url = callbackUrl(provider);
    if (url === undefined) return undefined;
    const body = JSON.stringify(notice);
    const signature = signCallback({ secret: callbackSecret, body, atMs: clock.now() });
    const headers = { 'content-type': 'application/json', ...signature };
    const deadline = later(momentOf(clock), CALLBACK_DEADLINE_MS);
    return http
      .send({ method: 'POST', url, headers, body }, deadline)
      .then((outcome) => outcome.kind === 'answered' && outcome.status >= 200 && outcome.status <= 299);
  };
}

function listen(
  server: Server,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(isTaken ? new SimulatorFault('port_taken', `port ${port} of ${host} is taken`, error) : error);
    });
    // Its journal has one writer: the port is not shared with other processes of a cluster.
    server.listen({ port, host, exclusive: true }, resolve);
  });
}

function stopServer(server: Server | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (!server?.listening) return resolve();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
