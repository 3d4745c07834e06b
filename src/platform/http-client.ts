/**
 * The HTTP client towards providers. It answers one question exactly: may the request have arrived? `unsent` is
 * a closed list (RELIABILITY "Attempt") of what can only happen before the first byte of a request; every other
 * failure, also on a reused connection, is `unknown`.
 *
 * How close the deadline is to the write: undici calls `onRequestStart` in the same tick as, and directly
 * before, it writes the head of the request to the socket (body included, they are one buffer sequence). The
 * deadline is compared there, and a throw there keeps the request off the socket. So no request is handed to the
 * kernel past its deadline; only the kernel's own send buffer comes after. A request that still queues behind
 * others (or behind a connect) when its deadline passes is settled by a timer, and the same throw keeps it from
 * ever being written. undici neither pipelines (`pipelining: 1`) nor repeats; a second start of one request
 * would be a second send and is refused as well.
 */
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { type Clock, type Moment, msUntil } from '../core/time.ts';

/** Why not one byte of a request has left. Closed: a new member needs the proof that nothing was written. */
export type UnsentCode =
  | 'NAME_NOT_FOUND'
  | 'CONNECTION_REFUSED'
  | 'CONNECT_TIMEOUT'
  | 'TLS_FAILED'
  | 'DEADLINE_PASSED';

export type HttpOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
    }
  | { readonly kind: 'unsent'; readonly code: UnsentCode }
  | { readonly kind: 'unknown'; readonly code: string };

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpClientOptions {
  readonly clock: Clock;
  /** Connections per origin; requests beyond them queue until their deadline. */
  readonly connectionsMax: number;
  /** Longest connect including TLS. Measured on the system's clock, to about half a second. */
  readonly connectTimeoutMs: number;
  /** From the write of the request to the last byte of the answer, by `clock`. */
  readonly responseTimeoutMs: number;
  /** Certificates to trust instead of the system's (PEM). */
  readonly trustedCa?: string;
  /** Turns names into addresses, instead of the system's resolver. */
  readonly lookup?: LookupFunction;
}

export interface HttpClient {
  /** Sends once. Never throws for what the network or the other side does. */
  send(request: HttpRequest, deadline: Moment): Promise<HttpOutcome>;
  /** Ends every connection; requests under way end as `unknown`. */
  close(): Promise<void>;
}

const ANSWER_BYTES_MAX = 64 * 1024;
const HEADER_BYTES_MAX = 16 * 1024;
/** An idle connection is dropped before servers with the common 60 s or 65 s do it under our hands. */
const IDLE_CONNECTION_MS = 30_000;
/** Off: undici's own timers run on the system's clock; `responseTimeoutMs` bounds the whole answer. */
const NO_UNDICI_TIMEOUT = 0;

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const agent = new Agent({
    connections: options.connectionsMax,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: IDLE_CONNECTION_MS,
    headersTimeout: NO_UNDICI_TIMEOUT,
    bodyTimeout: NO_UNDICI_TIMEOUT,
    maxHeaderSize: HEADER_BYTES_MAX,
    maxResponseSize: ANSWER_BYTES_MAX,
    connect: connectMarkingFailures(options),
  });
  return {
    send: (request, deadline) =>
      new Promise((resolve) => {
        const exchange = new Exchange(options, deadline, resolve);
        if (exchange.isOver) return;
        const { origin, pathname, search } = new URL(request.url);
        const path = pathname + search;
        const { method, body = null, headers = {} } = request;
        agent.dispatch({ origin, path, method, body, headers, idempotent: false }, exchange);
      }),
    close: () => agent.destroy(),
  };
}

/** One request on its way: undici's handler. Settles its promise exactly once, whatever comes later. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #clock: Clock;
  readonly #deadline: Moment;
  readonly #responseTimeoutMs: number;
  readonly #resolve: (outcome: HttpOutcome) => void;
  #state: 'queued' | 'started' | 'over' = 'queued';
  #stopTimer: () => void = () => undefined;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  readonly #chunks: Buffer[] = [];

  constructor(options: HttpClientOptions, deadline: Moment, resolve: (outcome: HttpOutcome) => void) {
    this.#clock = options.clock;
    this.#responseTimeoutMs = options.responseTimeoutMs;
    this.#deadline = deadline;
    this.#resolve = resolve;
    const leftMs = msUntil(deadline, this.#clock);
    if (leftMs <= 0) this.#settle(DEADLINE_PASSED);
    else this.#stopTimer = this.#clock.after(leftMs, () => this.#settle(DEADLINE_PASSED));
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** The tick of the write: a throw here is the last way to keep the request from leaving. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#state !== 'queued') throw new NotWritten('request is over or was already sent');
    if (msUntil(this.#deadline, this.#clock) <= 0) {
      this.#settle(DEADLINE_PASSED);
      throw new NotWritten('deadline passed');
    }
    this.#state = 'started';
    this.#stopTimer();
    this.#stopTimer = this.#clock.after(this.#responseTimeoutMs, () => {
      this.#settle({ kind: 'unknown', code: 'RESPONSE_TIMEOUT' });
      controller.abort(new NotWritten('response timeout'));
    });
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    this.#headers = joinHeaders(headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const body = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#settle({ kind: 'answered', status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    const nothingWritten = this.#state === 'queued' && error instanceof ConnectFailed;
    if (nothingWritten && error.unsent) this.#settle({ kind: 'unsent', code: error.unsent });
    else this.#settle({ kind: 'unknown', code: codeOf(error) });
  }

  #settle(outcome: HttpOutcome): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#stopTimer();
    this.#resolve(outcome);
  }
}

const DEADLINE_PASSED: HttpOutcome = { kind: 'unsent', code: 'DEADLINE_PASSED' };

/** Thrown into undici to take a request off its hands. */
class NotWritten extends Error {
  override readonly name = 'NotWritten';
}

/** A connection that was never established, as opposed to one that broke. */
class ConnectFailed extends Error {
  override readonly name = 'ConnectFailed';
  readonly code: string;
  readonly unsent: UnsentCode | undefined;

  constructor(cause: NodeJS.ErrnoException, protocol: string) {
    super(cause.message, { cause });
    this.code = codeOf(cause);
    this.unsent = classifyConnectFailure(cause, protocol);
  }
}

function connectMarkingFailures(options: HttpClientOptions): buildConnector.connector {
  const ca = options.trustedCa === undefined ? {} : { ca: options.trustedCa };
  const lookup = options.lookup === undefined ? {} : { lookup: options.lookup };
  const connect = buildConnector({ allowH2: false, timeout: options.connectTimeoutMs, ...ca, ...lookup });
  return (target, callback) =>
    connect(target, (...[error, socket]) => {
      if (error) callback(new ConnectFailed(error, target.protocol), null);
      else callback(null, socket);
    });
}

const CONNECT_FAILURES: Readonly<Record<string, UnsentCode>> = {
  ENOTFOUND: 'NAME_NOT_FOUND',
  EAI_AGAIN: 'NAME_NOT_FOUND', // no name server answered: no address either, so nothing was connected to
  ECONNREFUSED: 'CONNECTION_REFUSED',
  ETIMEDOUT: 'CONNECT_TIMEOUT',
  UND_ERR_CONNECT_TIMEOUT: 'CONNECT_TIMEOUT',
};
/** Steps before TLS starts. What fails in neither, on https, failed in the handshake: no request byte yet. */
const STEPS_BEFORE_TLS: readonly (string | undefined)[] = ['connect', 'getaddrinfo'];

function classifyConnectFailure(error: NodeJS.ErrnoException, protocol: string): UnsentCode | undefined {
  const known = CONNECT_FAILURES[codeOf(error)];
  if (known) return known;
  const beforeTls = error instanceof AggregateError || STEPS_BEFORE_TLS.includes(error.syscall);
  return protocol === 'https:' && !beforeTls ? 'TLS_FAILED' : undefined;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'CLIENT_ERROR';
}

function joinHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}
