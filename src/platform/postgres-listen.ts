/**
 * LISTEN on a connection of its own. A notification is only ever a hint on top of polling: while the connection
 * is lost, notifications are missed, so each new connection begins with one empty payload. Nobody writes on this
 * connection unless there is something to hear, so it is asked now and then whether it still leads anywhere.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

const RECONNECT_MS_MIN = 50;
const RECONNECT_MS_MAX = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Between two questions, and longest wait for their answer. */
const PULSE_MS = 5_000;

export interface Listener {
  /** Resolves when LISTEN is in force for the first time. */
  readonly ready: Promise<void>;
  end(): Promise<void>;
}

export interface ListenOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly channel: string;
  readonly onPayload: (payload: string) => void;
  /** Unless a test is in a hurry. */
  readonly pulseMs?: number;
}

export function listenOn(options: ListenOptions): Listener {
  const ending = new AbortController();
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const done = listenUntil(options, ending.signal, resolve);
  return {
    ready,
    end: () => {
      ending.abort();
      return done;
    },
  };
}

async function listenUntil(options: ListenOptions, signal: AbortSignal, onReady: () => void): Promise<void> {
  let delayMs = RECONNECT_MS_MIN;
  while (!signal.aborted) {
    const heard = await listenOnce(options, signal, onReady);
    delayMs = heard ? RECONNECT_MS_MIN : Math.min(delayMs * 2, RECONNECT_MS_MAX);
    await sleep(delayMs, undefined, { signal, ref: false }).catch(() => undefined); // aborted: the loop ends
  }
}

/** One connection's life. True when LISTEN had been in force. */
async function listenOnce(
  options: ListenOptions,
  signal: AbortSignal,
  onReady: () => void,
): Promise<boolean> {
  const { pulseMs = PULSE_MS } = options;
  const client = new Client({
    connectionString: options.url,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: pulseMs,
    keepAlive: true,
  });
  const closed = new Promise<void>((resolve) => client.once('end', resolve));
  client.on('error', () => undefined); // followed by `end`
  client.on('notification', ({ payload }) => options.onPayload(payload ?? ''));
  try {
    await client.connect();
    await client.query(`listen ${client.escapeIdentifier(options.channel)}`);
  } catch {
    await client.end().catch(() => undefined);
    return false;
  }
  onReady();
  options.onPayload('');
  const stop = () => void client.end().catch(() => undefined);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const pulse = setInterval(() => void client.query('select').catch(stop), pulseMs).unref();
  await closed;
  clearInterval(pulse);
  signal.removeEventListener('abort', stop);
  return true;
}
